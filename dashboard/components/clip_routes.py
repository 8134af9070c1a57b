"""Routes by which a browser hears clips: `clip/{clip}` is the sound of a clip, `clip/{clip}/mel` a picture of it.

They know clips by identity alone, so nothing but clips of this store can be had; and for a while sounds that were made
for a page or brought along by a person, by names that nobody can guess. What cannot be had is answered by 404 and a
sentence: `{"problem": …}`.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from dashboard.services import clips
from dashboard.services.clips import Picture, SoundFile
from dashboard.text.sounds import picture_sentence
from genre_core.data.clips.reading import LONGEST
from genre_core.errors import GenreLabError

WIDEST = 2048
"""Frames of a picture, at most."""
KEEP = {
    "Cache-Control": "private, max-age=31536000, immutable",  # the name of a clip is the hash of what is in it
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_pictures, _sounds = CapacityLimiter(2), CapacityLimiter(8)
"""So many threads make pictures, and so many sounds: a list of pictures keeps no sound waiting."""

Made = TypeVar("Made")


async def sound(request: Request) -> Response:
    """Answer with the sound of a clip, or the range of it that is asked for."""
    found = await _made(partial(clips.sound, request.path_params["clip"]), _sounds)
    if isinstance(found, SoundFile):
        return FileResponse(found.path, headers=KEEP, media_type=found.media_type, stat_result=found.found)
    if isinstance(found, Response):
        return found
    return ranged(found, request.headers.get("range", ""), _keep(request))


async def mel(request: Request) -> Response:
    """Answer with the picture of a part of a clip: the length of a JSON head (4 bytes), the head, and the levels."""
    asked = request.query_params
    try:
        start, seconds = float(asked.get("start", 0)), float(asked.get("seconds", 0))
        width = int(asked.get("width", WIDEST))
    except ValueError:
        return problem("start, seconds and width are numbers.", 400)
    if not (0 <= start <= LONGEST and 0 <= seconds <= LONGEST and 1 <= width <= WIDEST):
        sentence = f"start and seconds are between 0 and {LONGEST:,.0f}, and width is between 1 and {WIDEST:,}."
        return problem(sentence, 400)
    made = partial(clips.picture, request.path_params["clip"], round(start, 3), round(seconds, 3), width)
    found = await _made(made, _pictures)
    return (
        found
        if isinstance(found, Response)
        else Response(packed(found), 200, _keep(request), "application/octet-stream")
    )


ROUTES = [Route("/clip/{clip}", sound), Route("/clip/{clip}/mel", mel)]


def packed(picture: Picture) -> bytes:
    """Return a picture as it is sent."""
    numbers = {name: value for name, value in asdict(picture).items() if name != "levels"}
    said = {**numbers, "shape": picture.levels.shape, "sentence": picture_sentence(picture)}
    head = json.dumps(said).encode()
    return len(head).to_bytes(4, "little") + head + picture.levels.tobytes()


def ranged(body: bytes, asked: str, keep: Mapping[str, str] = KEEP) -> Response:
    """Return a WAV file, or that one range of it which the header `Range` asks for."""
    headers = {**keep, "Accept-Ranges": "bytes"}
    found = re.fullmatch(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", asked, re.ASCII)
    if found is None or not any(found.groups()):  # none, or what need not be understood: several ranges
        return Response(body, 200, headers, "audio/wav")
    first, last = found.groups()
    start = int(first) if first else max(0, len(body) - int(last))
    end = min(int(last) + 1, len(body)) if first and last else len(body)
    if start >= end:
        return Response(b"", 416, {**headers, "Content-Range": f"bytes */{len(body)}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(body)}"
    return Response(body[start:end], 206, headers, "audio/wav")


def _keep(request: Request) -> dict[str, str]:
    """Return how long a browser keeps it: not at all where it is forgotten here after a while."""
    return {**KEEP, "Cache-Control": "no-store"} if clips.is_kept(request.path_params["clip"]) else KEEP


def problem(sentence: str, status: int = 404) -> Response:
    """Return a sentence that says why nothing comes."""
    return JSONResponse({"problem": sentence}, status, {"Cache-Control": "no-store"})


async def _made(make: Callable[[], Made], limiter: CapacityLimiter) -> Made | Response:
    """Make something in a thread, or say why it cannot be made."""
    try:
        return await run_sync(make, limiter=limiter)
    except GenreLabError as error:
        return problem(str(error))
