"""The chart: plotly drawn by a component of our own, which keeps its node, zoom and hover while data arrive."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components.file_names import named
from dashboard.figures.written import as_written
from dashboard.shell.mount import mount
from dashboard.shell.served import STATIC, serve
from dashboard.theme import TWINS, Figure

Corners = list[tuple[float, float]]
"""The corners of an area in the units of a chart's axes."""
MOST_CORNERS = 40
Played = tuple[str, float, float, float]
"""A part of a clip to be played: the clip, from and to in seconds, and the factor that makes it as loud as others."""

_mount = mount(__file__, isolate_styles=False)


def chart_part(figure: Figure | Any, alt: str) -> dict[str, str]:
    """Return what changes of a chart while it follows a run: its figure as text, and its sentence."""
    # As text: Streamlit looks through plain data, value by value, for tables to send apart.
    drawn = as_written(figure if isinstance(figure, dict) else json.loads(figure.to_json()))
    text = json.dumps(drawn, separators=(",", ":"))
    return {"figure": text, "alt": alt}


def plot(
    figure: Figure | Any,
    key: str,
    *,
    height: int,
    alt: str,
    revision: str = "",
    picked: str = "",
    on_pick: Callable[[Corners | None], None] | None = None,
    sounds: Sequence[Sequence[Played]] = (),
    name: str = "",
) -> None:
    """Draw a plotly figure (plain data, or a `go.Figure`) across its container, `height` pixels high.

    `alt` is its sentence for those who cannot see it. While `revision` stays the same (a run's identifier, say), zoom
    and hidden legend entries survive new data. With `on_pick` a person can press a point, or draw around
    several: it is called with the corners of the area, None where they cleared it; the page draws the area, and says it
    as `picked`. `sounds` are those of the points of each trace, which play while the mouse rests on a point. `name` is
    what a file of the chart holds, where its key does not say so.
    """
    heard = {"sounds": json.dumps(sounds)} if sounds else {}
    data = _data(chart_part(figure, alt), height, revision, name or key) | heard
    if on_pick is None:
        _mount(key=key, data=data)
    else:
        data |= {"pickable": True, "picked": picked}
        _mount(key=key, data=data, on_pick_change=lambda: on_pick(_corners(st.session_state[key]["pick"]["area"])))


def chart(
    part: Mapping[str, str],
    key: str,
    *,
    height: int,
    low: int | None = None,
    revision: str = "",
    live: str = "",
    at: float | None = None,
    on_line: Callable[[int], None] | None = None,
    name: str = "",
) -> None:
    """Draw what `chart_part` returned; with `live`, the name of the part, it follows a run.

    `low` is its height in a low window, such as a projector's. `name` is what a file of it holds, where its key does
    not say so.

    `at` is where a hairline stands on the x axis, which others may move in the browser. `on_line` is called with the
    `meta` of a line that was clicked.
    """
    data = {**_data(part, height, revision, name or key), "live": live, "at": at, "low": low}
    if on_line is None:
        _mount(key=key, data=data)
        return

    def click() -> None:
        on_line(int(st.session_state[key]["line"]["meta"]))

    _mount(key=key, data={**data, "clickable": True}, on_line_change=click)


def _data(part: Mapping[str, str], height: int, revision: str, name: str) -> dict[str, Any]:
    fixed = {"script": install_plotly(), "twins": TWINS, "live": "", "name": named(name)}
    return {**part, "height": height, "revision": revision, **fixed}


def _corners(given: Any) -> Corners | None:
    """Return the corners that a browser sent, None for none."""
    return [(float(x), float(y)) for x, y in given[:MOST_CORNERS]] if given else None


@cache
def install_plotly(folder: Path = STATIC) -> str:
    """Copy plotly.min.js of the installed package to where it is served, once, and return its file name."""
    spec = find_spec("plotly")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).parent / "package_data" / "plotly.min.js"
    return serve("plotly", ".min.js", [source], folder)
