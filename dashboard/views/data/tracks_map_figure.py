"""Tracks on a plane, colored by what a person asks: genre, group, part of the split, or right and wrong of a run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.figures.written import shortened
from dashboard.theme import ACCENT, FAINT, GENRE_COLOURS, INK, OTHER, RIGHT, WRONG, Figure, count, layout
from genre_core.data.dataset import PARTS
from genre_core.data.splitting import Split

Numbers = npt.NDArray[Any]
SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "x", "star", "hexagon")
MOST_LIFTED = len(GENRE_COLOURS)
NAME_LENGTH = 40


@dataclass(frozen=True, eq=False)
class Cloud:
    """Points that look alike: their positions (n,) among all points, and how they are drawn; quiet ones lie beneath."""

    name: str
    members: Numbers
    colour: str
    symbol: str = "circle"
    quiet: bool = False


def by_number(numbers: Numbers, names: Sequence[str], lifted: Sequence[int], rest: str) -> list[Cloud]:
    """Return a cloud for each of the `lifted` numbers (n_points,), and a quiet one, named `rest`, of all others."""
    clouds = [
        Cloud(names[number], np.flatnonzero(numbers == number), GENRE_COLOURS[at].light, SYMBOLS[at])
        for at, number in enumerate(lifted[:MOST_LIFTED])
    ]
    others = np.flatnonzero(~np.isin(numbers, lifted))
    return [Cloud(rest, others, FAINT, quiet=True), *clouds] if others.size else clouds


def by_genre(y: Numbers, genres: Sequence[str], lifted: Sequence[int]) -> list[Cloud]:
    """Return the tracks by genre; genres that are not lifted are gray."""
    if len(genres) <= MOST_LIFTED:
        places = [number for number in range(len(genres)) if number in lifted]
        clouds = by_number(y, genres, places, "other genres")
        own = {genres[number]: (GENRE_COLOURS[number].light, SYMBOLS[number]) for number in places}
        return [cloud if cloud.quiet else Cloud(cloud.name, cloud.members, *own[cloud.name]) for cloud in clouds]
    return by_number(y, genres, lifted, count(len(genres) - len(lifted), "other genre"))


def by_group(groups: Numbers, level: str, called: Callable[[int], str] | None = None) -> list[Cloud]:
    """Return the tracks of the groups that most of the points belong to; the others are gray; `called` names one."""
    numbers, sizes = np.unique(groups, return_counts=True)
    most = numbers[np.argsort(-sizes, kind="stable")][:MOST_LIFTED]
    names = {int(number): called(int(number)) if called else f"{level} {int(number) + 1}" for number in most}
    clouds = [
        Cloud(names[int(number)], np.flatnonzero(groups == number), GENRE_COLOURS[at].light, SYMBOLS[at])
        for at, number in enumerate(most)
    ]
    others = np.flatnonzero(~np.isin(groups, most))
    rest = Cloud(count(len(numbers) - len(most), f"other {level}"), others, FAINT, quiet=True)
    return [rest, *clouds] if others.size else clouds


def by_part(rows: Numbers, split: Split) -> list[Cloud]:
    """Return the tracks by part of the split; those in no part are left gray."""
    looks = {"train": (FAINT, "circle"), "validation": (ACCENT, "circle"), "test": (OTHER, "diamond")}
    clouds = [
        Cloud(part, np.flatnonzero(np.isin(rows, split[part])), *looks[part], quiet=part == "train") for part in PARTS
    ]
    placed = np.concatenate([cloud.members for cloud in clouds])
    none = np.setdiff1d(np.arange(len(rows)), placed)
    left_out = [Cloud("in no part", none, FAINT, "circle-open", quiet=True)] if none.size else []
    return [*left_out, *(cloud for cloud in clouds if cloud.members.size)]


def by_answer(rows: Numbers, judged: Numbers, right: Numbers) -> list[Cloud]:
    """Return the tracks `judged` (n,) that a run was right or wrong on; the others are gray."""
    order = np.argsort(judged, kind="stable")
    at = np.minimum(np.searchsorted(judged, rows, sorter=order), len(judged) - 1)
    known = judged[order][at] == rows
    is_right = known & right[order][at]
    return [
        Cloud("not judged", np.flatnonzero(~known), FAINT, quiet=True),
        Cloud("right", np.flatnonzero(is_right), RIGHT),
        Cloud("wrong", np.flatnonzero(known & ~is_right), WRONG, "x"),
    ]


def map_figure(
    points: Numbers,
    clouds: Sequence[Cloud],
    axes: tuple[str, str],
    names: Sequence[str],
    area: Sequence[tuple[float, float]] | None = None,
    chosen: Numbers | None = None,
) -> Figure:
    """Return points (n, 2) in their clouds; on hover `names` (n,) say them, and `chosen` (n,) lie in `area`."""
    shape = {"type": "path", "path": _path(area), "line": {"color": INK, "width": 1.2}, "layer": "above"}
    return {
        "data": [_trace(points, cloud, names, chosen) for cloud in clouds],
        "layout": layout(
            "",
            xaxis={"showgrid": True, "title": {"text": axes[0]}},
            yaxis={"title": {"text": axes[1]}},
            showlegend=True,
            legend={"itemsizing": "constant", "y": 1.0, "itemclick": False, "itemdoubleclick": False},
            hovermode="closest",
            margin={"l": 8, "r": 34, "t": 8, "b": 8},
            modebar={"orientation": "v"},
            shapes=[shape] if area else [],
            newselection={"line": {"color": INK, "width": 1.2, "dash": "solid"}},
        ),
    }


def _trace(points: Numbers, cloud: Cloud, names: Sequence[str], chosen: Numbers | None) -> dict[str, Any]:
    opacity = 0.35 if cloud.quiet else 0.8
    trace = {
        "type": "scattergl",
        "mode": "markers",
        "name": shortened(cloud.name),
        "x": np.round(points[cloud.members, 0], 3).tolist(),
        "y": np.round(points[cloud.members, 1], 3).tolist(),
        "text": [names[at][:NAME_LENGTH] for at in cloud.members],
        "marker": {"color": cloud.colour, "symbol": cloud.symbol, "size": 4 if cloud.quiet else 5, "opacity": opacity},
        "hovertemplate": "%{text}<br>%{fullData.name}<extra></extra>",
    }
    if chosen is not None:
        trace["selectedpoints"] = np.flatnonzero(chosen[cloud.members]).tolist()
        trace["selected"] = {"marker": {"opacity": max(opacity, 0.7)}}
        trace["unselected"] = {"marker": {"opacity": 0.15}}
    return trace


def _path(area: Sequence[tuple[float, float]] | None) -> str:
    return "M" + " L".join(f"{x:g},{y:g}" for x, y in area or ()) + " Z"
