"""The network, drawn: its layers as columns of nodes from the input to the genres, each width below."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from dashboard.figures.parts import note, scatter
from dashboard.theme import ACCENT, BACKGROUND, INK, MUTED, Figure, fade, heading, layout
from genre_core.networks.config import Layer, in_columns

ROOMY = 6
"""With more columns than this the layers' functions no longer fit below them, and stand in one line."""
MOST_NODES, MOST_WHEN_CROWDED = 10, 8
"""How many nodes of a column are drawn at most, with up to `ROOMY` columns and with more."""
APART = 0.16
"""Half the gap between two layers that share a column; a column reaches from -1 to 1."""
WIDEST, LONGEST_LINE, LINE = 14, 85, 14
"""Most letters of a line below one column, and below all; height of a line in pixels."""
NARROW = {5: 11, 6: 9}
"""Most letters of a line below one of so many columns, for it to fit a phone."""
SIDE = 10
"""Margin on either side in pixels."""
GAP = 0.18
"""Half the room for the ⋮ where nodes are left out."""
_NUMBERS = ("", "", "two", "three", "four", "five", "six", "seven", "eight")

Place = float | None


def network_figure(layers: Sequence[Layer], inputs: str = "features", *, size: str = "", also: str = "") -> Figure:
    """Return the drawn network; its first layer holds the `inputs`. Wide layers are cut short by a ⋮.

    `size` says how many parameters it has, and `also` what else there is to say, in a line of its own, for it to fit a
    phone. Layers that are fed alike side by side share a column, one above the other.
    """
    columns = in_columns(layers)
    cap = MOST_NODES if len(columns) <= ROOMY else MOST_WHEN_CROWDED
    names = [inputs, *(f"hidden layer {number}" for number in range(1, len(layers) - 1)), "genres"]
    at, places, notes = {}, {}, []
    for x, column in enumerate(columns):
        for row, position in enumerate(column):
            width, share = layers[position].units, 1 / len(column)
            at[position], middle = x, 1 - (2 * row + 1) * share
            own = max(2, cap // len(column))
            reach = share - (APART if len(column) > 1 else 0)
            places[position] = [round(middle + place, 3) for place in _places(width, own, reach)]
            notes += [note(x, round(middle, 3), "⋮", size=14)] if width > own else []
    data = [
        _edges(at[below], at[position], places[below], places[position])
        for position, layer in enumerate(layers)
        for below in layer.fed_by(position)
    ]
    data.append(_nodes(layers, names, at, places))
    captions, n_lines = _captions(layers, columns, inputs)
    notes += captions
    if also:
        place: dict[str, Any] = {
            "xref": "paper",
            "xanchor": "left",
            "xshift": -SIDE,
            "yref": "paper",
            "yanchor": "bottom",
            "yshift": 6,
        }
        notes.append(note(0, 1, also, size=13, **place))
    hidden_axis = {"visible": False, "fixedrange": True, "showgrid": False}
    return {
        "data": data,
        "layout": layout(
            heading("The network", size),
            xaxis={**hidden_axis, "range": [-0.5, len(columns) - 0.5]},
            yaxis={**hidden_axis, "range": [-1.06, 1.06]},
            margin={
                "l": SIDE,
                "r": SIDE,
                "t": 36 + (LINE if also else 0),
                "b": 20 + LINE * max(2, n_lines),
                "autoexpand": False,
            },
            hovermode="closest",
            dragmode=False,
            annotations=notes,
        ),
    }


def widths(layers: Sequence[Layer]) -> str:
    """Return the widths of the layers in words: `20, 8 beside 4, 3`."""
    columns = ([f"{layers[position].units:,}" for position in column] for column in in_columns(layers))
    return ", ".join(" beside ".join(column) for column in columns)


def _places(width: int, cap: int, reach: float) -> list[float]:
    """Return the heights of a layer's drawn nodes in ±`reach`, with a gap in the middle where some are left out."""
    if width <= cap:
        spacing = 2 * reach / max(cap - 1, 1)
        return [(number - (width - 1) / 2) * spacing for number in range(width)]
    half = cap // 2
    upper = [reach - number * (reach - GAP) / max(half - 1, 1) for number in range(half)]
    return [-place for place in upper] + list(reversed(upper))


def _edges(start_x: int, stop_x: int, left: Sequence[float], right: Sequence[float]) -> dict[str, Any]:
    """Return all connections of two layers as one broken line."""
    xs: list[Place] = []
    ys: list[Place] = []
    for start in left:
        for stop in right:
            xs += [start_x, stop_x, None]
            ys += [start, stop, None]
    line = {"color": fade(ACCENT, 0.16), "width": 0.8}
    return scatter(xs, ys, "lines", line=line, hoverinfo="skip")


def _nodes(
    layers: Sequence[Layer], names: Sequence[str], at: dict[int, int], places: dict[int, list[float]]
) -> dict[str, Any]:
    drawn = [(position, place) for position in range(len(layers)) for place in places[position]]
    return scatter(
        [at[position] for position, _ in drawn],
        [place for _, place in drawn],
        "markers",
        cliponaxis=False,
        text=[f"{names[position]}: {layers[position].units:,}" for position, _ in drawn],
        marker={"size": 9, "color": BACKGROUND, "line": {"color": ACCENT, "width": 1.4}},
    )


def _captions(
    layers: Sequence[Layer], columns: Sequence[Sequence[int]], inputs: str
) -> tuple[list[dict[str, Any]], int]:
    """Return each column's widths and, where there is room, what follows; otherwise lines that say it for all.

    The number is that of the lines below the widths.
    """
    if len(inputs) > WIDEST:
        inputs = "<br>".join(inputs.rsplit(" ", 1))
    last, roomy, notes, n_lines = len(columns) - 1, len(columns) <= ROOMY, [], 1
    for x, column in enumerate(columns):
        notes.append(_below(x, -4, " + ".join(f"{layers[position].units:,}" for position in column), INK, 12, 600))
        does = list(dict.fromkeys(what for position in column for what in layers[position].does))
        if len(columns) in NARROW:
            does = [line for what in does for line in _narrow(what, NARROW[len(columns)])]
        if x in (0, last):
            notes.append(_below(x, -19, inputs if x == 0 else "genres", MUTED, 11))
        elif roomy and does:
            notes.append(_below(x, -19, "<br>".join(does), MUTED, 11))
            n_lines = max(n_lines, len(does))
    if not roomy:
        lines = _for_all([layer.does for layer in layers[1:-1]])
        notes.append(_below(0.5, -35, "<br>".join(lines), MUTED, 11) | {"xref": "paper"})
        n_lines = 1 + len(lines)
    return notes, n_lines


def _narrow(text: str, width: int) -> list[str]:
    """Break what a layer does into lines of at most so many letters; `3 × 3` stays whole."""
    return wrap(text.replace(" × ", "\u00a0×\u00a0"), width, break_long_words=False, break_on_hyphens=False)


def _for_all(does: Sequence[Sequence[str]]) -> list[str]:
    """Say, in a line or more, after which hidden layers something follows: `ReLU after each hidden layer`."""
    lines = [""]
    for what in dict.fromkeys(what for own in does for what in own):
        numbers = [number for number, own in enumerate(does, 1) if what in own]
        if len(numbers) == len(does):
            where = "each hidden layer"
        elif numbers == list(range(1, len(numbers) + 1)) and 1 < len(numbers) < len(_NUMBERS):
            where = f"the first {_NUMBERS[len(numbers)]}"
        else:
            where = ", ".join(f"layer {number}" for number in numbers)
        said = f"{what} after {where}"
        if lines[-1] and len(lines[-1]) + len(said) > LONGEST_LINE:
            lines.append(said)
        else:
            lines[-1] = " · ".join(filter(None, (lines[-1], said)))
    return lines


def _below(x: float, shift: int, text: str, color: str, size: int, weight: int = 400) -> dict[str, Any]:
    font = {"size": size, "color": color, "weight": weight}
    return note(x, 0, text, yref="paper", yanchor="top", yshift=shift, font=font, align="center")
