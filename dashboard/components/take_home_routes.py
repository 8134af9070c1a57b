"""The route by which a browser downloads what was made of runs: `take/{name}/{runs}`, their identifiers joined by +.

With `?look` it shows a report in place of downloading it.
"""

import asyncio
from urllib.parse import quote

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.components.clip_routes import problem
from dashboard.services import classroom, taking_home
from dashboard.services.asking import Asked
from dashboard.services.workers import store
from genre_core.errors import GenreLabError
from genre_core.takehome.made import Made
from genre_core.workers.takehome import ARCHIVES, NAMES

LOOK_SECONDS, MOST_SECONDS = 0.2, 300.0
MOST_RUNS, MOST_EXPORTED = 6, 50
LOOKED_AT = "report.html"
SEALED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""The policy for a file that is shown: it may look as it does, and nothing else."""


async def take(request: Request) -> Response:
    """Answer with what a worker made, as soon as it has; with 404 and a sentence where it cannot be made."""
    name, ids = request.path_params["name"], tuple(request.path_params["runs"].split("+"))
    if name not in NAMES or len(ids) > (MOST_EXPORTED if name in ARCHIVES else MOST_RUNS):
        return problem(f"There is nothing called {name[:40]} to take home.")
    waited = 0.0
    try:
        await run_sync(classroom.check_sight_of, request.cookies, ids)
        while (asked := await run_sync(_asked, name, ids)).waiting and waited < MOST_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            waited += LOOK_SECONDS
    except GenreLabError as error:
        return problem(str(error))
    if asked.found is None:
        return problem(asked.problem or "It is not made yet: try again in a moment.")
    made = asked.found
    headers = {
        "Content-Disposition": f"{_how(request, name)}; filename*=UTF-8''{quote(made.name)}",
        "Content-Security-Policy": SEALED,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(made.content, 200, headers, made.media_type)


def _how(request: Request, name: str) -> str:
    return "inline" if name == LOOKED_AT and "look" in request.query_params else "attachment"


def _asked(name: str, ids: tuple[str, ...]) -> Asked[Made]:
    return taking_home.made_of(name, [store().run(run_id) for run_id in ids])


ROUTES = [Route("/take/{name}/{runs}", take)]
