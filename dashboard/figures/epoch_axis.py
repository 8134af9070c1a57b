"""Parts that charts over epochs share: the axis, the flag of the best epoch, and line-end labels that do not touch."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.figures.parts import flag, note, upright
from dashboard.theme import BACKGROUND, FAINT, GAP, INK, MUTED, Figure, fade, layout, limits, span

LABEL_GAP = 15
"""Least distance between two line-end labels, in pixels."""
FEWEST_EPOCHS = 10
"""An axis shorter than this would make the first epochs jump."""
LATE = 0.75
"""Share of the axis beyond which a flag stands to the left of its hairline."""


def epoch_chart(
    title: str,
    end: int,
    y_axis: dict[str, Any],
    traces: Iterable[dict[str, Any]],
    *,
    right: int,
    top: int = 38,
    bottom: int = 26,
    hovermode: str = "x unified",
) -> Figure:
    """Return a chart over the epochs from 1 to `end`; `right` pixels are left for labels at the ends of its lines."""
    return {
        "data": [*corners(end, limits(y_axis)), *traces],
        "layout": layout(
            title,
            xaxis=_epoch_axis(end),
            yaxis=y_axis,
            margin={"l": 46, "r": right, "t": top, "b": bottom},
            hovermode=hovermode,
            shapes=[],
            annotations=[
                note(1, 0, "epoch", xref="paper", yref="paper", xanchor="left", xshift=14, yanchor="top", yshift=-4)
            ],
        ),
    }


def _epoch_axis(end: int) -> dict[str, Any]:
    """Return an axis of epochs from 1 to `end` with at most a dozen whole ticks."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200) if end / step <= 10)
    ticks = [1, *range(step if step > 1 else 2, end + 1, step)]
    return {
        **span(round(1 - 0.012 * end, 3), round(1.012 * end, 3)),
        "tickvals": ticks,
        "ticktext": [str(tick) for tick in ticks],
        "spikethickness": 1,
        "spikedash": "solid",
        "spikecolor": FAINT,
        "unifiedhovertitle": {"text": "epoch %{x}"},
        "hoverformat": "d",
    }


def corners(end: float, y_range: tuple[float, float]) -> list[dict[str, Any]]:
    """Return an invisible trace from corner to corner, without which empty axes would not take their limits."""
    unseen = {"type": "scatter", "mode": "none", "hoverinfo": "skip", "showlegend": False}
    return [unseen | {"x": [1, end], "y": list(y_range)}]


PALER = 0.3
"""How much of the background lies over what follows the best epoch: thin lines can still be seen on dark."""


def add_best(figure: Figure, best_epoch: int, last: int, end: int) -> None:
    """Mark the best epoch by a hairline with a flag, and make what follows paler."""
    beyond = {
        "type": "rect",
        "x0": best_epoch,
        "x1": last + 0.012 * end,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"width": 0},
        "fillcolor": fade(BACKGROUND, PALER),
        "layer": "above",
    }
    hairline = upright(best_epoch, MUTED)
    figure["layout"]["shapes"] += [beyond, hairline] if best_epoch < last else [hairline]
    said = flag(best_epoch, 1, f"best · {best_epoch}", late=best_epoch > LATE * end)
    figure["layout"]["annotations"].append(said)


def add_branch(figure: Figure, epoch: int, end: int) -> None:
    """Mark where a branch begins by a dotted hairline, named at its foot."""
    figure["layout"]["shapes"].append(upright(epoch, MUTED, "dot"))
    said = flag(epoch, 0, f"branch · {epoch}", late=epoch > LATE * end, size=11)
    figure["layout"]["annotations"].append(said)


@dataclass(frozen=True)
class End:
    """Where a line ends, and how it is called there; names of lines in the background are gray."""

    value: float
    name: str
    colour: str
    in_front: bool


def names_at_ends(ends: Sequence[End], epoch: int, y_range: tuple[float, float], height: int) -> list[dict[str, Any]]:
    """Return the lines' names at their last epoch, moved apart where they would touch; `height` is that of the axis."""
    scale = height / (y_range[1] - y_range[0])
    places = [end.value * scale for end in ends]
    moved = lifted(spread(places), y_range[0] * scale + LABEL_GAP / 2)
    return [
        note(
            epoch,
            end.value,
            f'<span style="color:{end.colour}">●</span>{GAP}{end.name}',
            INK if end.in_front else MUTED,
            xanchor="left",
            xshift=6,
            yshift=round(at - place, 1),
        )
        for end, place, at in zip(ends, places, moved, strict=True)
    ]


def without_marks(name: str) -> str:
    """Return a name that plotly, which reads marks in its texts, shows as it is."""
    return name.replace("<", "‹").replace(">", "›")


def spread(places: list[float]) -> list[float]:
    """Return the places, in pixels, moved apart to `LABEL_GAP` about their common middle, order kept."""
    order = sorted(range(len(places)), key=lambda number: places[number])
    groups: list[list[int]] = []
    middles: list[float] = []
    for number in order:
        groups.append([number])
        middles.append(places[number])
        while len(groups) > 1 and _gap(groups, middles) < LABEL_GAP:
            merged = groups.pop(-2) + groups.pop()
            middles[-2:] = [sum(places[member] for member in merged) / len(merged)]
            groups.append(merged)
    moved = list(places)
    for group, middle in zip(groups, middles, strict=True):
        for position, member in enumerate(group):
            moved[member] = middle + (position - (len(group) - 1) / 2) * LABEL_GAP
    return moved


def lifted(places: list[float], floor: float, *, since: float = -math.inf) -> list[float]:
    """Return the places with those below the floor lifted one above the other; those below `since` stay."""
    moved = list(places)
    for number in sorted(range(len(places)), key=lambda number: places[number]):
        if places[number] > since:
            moved[number] = max(places[number], floor)
            floor = moved[number] + LABEL_GAP
    return moved


def _gap(groups: list[list[int]], middles: list[float]) -> float:
    """Return the distance between the nearest labels of the last two groups."""
    below = middles[-2] + (len(groups[-2]) - 1) / 2 * LABEL_GAP
    return middles[-1] - (len(groups[-1]) - 1) / 2 * LABEL_GAP - below
