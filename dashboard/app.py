"""Genre Lab's server: streamlit run dashboard/app.py.

Its pages are Streamlit's; what follows a run while it trains asks a route of its own, which costs a tenth of a rerun.
"""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.resolve().parent
if str(ROOT) not in sys.path:  # streamlit puts only this folder on the path
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402
from starlette.convertors import StringConvertor, register_url_convertor  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import HTMLResponse, RedirectResponse, Response  # noqa: E402
from starlette.routing import Route  # noqa: E402

from dashboard.components.class_following import ROUTES as CLASS_ROUTES  # noqa: E402
from dashboard.components.clip_routes import ROUTES as CLIP_ROUTES  # noqa: E402
from dashboard.components.live import route  # noqa: E402
from dashboard.components.take_home_routes import ROUTES as TAKE_HOME_ROUTES  # noqa: E402
from dashboard.services import people  # noqa: E402
from dashboard.shell import marks  # noqa: E402
from dashboard.views.evaluate import live as history  # noqa: E402
from dashboard.views.lens import live as lens  # noqa: E402
from dashboard.views.repeat import live as repeat  # noqa: E402
from dashboard.views.train import live as run  # noqa: E402
from dashboard.views.train import watching  # noqa: E402
from dashboard.views.tune import live as search  # noqa: E402

GARBAGE = (5_000, 10, 20)
"""How rarely garbage is looked for: among new objects after some three pages, among all, 0.1 s, after some 700."""


class PageName(StringConvertor):
    """The name of a page in an address: no file, and nothing below a page."""

    regex = "[^/.]*"


HEAD = """<script>
  const base = new URL("./", location.href).href;
  window.__streamlit = { BACKEND_BASE_URL: base, MAIN_PAGE_BASE_URL: base };
  const drawers = Object.keys(localStorage).filter((name) => name.startsWith("stSidebarCollapsed"));
  if (innerWidth < 768) for (const name of drawers) localStorage.removeItem(name);
</script>
"""
"""Where the server is: every page stands right below it. Streamlit would try below the page first, and be told 404.

On a phone the drawer of pages and settings is shut when a page is loaded, as it lies over it.
"""


STYLES = (
    *("app.css", "components/terms.css", "components/judged.css", "components/findings.css"),
    *("components/lesson_panel.css", "views/evaluate/before_after.css", "views/genres/genre.css"),
    *("views/report/report.css", "views/track/track.css"),
)
"""Style sheets of pages and of what stands on them; a component that is mounted brings its own."""


async def first_page(request: Request) -> RedirectResponse:
    """Lead to Train, which stands at the root: Streamlit gives its first page no address of its own."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


async def shell(request: Request) -> Response:
    """Serve Streamlit's page with our style sheet in it: one that came with the first script would be late.

    It stands behind Streamlit's own styles, which it overrules.
    """
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    style = "".join(f"<style>{(HERE / name).read_text(encoding='utf-8')}</style>" for name in STYLES)
    page = page.replace("</head>", f"{HEAD}</head>").replace("</body>", f"{style}{marks.tags()}</body>")
    response = HTMLResponse(page, headers={"Cache-Control": "no-cache"})
    people.know_again(response, request.cookies)
    return response


@asynccontextmanager
async def kept(_: st.App) -> AsyncIterator[None]:
    """Look for garbage rarely, and never again among what was imported: looking holds every page up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    yield


async def marks_script(_: Request) -> Response:
    """Serve the script that marks the glossary's terms, which a browser keeps until its name changes."""
    return Response(marks.script(), media_type="text/javascript", headers={"Cache-Control": "max-age=31536000"})


register_url_convertor("page", PageName())
ROUTES = [
    route("/live/epochs/{followed:path}", history.look),
    route("/live/lens/{followed}", lens.look),
    route("/live/repeat/{followed}", repeat.look),
    route("/live/search/{followed}", search.look),
    route("/live/watch/{followed:path}", watching.look),
    route("/live/{followed}", run.look),
    *CLASS_ROUTES,
    *CLIP_ROUTES,
    *TAKE_HOME_ROUTES,
    Route("/marks.js", marks_script),
    Route("/train", first_page),
    Route("/{page:page}", shell),
]
app = st.App("pages.py", routes=ROUTES, lifespan=kept)
