"""How an open page follows something: it asks a route, and is told what is new of it as plain data, part by part.

A part is what its component draws. A page draws all of them when it runs, and from then on its browser asks the route
for them (see `live.js`). An answer of the state that the page has already is short.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dashboard.services import classroom
from dashboard.services.runs import WATCH_SECONDS
from dashboard.shell.mount import mount
from dashboard.text.badges import Badge
from genre_core.errors import GenreLabError
from genre_core.store.schema import Study

Parts = dict[str, dict[str, Any]]
_follower = mount(__file__, isolate_styles=False)


@dataclass(frozen=True)
class Followed:
    """Something that a page follows, as it stands."""

    state: str
    """State that its parts depend on."""
    phase: str
    """State that the page around the parts depends on: with another one the page runs again."""
    again: float
    """Seconds until it is worth asking again."""
    parts: Callable[[str], Parts]
    """The state of which the page has the parts → those that are new."""


Look = Callable[[str], Followed | None]
"""Followed runs and studies, as the address of the route names it → how it stands; None where it is gone."""
Gate = Callable[[Mapping[str, str], str], None]
"""Takes the cookies of a browser and what it follows; raises GenreLabError where that is none of its business."""


def answer(look: Look, name: str, seen: str) -> dict[str, Any]:
    """Return how something stands that is followed, with its parts where they are not those of the state `seen`."""
    try:
        found = look(name)
        if found is None:
            return {"phase": "gone"}
        told = {"state": found.state, "phase": found.phase, "again": found.again}
        return told if found.state == seen else {**told, "parts": found.parts(seen)}
    except GenreLabError:  # the page says what it is
        return {"phase": "gone"}


def _see_run(cookies: Mapping[str, str], name: str) -> None:
    """Let a browser pass, to which runs of another class are gone."""
    classroom.check_sight_of(cookies, [re.split("[/~]", name)[0]])


def _answer_to(cookies: Mapping[str, str], gate: Gate, look: Look, name: str, seen: str) -> dict[str, Any]:
    try:
        gate(cookies, name)
    except GenreLabError:
        return {"phase": "gone"}
    return answer(look, name, seen)


def route(path: str, look: Look, gate: Gate = _see_run) -> Route:
    """Return the route by which pages follow what `look` finds; they name it, and the state that they have `seen`.

    Who does not pass the `gate` is told that it is gone.
    """

    async def respond(request: Request) -> JSONResponse:
        name, seen = request.path_params["followed"], request.query_params.get("seen", "")
        found = await run_in_threadpool(_answer_to, request.cookies, gate, look, name, seen)
        return JSONResponse(found, headers={"Cache-Control": "no-store"})

    return Route(path, respond)


def follow_from(path: str, drawn: Followed, key: str = "live") -> None:
    """Let the browser ask `live/{path}` what has changed since and draw parts anew; a new phase runs the page again.

    Within a fragment, a new phase runs the fragment again.
    """
    data = {"path": path, "phase": drawn.phase, "state": drawn.state}
    _follower(key=key, data=data, height=0, on_phase_change=lambda: None)  # that the page runs again is all


def study_as(study: Study, phase: str, every: float, parts: Callable[[], Parts], *, and_its: object = "") -> Followed:
    """Return a study as it is followed, asked for `every` seconds while it goes on.

    `phase` is what the page depends on beside the study's state, `and_its` what the parts depend on beside it.
    """
    return Followed(
        f"{study.attempt} {study.state} {study.revision} {and_its}".rstrip(),
        f"{study.attempt} {'active' if study.active else study.state} {phase}",
        every if study.active else WATCH_SECONDS,
        lambda _: parts(),
    )


def phase_alone(phase: str, again: float) -> Followed:
    """Return something without parts of its own: what follows it runs again with each new phase."""
    return Followed(phase, phase, again, lambda _: {})


def answer_part(text: str, note: str, badges: Sequence[Badge] = ()) -> dict[str, Any]:
    """Return the sentence that answers a page's question with its badges, and the one with its reason."""
    return {"kind": "answer", "text": text, "note": note, "badges": _told(badges)}


def title_part(text: str, note: str = "", *, badges: Sequence[Badge] = ()) -> dict[str, Any]:
    """Return a title with its quieter note and its badges."""
    return {"kind": "title", "text": text, "note": note, "badges": _told(badges)}


def _told(badges: Sequence[Badge]) -> dict[str, str]:
    return {badge.text: badge.meaning for badge in badges}


def progress_part(done: float, text: str) -> dict[str, Any]:
    """Return how far something is: the share that is `done`, in [0, 1], and the same in words."""
    return {"kind": "progress", "done": done, "text": text}
