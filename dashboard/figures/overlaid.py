"""The curves of several runs on one chart: training thin, validation full, best epochs flagged."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.figures.epoch_axis import FEWEST_EPOCHS, LATE, End, epoch_chart, names_at_ends, without_marks
from dashboard.figures.parts import beyond, flag, highest_beyond, loss_axis, percent_axis, scatter, upright
from dashboard.theme import ACCENT, MUTED, OTHER, PALETTE, Figure, heading, limits
from genre_core.store.schema import Epoch

LONGEST_NAME = 15
TOP, BOTTOM = 52, 26
FLAG_ROW = 13


@dataclass(frozen=True)
class Curves:
    """The epochs of one run, its name, its best epoch, and whether it is looked at, compared with, or beside them."""

    name: str
    epochs: Sequence[Epoch]
    best_epoch: int | None
    place: int
    """0: looked at; 1: compared with; beyond: beside them, in gray."""

    @property
    def colour(self) -> str:
        """Return the color of its validation curve."""
        return (ACCENT, OTHER, MUTED)[min(self.place, 2)]

    @property
    def light(self) -> str:
        """Return the color of its training curve."""
        names = ("accent_light", "other_light", "axis")
        return PALETTE[names[min(self.place, 2)]].light


def overlaid_loss(runs: Sequence[Curves], *, height: int = 290) -> Figure:
    """Return the loss curves of runs in nats; `height` in pixels spaces the labels."""
    axis = loss_axis(row for run in runs for epoch in run.epochs for row in (epoch.train_loss, epoch.validation_loss))
    validation = [_values(run, "validation_loss", 1.0) for run in runs]
    highest = highest_beyond((value for values in validation for value in values), axis)
    figure = _figure("Loss (nats)", runs, "loss", 1.0, axis, height, highest)
    for run, values in zip(runs, validation, strict=True):
        epochs, name = [row.epoch for row in run.epochs], f"{_short(run.name)}, validation"
        figure["data"] += beyond(epochs, values, axis, name, run.colour)
    return figure


def overlaid_accuracy(runs: Sequence[Curves], *, height: int = 290) -> Figure:
    """Return the accuracy curves of runs in percent, on an axis from 0 to 100 %."""
    return _figure("Accuracy", runs, "accuracy", 100.0, percent_axis(), height)


def _figure(
    title: str, runs: Sequence[Curves], what: str, unit: float, y_axis: dict[str, Any], height: int, also: str = ""
) -> Figure:
    end = max(FEWEST_EPOCHS, *(len(run.epochs) for run in runs))
    drawn = sorted(runs, key=lambda run: -run.place)  # the run looked at lies on top
    traces = [trace for run in drawn for trace in _traces(run, what, unit)]
    said = heading(title, " · ".join(filter(None, ("validation full, training thin", also))))
    figure = epoch_chart(said, end, y_axis, traces, right=118, top=TOP, bottom=BOTTOM)
    best = [(run.best_epoch, run.colour) for run in drawn if run.best_epoch]
    figure["layout"]["shapes"] += [upright(epoch, colour, layer="below") for epoch, colour in best]
    figure["layout"]["annotations"] += [*_flags(runs, end), *_labels(runs, what, unit, limits(y_axis), height)]
    return figure


def _traces(run: Curves, what: str, unit: float) -> list[dict[str, Any]]:
    """Return the training and validation curve of a run, and the dot at the end of the latter."""
    epochs = [row.epoch for row in run.epochs]
    lines = (("train", run.light, 1.2), ("validation", run.colour, 2.6 if run.place < 2 else 1.6))
    found = [
        scatter(
            epochs,
            _values(run, f"{part}_{what}", unit),
            "lines",
            name=f"{_short(run.name)}, {part}",
            line={"color": colour, "width": width},
            hovertemplate="%{y}",
        )
        for part, colour, width in lines
    ]
    dot = {"color": run.colour, "size": 7 if run.place < 2 else 5}
    return [*found, scatter(epochs[-1:], found[-1]["y"][-1:], "markers", marker=dot, hoverinfo="skip")]


def _values(run: Curves, name: str, unit: float) -> list[float | None]:
    values = [unit * float(getattr(row, name)) for row in run.epochs]
    return [round(value, 4) if math.isfinite(value) else None for value in values]


def _flags(runs: Sequence[Curves], end: int) -> list[dict[str, Any]]:
    """Return the flags of the best epochs of the two runs that are compared, one above the other."""
    return [
        flag(best, 1, f"best · {best}", run.colour, late=best > LATE * end, size=11, yshift=FLAG_ROW * (1 - run.place))
        for run in runs
        if (best := run.best_epoch) is not None and run.place < 2
    ]


def _labels(
    runs: Sequence[Curves], what: str, unit: float, y_range: tuple[float, float], height: int
) -> list[dict[str, Any]]:
    """Return each run's name at the end of its validation curve, moved apart where names would touch."""
    known = [(run, _values(run, f"validation_{what}", unit)[-1]) for run in runs if run.epochs]
    ends = [
        End(min(value, y_range[1]), _short(run.name), run.colour, run.place < 2)
        for run, value in known
        if value is not None
    ]
    last = max((run.epochs[-1].epoch for run, value in known if value is not None), default=1)
    return names_at_ends(ends, last, y_range, height - TOP - BOTTOM)


def _short(name: str) -> str:
    plain = without_marks(name)
    if len(plain) <= LONGEST_NAME:
        return plain
    return f"{plain[:4]}…{plain[5 - LONGEST_NAME :].lstrip(' ·')}"  # names differ at their end
