"""Curves of several runs as one: their mean, the band of one standard deviation about it, and their extremes."""

from typing import Any

import numpy as np

from dashboard.figures.epoch_axis import FEWEST_EPOCHS, epoch_chart, note
from dashboard.theme import ACCENT, GAP, INK, MUTED, Figure, fade, heading, limits, span
from genre_core.studies.repeats.summary import Band


def loss_band(band: Band) -> Figure:
    """Return the validation loss over the epochs, in nats."""
    top = round(1.06 * float(band.high.max()), 4) if len(band.n) else 2.0
    return _figure("Validation loss (nats)", band, 1.0, {**span(0, top or 1.0), "nticks": 6, "hoverformat": ".3f"})


def accuracy_band(band: Band) -> Figure:
    """Return the validation accuracy over the epochs, in percent."""
    y_axis = {**span(0, 100), "nticks": 6, "ticksuffix": f"{GAP}%", "hoverformat": ".1f"}
    return _figure("Validation accuracy", band, 100.0, y_axis)


def _figure(title: str, band: Band, unit: float, y_axis: dict[str, Any]) -> Figure:
    n = len(band.n)
    end, epochs = max(FEWEST_EPOCHS, n), list(range(1, n + 1))
    figure = epoch_chart(heading(title, "± sd; faint lines: single runs"), end, y_axis, (), right=88)
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
    figure["layout"]["annotations"].append(note(n, last, "mean", INK, xanchor="left", xshift=6))
    fewer = np.flatnonzero(band.n < band.n[0])
    if len(fewer):
        first = int(fewer[0]) + 1
        figure["layout"]["shapes"].append(_hairline(first))
        text = f"fewer than {int(band.n[0])} runs from epoch {first}"
        side: dict[str, Any] = (
            {"xanchor": "right", "xshift": -3} if first > end / 2 else {"xanchor": "left", "xshift": 3}
        )
        figure["layout"]["annotations"].append(note(first, 1, text, MUTED, yref="paper", yanchor="bottom", **side))
    return figure


def _area(
    name: str, epochs: list[int], low: "np.ndarray[Any, Any]", high: "np.ndarray[Any, Any]", alpha: float
) -> dict[str, Any]:
    outline = [*low.round(4).tolist(), *high.round(4).tolist()[::-1]]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [*epochs, *epochs[::-1]],
        "y": outline,
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": fade(ACCENT, alpha),
        "hoverinfo": "skip",
    }


def _mean(epochs: list[int], values: "np.ndarray[Any, Any]", n: list[int]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(epochs) == 1 else "lines",
        "name": "mean",
        "x": epochs,
        "y": values.round(4).tolist(),
        "customdata": n,
        "line": {"color": ACCENT, "width": 2.6},
        "hovertemplate": "%{y}, %{customdata} runs",
    }


def _hairline(epoch: int) -> dict[str, Any]:
    return {
        "type": "line", "x0": epoch, "x1": epoch, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"width": 1, "color": MUTED, "dash": "dot"},
    }  # fmt: skip
