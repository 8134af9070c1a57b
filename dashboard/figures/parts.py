"""Parts that figures are made of: traces, whiskers and bands, lines across, words, and axes."""

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from dashboard.theme import GAP, INK, MUTED, HasLimits, limits, span
from genre_core.text import told

Drawn = dict[str, Any]

FLAT = {"l": 8, "r": 8, "t": 8, "b": 8}
"""Margin of a figure without a title."""
ZERO_LINE = {"zeroline": True, "zerolinecolor": MUTED, "zerolinewidth": 1, "showgrid": True}
LARGEST_LOSS = 10.0
"""Nats that a loss is drawn up to in any case: guessing among 60 genres has 4.1."""
STILL_LEGEND = {"y": 1.0, "itemclick": False, "itemdoubleclick": False}
"""A legend that hides nothing when it is clicked."""


def scatter(x: Sequence[Any], y: Sequence[Any], mode: str, **own: Any) -> Drawn:
    """Return a trace of lines or markers; with `text` it says that on hover, in place of its values."""
    hover = {"hovertemplate": "%{text}<extra></extra>"} if "text" in own else {}
    return {"type": "scatter", "mode": mode, "x": x, "y": y} | hover | own


def bars(names: Sequence[str], values: Sequence[float], **own: Any) -> Drawn:
    """Return a horizontal bar for each name."""
    return {"type": "bar", "orientation": "h", "y": list(names), "x": list(values)} | own


def whiskers(
    values: Sequence[float],
    intervals: Sequence[HasLimits | None],
    colour: str,
    *,
    unit: float = 100.0,
    thickness: float = 1.2,
    width: float = 3,
) -> Drawn:
    """Return bars from the limits of values, all times `unit`; of rates, drawn in percent, none that tells nothing."""
    both = list(zip(values, map(told, intervals) if unit == 100 else intervals, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [None if i is None else round(max(0.0, unit * (i.high - value)), 4) for value, i in both],
        "arrayminus": [None if i is None else round(max(0.0, unit * (value - i.low)), 4) for value, i in both],
        "color": colour,
        "thickness": thickness,
        "width": width,
    }


def band(xs: Sequence[float], low: Sequence[float], high: Sequence[float], colour: str, **own: Any) -> Drawn:
    """Return the area between two lines."""
    area = {"line": {"width": 0}, "fill": "toself", "fillcolor": colour, "hoverinfo": "skip"}
    return scatter([*xs, *reversed(xs)], [*high, *reversed(low)], "lines", **area, **own)


def level(y: float, colour: str, dash: str, width: float = 1.5) -> Drawn:
    """Return a line across the whole figure, beneath all else."""
    line = {"color": colour, "width": width, "dash": dash}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line, "layer": "below"}


def upright(x: float, colour: str, dash: str = "solid", **own: Any) -> Drawn:
    """Return a hairline from the bottom of the figure to its top."""
    line = {"color": colour, "width": 1, "dash": dash}
    return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line} | own


def note(x: float | None, y: float, text: str, colour: str = MUTED, *, size: int = 12, **own: Any) -> Drawn:
    """Return words on the figure, without an arrow; `own` are further properties of plotly's annotation."""
    font = {"size": size, "color": colour}
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": font, "borderpad": 0} | own


def flag(x: float, y: float, text: str, colour: str = MUTED, *, late: bool, **own: Any) -> Drawn:
    """Return words beside a hairline at the bottom (0) or the top (1) of the figure, to its left where it is late."""
    side: Drawn = {"xanchor": "right", "xshift": -3} if late else {"xanchor": "left", "xshift": 3}
    return note(x, y, text, colour, yref="paper", yanchor="bottom", **side, **own)


def fixed_axis(title: str, low: float, high: float, **own: Any) -> Drawn:
    """Return an axis that nobody zooms."""
    return {"title": {"text": title}, "range": [low, high], "fixedrange": True} | own


def percent_axis() -> Drawn:
    """Return an axis to 100 % for charts over the epochs."""
    return {**span(0, 100), "nticks": 6, "ticksuffix": f"{GAP}%", "hoverformat": ".1f"}


def loss_axis(losses: Iterable[float | None]) -> Drawn:
    """Return an axis from 0 to just above the highest loss, but for what blew up beyond all others.

    That is what lies above `LARGEST_LOSS` and four times the median; it would flatten the rest to a line, and stands at
    the upper edge instead (`beyond`).
    """
    known = [loss for loss in losses if loss is not None and math.isfinite(loss)]
    most = max(LARGEST_LOSS, 4 * median(known)) if known else LARGEST_LOSS
    highest = max((loss for loss in known if loss <= most), default=2.0)
    return {**span(0, round(1.06 * highest, 4) or 1.0), "nticks": 6, "hoverformat": ".3f"}


def beyond(x: Sequence[int], y: Sequence[float | None], axis: Drawn, name: str, colour: str) -> list[Drawn]:
    """Return marks at the upper edge of a loss axis, which say their values on hover, where a curve lies beyond it."""
    top = limits(axis)[1]
    out = [(at, value) for at, value in zip(x, y, strict=True) if value is not None and value > top]
    if not out:
        return []
    mark = {"symbol": "triangle-up", "size": 9, "color": colour}
    full = [f"{name} {value:,.1f}, beyond the axis<extra></extra>" for _, value in out]
    marks = scatter([at for at, _ in out], [0.95 * top] * len(out), "markers", marker=mark)
    return [marks | {"hovertemplate": full, "name": f"{name}, beyond the axis"}]


def highest_beyond(values: Iterable[float | None], axis: Drawn) -> str:
    """Return how high the marks of `beyond` go, for the figure's heading, where no curve runs; empty without marks."""
    highest = max((value for value in values if value is not None), default=0.0)
    return f"▲ up to {highest:,.0f}" if highest > limits(axis)[1] else ""


def name_axis(**own: Any) -> Drawn:
    """Return an upright axis of names."""
    look = {"showgrid": False, "fixedrange": True, "ticklabelstandoff": 6}
    return look | {"tickfont": {"color": INK, "size": 12}} | own


def feature_axis(names: Sequence[str]) -> Drawn:
    """Return an upright axis of features, the first on top, long names cut."""
    return name_axis(
        type="category",
        categoryorder="array",
        categoryarray=list(names),
        range=[len(names) - 0.4, -0.6],
        tickmode="array",
        tickvals=list(names),
        ticktext=[name if len(name) <= 24 else f"{name[:23]}…" for name in names],
        tickfont={"color": INK, "size": 12 if len(names) <= 14 else 11},
    )
