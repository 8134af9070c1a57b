"""Genre Lab's server: streamlit run dashboard/app.py.

Its pages are Streamlit's; what follows a run while it trains asks a route of its own, which costs a tenth of a rerun.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # streamlit puts only this folder on the path
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import RedirectResponse  # noqa: E402
from starlette.routing import Route  # noqa: E402

from dashboard.components.live_parts import route  # noqa: E402
from dashboard.views.evaluate import live as history  # noqa: E402
from dashboard.views.lens import live as lens  # noqa: E402
from dashboard.views.repeat import live as repeat  # noqa: E402
from dashboard.views.train import live as run  # noqa: E402
from dashboard.views.tune import live as search  # noqa: E402


async def first_page(request: Request) -> RedirectResponse:
    """Lead to Train, which stands at the root: Streamlit gives its first page no address of its own."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


ROUTES = [
    route("/live/epochs/{followed:path}", history.look),
    route("/live/lens/{followed}", lens.look),
    route("/live/repeat/{followed}", repeat.look),
    route("/live/search/{followed}", search.look),
    route("/live/{followed}", run.look),
    Route("/train", first_page),
]
app = st.App("pages.py", routes=ROUTES)
