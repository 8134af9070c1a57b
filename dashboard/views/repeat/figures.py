"""Curves of several runs as one: their mean, the band of one standard deviation about it, and their extremes.

And how probable it is that one of two settings is better, as one bar.
"""

from typing import Any

import numpy as np

from dashboard.figures import parts
from dashboard.figures.epoch_axis import FEWEST_EPOCHS, epoch_chart
from dashboard.theme import ACCENT, AXIS, BACKGROUND, GAP, INK, MUTED, OTHER, TEMPLATE, Figure, fade, heading, limits
from genre_core.evaluation.practical import Practical, percentage
from genre_core.studies.repeats.summary import Band

PROBABILITIES = 36
"""Height of the bar in pixels."""


def probability_bar(one: Practical) -> Figure:
    """Return one bar in three parts: the first is better, both are the same, the second is better."""
    parts_of = (
        ("these better", one.first, ACCENT, BACKGROUND),
        ("the same", one.same, AXIS, INK),
        ("the others better", one.second, OTHER, BACKGROUND),
    )
    traces = [
        parts.bars([""], [round(100 * p, 2)], name=name, marker={"color": colour},
                   text=[f"{name} {percentage(p, GAP)}"], textposition="inside", insidetextanchor="middle",
                   textangle=0, textfont={"color": ink, "size": 13},
                   hovertemplate=f"{name}: {percentage(p, GAP)}<extra></extra>")
        for name, p, colour, ink in parts_of
    ]  # fmt: skip
    layout = {
        "template": TEMPLATE,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "barmode": "stack",
        "bargap": 0.2,
        "uniformtext": {"mode": "hide", "minsize": 12},
        "xaxis": {"visible": False, "range": [0, 100], "fixedrange": True},
        "yaxis": {"visible": False, "fixedrange": True},
    }
    return {"data": traces, "layout": layout}


def loss_band(band: Band) -> Figure:
    """Return the validation loss over the epochs, in nats."""
    return _figure("Validation loss (nats)", band, 1.0, parts.loss_axis(band.high.ravel().tolist()))


def accuracy_band(band: Band) -> Figure:
    """Return the validation accuracy over the epochs, in percent."""
    return _figure("Validation accuracy", band, 100.0, parts.percent_axis())


def _figure(title: str, band: Band, unit: float, y_axis: dict[str, Any]) -> Figure:
    n = len(band.n)
    end, epochs = max(FEWEST_EPOCHS, n), list(range(1, n + 1))
    figure = epoch_chart(heading(title, "± sd; faint: each run"), end, y_axis, (), right=88)
    if not n:
        return figure
    ceiling = limits(y_axis)[1] / unit
    inner = np.clip(band.mean - band.sd, 0, ceiling), np.clip(band.mean + band.sd, 0, ceiling)
    figure["data"] += [
        _area("lowest to highest", epochs, unit * band.low, unit * band.high, 0.12),
        _area("mean ± 1 sd", epochs, unit * inner[0], unit * inner[1], 0.25),
        _mean(epochs, unit * band.mean, band.n.tolist()),
    ]
    last = round(float(unit * band.mean[-1]), 2)
    figure["layout"]["annotations"].append(parts.note(n, last, "mean", INK, xanchor="left", xshift=6))
    fewer = np.flatnonzero(band.n < band.n[0])
    if len(fewer):
        first = int(fewer[0]) + 1
        figure["layout"]["shapes"].append(parts.upright(first, MUTED, "dot"))
        text = f"fewer runs from {first}"
        figure["layout"]["annotations"].append(parts.flag(first, 1, text, late=first > end / 2))
    return figure


def _area(
    name: str, epochs: list[int], low: "np.ndarray[Any, Any]", high: "np.ndarray[Any, Any]", alpha: float
) -> dict[str, Any]:
    return parts.band(epochs, low.round(4).tolist(), high.round(4).tolist(), fade(ACCENT, alpha), name=name)


def _mean(epochs: list[int], values: "np.ndarray[Any, Any]", n: list[int]) -> dict[str, Any]:
    return parts.scatter(
        epochs,
        values.round(4).tolist(),
        "lines+markers" if len(epochs) == 1 else "lines",
        name="mean",
        customdata=n,
        line={"color": ACCENT, "width": 2.6},
        hovertemplate="%{y}, %{customdata} runs",
    )
