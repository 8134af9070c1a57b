"""Loss and accuracy over the epochs: train thin and light, validation full, reference lines labeled on themselves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.figures.epoch_axis import FEWEST_EPOCHS, LABEL_GAP, add_best, add_branch, epoch_chart, lifted, spread
from dashboard.figures.parts import beyond, highest_beyond, level, loss_axis, note, percent_axis, scatter
from dashboard.theme import ACCENT, FAINT, GAP, INK, MUTED, OTHER, PALETTE, Figure, heading, limits
from genre_core.store.schema import Epoch

_AT_THE_SIDE = {"x": 1, "xref": "paper"}
MAJORITY_ROOM = 12.0
"""Points of accuracy that the name of the majority baseline takes up."""


@dataclass(frozen=True)
class Parent:
    """Origin of a branch: after which epoch, and all epochs that it has itself (none where it is not stored)."""

    after: int
    epochs: Sequence[Epoch] = ()


@dataclass(frozen=True)
class _Line:
    name: str
    epochs: list[int]
    values: list[float | None]
    colour: str
    width: float
    label_colour: str


def loss_figure(
    history: Sequence[Epoch], best_epoch: int | None = None, *, parent: Parent | None = None, height: int = 260
) -> Figure:
    """Return the loss curves; an empty history gives empty axes. `height` in pixels spaces the labels."""
    lines = _lines(history, parent, "loss", 1.0)
    values = [value for line in lines for value in line.values]
    axis = loss_axis(values)
    title = heading("Loss (nats)", highest_beyond(values, axis))
    figure = _figure(title, lines, best_epoch, parent, axis, height)
    for line in lines:
        figure["data"] += beyond(line.epochs, line.values, axis, line.name, line.colour)
    return figure


def accuracy_figure(
    history: Sequence[Epoch],
    best_epoch: int | None = None,
    *,
    majority: float | None = None,
    bayes: float | None = None,
    parent: Parent | None = None,
    height: int = 260,
) -> Figure:
    """Return the accuracy curves in percent with the majority baseline and the Bayes limit, rates in [0, 1]."""
    lines = _lines(history, parent, "accuracy", 100.0)
    limit, base = (None if rate is None else 100 * rate for rate in (bayes, majority))
    figure = _figure("Accuracy", lines, best_epoch, parent, percent_axis(), height, limit, base)
    if limit is not None:
        figure["data"].insert(0, _impossible(limit, limits(figure["layout"]["xaxis"])))
    return figure


def _lines(history: Sequence[Epoch], parent: Parent | None, what: str, unit: float) -> list[_Line]:
    """Return the run's curves, those of a branch from its epoch on, and below them those of what comes before it."""
    light, other, paler = (PALETTE[name].light for name in ("accent_light", "other_light", "other_light"))
    if parent is None:
        return [
            _line("train", history, f"train_{what}", unit, light, 1.3, MUTED),
            _line("validation", history, f"validation_{what}", unit, ACCENT, 2.6, INK),
        ]
    before, since = history[: parent.after], history[parent.after - 1 :] if len(history) > parent.after else ()
    return [
        _line("train before", before, f"train_{what}", unit, other, 1.3, MUTED),
        _line("before", before, f"validation_{what}", unit, OTHER, 2.2, MUTED),
        _line("parent", parent.epochs[max(0, len(before) - 1) :], f"validation_{what}", unit, paler, 2.2, MUTED),
        _line("train", since, f"train_{what}", unit, light, 1.3, MUTED),
        _line("validation", since, f"validation_{what}", unit, ACCENT, 2.6, INK),
    ]


def _line(
    name: str, history: Sequence[Epoch], field: str, unit: float, colour: str, width: float, label_colour: str
) -> _Line:
    values = [_finite(unit * getattr(row, field), 4 if unit == 1 else 2) for row in history]
    return _Line(name, [row.epoch for row in history], values, colour, width, label_colour)


def _figure(
    title: str,
    lines: list[_Line],
    best_epoch: int | None,
    parent: Parent | None,
    y_axis: dict[str, Any],
    height: int,
    bayes: float | None = None,
    majority: float | None = None,
) -> Figure:
    last = max((line.epochs[-1] for line in lines if line.epochs), default=0)
    own = max((line.epochs[-1] for line in lines if line.epochs and line.name != "parent"), default=0)
    end = max(FEWEST_EPOCHS, last)
    figure = epoch_chart(title, end, y_axis, (trace for line in lines for trace in _traces(line)), right=88)
    if best_epoch is not None and own:
        add_best(figure, best_epoch, own, end)
    if parent is not None and own >= parent.after:
        add_branch(figure, parent.after, end)
    named = [line for line in lines if line.values and line.values[-1] is not None and not _goes_on(line, lines)]
    _add_labels(figure, named, bayes, majority, end, height)
    return figure


def _goes_on(line: _Line, lines: list[_Line]) -> bool:
    """Say whether a line of before the branch is followed by another, which has the name."""
    followers = {"train before": ("train",), "before": ("parent", "validation")}.get(line.name, ())
    return any(other.name in followers and other.epochs for other in lines)


def _traces(line: _Line) -> list[dict[str, Any]]:
    """Return the curve, and the dot at its end."""
    style = {"color": line.colour, "width": line.width}
    hover = "%{y}"  # with the axis' own unit
    curve = scatter(line.epochs, line.values, "lines", name=line.name, line=style, hovertemplate=hover)
    if not line.values or line.values[-1] is None or line.name.endswith("before"):
        return [curve]
    marker, name = {"color": line.colour, "size": 7 if line.width > 2 else 5}, f"{line.name}, last"
    dot = scatter(line.epochs[-1:], line.values[-1:], "markers", name=name, marker=marker, hoverinfo="skip")
    return [curve, dot]


def _impossible(limit: float, x_range: tuple[float, float]) -> dict[str, Any]:
    """Return the hatching beyond the Bayes limit."""
    start, stop = x_range
    hatched = {"shape": "/", "size": 7, "solidity": 0.12, "fgcolor": FAINT, "bgcolor": "rgba(0,0,0,0)"}
    area = {"line": {"width": 0}, "fill": "toself", "fillpattern": hatched, "hoverinfo": "skip"}
    return scatter([start, stop, stop, start], [limit, limit, 100, 100], "lines", **area)


def _add_labels(
    figure: Figure, lines: list[_Line], bayes: float | None, majority: float | None, axis_end: int, height: int
) -> None:
    """Write each line's name at its end, and the reference lines' on their own, pushed apart where they would touch."""
    low, high = limits(figure["layout"]["yaxis"])
    scale = (height - 64) / (high - low)
    if bayes is not None:
        figure["layout"]["shapes"].append(level(round(bayes, 4), INK, "dash"))
    wanted: list[tuple[str, Any, str]] = [
        (line.name, min(line.values[-1] or 0.0, high), line.label_colour) for line in lines
    ]
    if bayes is not None:
        wanted.append(("best possible", bayes, MUTED))
    places = [value * scale for _, value, _ in wanted]
    in_margin = any(line.epochs[-1] == axis_end for line in lines)
    if in_margin:
        moved = spread(places)
    else:
        moved = _beside(spread(places[: len(lines)]), None if bayes is None else bayes * scale) + places[len(lines) :]
    moved = lifted(moved, low * scale + LABEL_GAP / 2)
    if majority is not None:
        beside = _add_majority(figure, majority, [*places, *moved], moved, scale)
        moved = moved if in_margin else beside
    for number, (text, value, colour) in enumerate(wanted):
        ends = lines[number].epochs[-1] if number < len(lines) else axis_end
        at: dict[str, Any] = _AT_THE_SIDE if ends == axis_end else {"x": ends, "xref": "x"}
        shift = round(moved[number] - places[number], 1)
        label = note(None, round(value, 4), text, colour, xanchor="left", xshift=6, yshift=shift)
        figure["layout"]["annotations"].append(label | at)


def _add_majority(
    figure: Figure, rate: float, taken: Sequence[float], labels: list[float], scale: float
) -> list[float]:
    """Draw the majority baseline, its name above it, or below where a curve or its label ends there and there is room.

    Return the places of the labels, in pixels, with none written across the name.
    """
    line, room = rate * scale, MAJORITY_ROOM * scale
    is_below = any(line - room / 6 < place < line + room for place in taken) and (
        rate - limits(figure["layout"]["yaxis"])[0] > MAJORITY_ROOM
    )
    figure["layout"]["shapes"].append(level(round(rate, 4), FAINT, "dot"))
    side = "top" if is_below else "bottom"
    text = f"{rate:.1f}{GAP}% · always the most common genre"
    # As wide as a phone's axis, and apart from the names at the ends of the curves.
    name = note(1, round(rate, 2), text, xref="paper", xanchor="right", xshift=-4, yanchor=side, size=10)
    figure["layout"]["annotations"].append(name)
    if is_below:
        return lifted(labels, line + LABEL_GAP / 2, since=line - room)
    return lifted(labels, line + room, since=line - LABEL_GAP / 2)


def _beside(places: list[float], line: float | None) -> list[float]:
    """Return the labels' places with none written across a line, which pushes them down."""
    touched = [place for place in places if line is not None and abs(place - line) < LABEL_GAP - 4]
    if line is None or not touched:
        return places
    push = max(touched) - (line - LABEL_GAP + 4)
    return [place - push if place <= max(touched) else place for place in places]


def _finite(value: float, digits: int) -> float | None:
    return round(value, digits) if math.isfinite(value) else None
