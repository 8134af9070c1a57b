"""Loss and accuracy over the epochs: train thin and light, validation full, reference lines labelled on themselves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dashboard.theme import ACCENT, BACKGROUND, FAINT, GAP, INK, MUTED, PALETTE, Figure, fade, layout, limits, span

LABEL_GAP = 15
"""Least distance between two line-end labels, in pixels."""
MAJORITY_ROOM = 12.0
"""Points of accuracy that the name of the majority baseline takes up."""
FEWEST_EPOCHS = 10
"""An axis shorter than this would make the first epochs jump."""


class Epoch(Protocol):
    """One epoch's numbers: losses in nats, accuracies in [0, 1], epochs from 1."""

    @property
    def epoch(self) -> int:
        """Return its number, from 1."""

    @property
    def train_loss(self) -> float:
        """Return the training loss."""

    @property
    def train_accuracy(self) -> float:
        """Return the training accuracy."""

    @property
    def validation_loss(self) -> float:
        """Return the validation loss."""

    @property
    def validation_accuracy(self) -> float:
        """Return the validation accuracy."""


@dataclass(frozen=True)
class _Line:
    name: str
    values: list[float | None]
    colour: str
    width: float
    label_colour: str


def loss_figure(history: Sequence[Epoch], best_epoch: int | None = None, *, height: int = 260) -> Figure:
    """Return the loss curves; an empty history gives empty axes. `height` in pixels spaces the labels."""
    train = [_finite(row.train_loss) for row in history]
    validation = [_finite(row.validation_loss) for row in history]
    known = [value for value in (*train, *validation) if value is not None]
    top = 1.06 * max(known, default=2.0) or 1.0
    y_axis = {**span(0, round(top, 4)), "nticks": 6, "hoverformat": ".3f"}
    return _figure("Loss (nats)", history, _lines(train, validation), best_epoch, y_axis, height)


def accuracy_figure(
    history: Sequence[Epoch],
    best_epoch: int | None = None,
    *,
    majority: float | None = None,
    bayes: float | None = None,
    y_full: bool = True,
    height: int = 260,
) -> Figure:
    """Return the accuracy curves in percent with the majority baseline and the Bayes limit, rates in [0, 1].

    The axis runs from 0 to 100 %; with `y_full` false it starts just below the lowest curve.
    """
    train = [_percent(row.train_accuracy) for row in history]
    validation = [_percent(row.validation_accuracy) for row in history]
    lowest = min((value for value in (*train, *validation) if value is not None), default=0.0)
    bottom = 0 if y_full else max(0, 10 * math.floor((lowest - 3) / 10))
    y_axis = {**span(bottom, 100), "nticks": 6, "ticksuffix": f"{GAP}%", "hoverformat": ".1f"}
    limit = None if bayes is None else 100 * bayes
    figure = _figure("Accuracy", history, _lines(train, validation), best_epoch, y_axis, height, limit)
    if limit is not None:
        figure["data"].insert(0, _impossible(limit, limits(figure["layout"]["xaxis"])))
    if majority is not None and 100 * majority >= bottom:
        _add_majority(figure, 100 * majority, [*train[-1:], *validation[-1:]], bottom)
    return figure


def _lines(train: list[float | None], validation: list[float | None]) -> list[_Line]:
    return [
        _Line("train", train, PALETTE["accent_light"].light, 1.3, MUTED),
        _Line("validation", validation, ACCENT, 2.6, INK),
    ]


def _figure(
    title: str,
    history: Sequence[Epoch],
    lines: list[_Line],
    best_epoch: int | None,
    y_axis: dict[str, Any],
    height: int,
    bayes: float | None = None,
) -> Figure:
    epochs = [row.epoch for row in history]
    end = max(FEWEST_EPOCHS, epochs[-1] if epochs else 0)
    figure: Figure = {
        "data": [*_corners(end, limits(y_axis)), *(trace for line in lines for trace in _traces(line, epochs))],
        "layout": layout(
            title,
            xaxis=_epoch_axis(end),
            yaxis=y_axis,
            margin={"l": 46, "r": 88, "t": 38, "b": 26},
            hovermode="x unified",
            shapes=[],
            annotations=[_axis_name()],
        ),
    }
    if best_epoch is not None and epochs:
        _add_best(figure, best_epoch, epochs[-1], end)
    ends = [(line.name, line.values[-1], line.label_colour) for line in lines if epochs and line.values[-1] is not None]
    _add_labels(figure, ends, bayes, epochs[-1] if epochs else None, end, height)
    return figure


def _corners(end: int, y_range: tuple[float, float]) -> list[dict[str, Any]]:
    """Return an invisible trace from corner to corner, without which empty axes would not take their limits."""
    return [{"type": "scatter", "mode": "none", "x": [1, end], "y": list(y_range), "hoverinfo": "skip"}]


def _traces(line: _Line, epochs: list[int]) -> list[dict[str, Any]]:
    """Return the curve, and the dot at its end."""
    style = {"color": line.colour, "width": line.width}
    curve = {
        "type": "scatter",
        "mode": "lines",
        "name": line.name,
        "x": epochs,
        "y": line.values,
        "line": style,
        "hovertemplate": "%{y}",  # with the axis' own unit
    }
    if not epochs or line.values[-1] is None:
        return [curve]
    dot = {
        "type": "scatter",
        "mode": "markers",
        "name": f"{line.name}, last",
        "x": epochs[-1:],
        "y": line.values[-1:],
        "marker": {"color": line.colour, "size": 7 if line.width > 2 else 5},
        "hoverinfo": "skip",
    }
    return [curve, dot]


def _epoch_axis(end: int) -> dict[str, Any]:
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


def _axis_name() -> dict[str, Any]:
    return _note(1, 0, "epoch", MUTED, xref="paper", yref="paper", xanchor="left", xshift=14, yanchor="top", yshift=-4)


def _add_best(figure: Figure, best_epoch: int, last: int, end: int) -> None:
    """Mark the best epoch by a hairline with a flag, and make what follows paler."""
    beyond = {
        "type": "rect",
        "x0": best_epoch,
        "x1": last + 0.012 * end,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"width": 0},
        "fillcolor": fade(BACKGROUND, 0.5),
        "layer": "above",
    }
    hairline = {
        "type": "line",
        "x0": best_epoch,
        "x1": best_epoch,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"width": 1, "color": MUTED},
    }
    figure["layout"]["shapes"] += [beyond, hairline] if best_epoch < last else [hairline]
    late = best_epoch > 0.75 * end
    side: dict[str, Any] = {"xanchor": "right", "xshift": -3} if late else {"xanchor": "left", "xshift": 3}
    flag = _note(best_epoch, 1, f"best · {best_epoch}", MUTED, yref="paper", yanchor="bottom", **side)
    figure["layout"]["annotations"].append(flag)


def _impossible(limit: float, x_range: tuple[float, float]) -> dict[str, Any]:
    """Return the hatching beyond the Bayes limit."""
    start, stop = x_range
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [start, stop, stop, start],
        "y": [limit, limit, 100, 100],
        "line": {"width": 0},
        "fill": "toself",
        "fillpattern": {"shape": "/", "size": 7, "solidity": 0.12, "fgcolor": FAINT, "bgcolor": "rgba(0,0,0,0)"},
        "hoverinfo": "skip",
    }


def _add_majority(figure: Figure, level: float, ends: Sequence[float | None], bottom: float) -> None:
    """Draw the majority baseline, its name above it, or below where a curve ends just above it and there is room."""
    figure["layout"]["shapes"].append(_level(level, {"width": 1.5, "color": FAINT, "dash": "dot"}))
    text = f"{level:.1f}{GAP}% · always the commonest genre"
    taken = any(end is not None and -2 < end - level < MAJORITY_ROOM for end in ends)
    side = "top" if taken and level - bottom > MAJORITY_ROOM else "bottom"
    note = _note(1, round(level, 2), text, MUTED, xref="paper", xanchor="right", yanchor=side, size=11)
    figure["layout"]["annotations"].append(note)


def _add_labels(
    figure: Figure,
    ends: list[tuple[str, Any, str]],
    bayes: float | None,
    last: int | None,
    axis_end: int,
    height: int,
) -> None:
    """Write each line's name at its end, and the Bayes limit's on its own, pushed apart where they would touch."""
    low, high = limits(figure["layout"]["yaxis"])
    scale = (height - 64) / (high - low)
    if bayes is not None:
        figure["layout"]["shapes"].append(_level(bayes, {"width": 1.5, "color": INK, "dash": "dash"}))
    wanted = [*ends, *([("best possible", bayes, MUTED)] if bayes is not None else [])]
    places = [value * scale for _, value, _ in wanted]
    if last == axis_end:
        moved = _spread(places)
    else:
        moved = _beside(_spread(places[: len(ends)]), None if bayes is None else bayes * scale) + places[len(ends) :]
    moved = _lifted(moved, low * scale + LABEL_GAP / 2)
    for number, (text, value, colour) in enumerate(wanted):
        at: dict[str, Any] = {"x": last, "xref": "x"} if number < len(ends) else {"x": 1, "xref": "paper"}
        shift = round(moved[number] - places[number], 1)
        note = _note(None, round(value, 4), text, colour, xanchor="left", xshift=6, yshift=shift)
        figure["layout"]["annotations"].append(note | at)


def _beside(places: list[float], line: float | None) -> list[float]:
    """Return the labels' places with none written across a line, which pushes them down."""
    touched = [place for place in places if line is not None and abs(place - line) < LABEL_GAP - 4]
    if line is None or not touched:
        return places
    push = max(touched) - (line - LABEL_GAP + 4)
    return [place - push if place <= max(touched) else place for place in places]


def _spread(places: list[float]) -> list[float]:
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


def _lifted(places: list[float], floor: float) -> list[float]:
    """Return the places with those too near the axis, where its numbers stand, lifted one above the other."""
    lifted = list(places)
    for number in sorted(range(len(places)), key=lambda number: places[number]):
        lifted[number] = max(places[number], floor)
        floor = lifted[number] + LABEL_GAP
    return lifted


def _gap(groups: list[list[int]], middles: list[float]) -> float:
    """Return the distance between the nearest labels of the last two groups."""
    below = middles[-2] + (len(groups[-2]) - 1) / 2 * LABEL_GAP
    return middles[-1] - (len(groups[-1]) - 1) / 2 * LABEL_GAP - below


def _level(level: float, line: dict[str, Any]) -> dict[str, Any]:
    value = round(level, 4)
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": line, "layer": "below"}


def _note(x: float | None, y: float, text: str, colour: str, *, size: int = 12, **own: Any) -> dict[str, Any]:
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "font": {"size": size, "color": colour},
        "borderpad": 0,
    } | own


def _finite(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _percent(rate: float) -> float | None:
    return round(100 * rate, 2) if math.isfinite(rate) else None
