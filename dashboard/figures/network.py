"""The network, drawn: a column of nodes for each layer, its width below."""

from collections.abc import Sequence
from typing import Any

from dashboard.theme import ACCENT, BACKGROUND, INK, MUTED, Figure, count, fade, heading, layout

ROOMY = 5
"""With more columns than this the layers' functions no longer fit below them, and stand in one line."""

Place = float | None


def network_figure(
    n_features: int,
    hidden: Sequence[int],
    n_genres: int,
    dropout: float = 0.0,
    *,
    n_parameters: int | None = None,
) -> Figure:
    """Return the drawn network; without hidden layers it is softmax regression. Wide layers are cut short by a ⋮."""
    widths = [n_features, *hidden, n_genres]
    cap = 10 if len(widths) <= ROOMY else 8
    columns = [_places(width, cap) for width in widths]
    data = [_edges(x, left, columns[x + 1]) for x, left in enumerate(columns[:-1])]
    data.append(_nodes(columns, widths))
    notes = [_dots(x) for x, width in enumerate(widths) if width > cap]
    notes += _captions(widths, dropout)
    size = "" if n_parameters is None else count(n_parameters, "parameter")
    hidden_axis = {"visible": False, "fixedrange": True, "showgrid": False}
    return {
        "data": data,
        "layout": layout(
            heading("The network", size),
            xaxis={**hidden_axis, "range": [-0.5, len(widths) - 0.5]},
            yaxis={**hidden_axis, "range": [-1.06, 1.06]},
            margin={"l": 10, "r": 10, "t": 36, "b": 48 if len(widths) <= ROOMY else 52, "autoexpand": False},
            hovermode="closest",
            dragmode=False,
            annotations=notes,
        ),
    }


def _places(width: int, cap: int) -> list[float]:
    """Return the heights of a layer's drawn nodes in [-1, 1], with a gap in the middle where some are left out."""
    if width <= cap:
        spacing = 2 / max(cap - 1, 1)
        return [round((number - (width - 1) / 2) * spacing, 3) for number in range(width)]
    half = cap // 2
    upper = [1 - number * 0.82 / (half - 1) for number in range(half)]
    return [round(-place, 3) for place in upper] + [round(place, 3) for place in reversed(upper)]


def _edges(x: int, left: Sequence[float], right: Sequence[float]) -> dict[str, Any]:
    """Return all connections of two layers as one broken line."""
    xs: list[Place] = []
    ys: list[Place] = []
    for start in left:
        for stop in right:
            xs += [x, x + 1, None]
            ys += [start, stop, None]
    line = {"color": fade(ACCENT, 0.16), "width": 0.8}
    return {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": line, "hoverinfo": "skip"}


def _nodes(columns: Sequence[Sequence[float]], widths: Sequence[int]) -> dict[str, Any]:
    names = [_name(number, len(widths)) for number in range(len(widths))]
    return {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": False,
        "x": [x for x, column in enumerate(columns) for _ in column],
        "y": [place for column in columns for place in column],
        "text": [f"{names[x]}: {widths[x]:,}" for x, column in enumerate(columns) for _ in column],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"size": 9, "color": BACKGROUND, "line": {"color": ACCENT, "width": 1.4}},
    }


def _name(number: int, n_columns: int) -> str:
    return "features" if number == 0 else "genres" if number == n_columns - 1 else f"hidden layer {number}"


def _dots(x: int) -> dict[str, Any]:
    return {"x": x, "y": 0, "text": "⋮", "showarrow": False, "font": {"size": 14, "color": MUTED}}


def _captions(widths: Sequence[int], dropout: float) -> list[dict[str, Any]]:
    """Return each layer's width and, where there is room, what it does; otherwise one line that says it for all."""
    last = len(widths) - 1
    roomy = len(widths) <= ROOMY
    notes = []
    for x, width in enumerate(widths):
        notes.append(_below(x, -4, f"{width:,}", INK, 12, weight=600))
        if x in (0, last):
            notes.append(_below(x, -19, "features" if x == 0 else "genres", MUTED, 11))
        elif roomy:
            drops = f"<br>dropout {dropout:g}" if dropout and x <= 2 else ""
            notes.append(_below(x, -19, f"ReLU{drops}", MUTED, 11))
    if not roomy:
        text = "ReLU after each hidden layer"
        text += f" · dropout {dropout:g} after the first two" if dropout else ""
        notes.append(_below(0.5, -35, text, MUTED, 11) | {"xref": "paper"})
    return notes


def _below(x: float, shift: int, text: str, colour: str, size: int, weight: int = 400) -> dict[str, Any]:
    font = {"size": size, "color": colour, "weight": weight}
    place = {"x": x, "y": 0, "yref": "paper", "yanchor": "top", "yshift": shift}
    return place | {"text": text, "showarrow": False, "font": font, "align": "center", "borderpad": 0}
