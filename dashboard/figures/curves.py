"""Loss and accuracy over the epochs: train thin and light, validation full, reference lines labelled on themselves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dashboard.figures.epoch_axis import (
    FEWEST_EPOCHS,
    LABEL_GAP,
    add_best,
    axis_name,
    corners,
    epoch_axis,
    lifted,
    note,
    spread,
)
from dashboard.theme import ACCENT, FAINT, GAP, INK, MUTED, PALETTE, Figure, layout, limits, span

MAJORITY_ROOM = 12.0
"""Points of accuracy that the name of the majority baseline takes up."""


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
        "data": [*corners(end, limits(y_axis)), *(trace for line in lines for trace in _traces(line, epochs))],
        "layout": layout(
            title,
            xaxis=epoch_axis(end),
            yaxis=y_axis,
            margin={"l": 46, "r": 88, "t": 38, "b": 26},
            hovermode="x unified",
            shapes=[],
            annotations=[axis_name()],
        ),
    }
    if best_epoch is not None and epochs:
        add_best(figure, best_epoch, epochs[-1], end)
    ends = [(line.name, line.values[-1], line.label_colour) for line in lines if epochs and line.values[-1] is not None]
    _add_labels(figure, ends, bayes, epochs[-1] if epochs else None, end, height)
    return figure


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
    name = note(1, round(level, 2), text, MUTED, xref="paper", xanchor="right", yanchor=side, size=11)
    figure["layout"]["annotations"].append(name)


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
        moved = spread(places)
    else:
        moved = _beside(spread(places[: len(ends)]), None if bayes is None else bayes * scale) + places[len(ends) :]
    moved = lifted(moved, low * scale + LABEL_GAP / 2)
    for number, (text, value, colour) in enumerate(wanted):
        at: dict[str, Any] = {"x": last, "xref": "x"} if number < len(ends) else {"x": 1, "xref": "paper"}
        shift = round(moved[number] - places[number], 1)
        label = note(None, round(value, 4), text, colour, xanchor="left", xshift=6, yshift=shift)
        figure["layout"]["annotations"].append(label | at)


def _beside(places: list[float], line: float | None) -> list[float]:
    """Return the labels' places with none written across a line, which pushes them down."""
    touched = [place for place in places if line is not None and abs(place - line) < LABEL_GAP - 4]
    if line is None or not touched:
        return places
    push = max(touched) - (line - LABEL_GAP + 4)
    return [place - push if place <= max(touched) else place for place in places]


def _level(level: float, line: dict[str, Any]) -> dict[str, Any]:
    value = round(level, 4)
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": line, "layer": "below"}


def _finite(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _percent(rate: float) -> float | None:
    return round(100 * rate, 2) if math.isfinite(rate) else None
