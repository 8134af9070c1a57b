"""Colors, the quiet plotly template, and what writes numbers on screen.

Figures are built with the light colors. In the browser each component swaps a light color for its dark twin when the
page is dark, so nothing in Python needs to know the theme.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from genre_core.text import GAP as GAP
from genre_core.text import HasLimits as HasLimits
from genre_core.text import count as count
from genre_core.text import percent as percent
from genre_core.text import points as points
from genre_core.text import signed_points as signed_points
from genre_core.text import spread as spread

Numbers = Mapping[str, float | str | None]
"""The three numbers of a plain page, by what they are: rates in [0, 1], or as they are written; None is unknown."""
Figure = dict[str, Any]
"""A plotly figure as plain data: `{"data": [trace, …], "layout": {…}}`."""


class Colour(NamedTuple):
    """One color of the palette in both themes, as lower-case hex."""

    light: str
    dark: str


PALETTE: dict[str, Colour] = {
    "background": Colour("#ffffff", "#14171b"),
    "ink": Colour("#1b1f24", "#e8eaed"),
    "muted": Colour("#5f6872", "#9ba4ae"),
    "axis": Colour("#c2c9d1", "#474e57"),
    "grid": Colour("#e9edf1", "#24292f"),
    "faint": Colour("#b0b8c1", "#5a626c"),
    "accent": Colour("#2b62c9", "#7aa7f7"),
    "accent_light": Colour("#8fade3", "#5b7fbf"),
    "accent_pale": Colour("#c3d3f0", "#45608f"),
    "other": Colour("#b9770e", "#e3a94a"),
    "other_light": Colour("#dcb986", "#a8813f"),
    "other_pale": Colour("#eedcc1", "#75592f"),
    "right": Colour("#4d9aa4", "#35909b"),
    "wrong": Colour("#d57b52", "#c06239"),
}
"""Purpose of each color: `accent` the model looked at, `other` the one compared with, `_light` its training curve,
`_pale` what follows the best epoch; `right` and `wrong` the matrix; the rest is scaffolding."""

GENRE_COLOURS: tuple[Colour, ...] = (
    Colour("#203d81", "#8f9cee"),
    Colour("#d0750a", "#faae3f"),
    Colour("#2aa681", "#7ffab2"),
    Colour("#c40022", "#f17d5e"),
    Colour("#7d3bcb", "#9d5ff1"),
    Colour("#077488", "#3a95aa"),
    Colour("#9b7dcd", "#e2bdf9"),
    Colour("#7b053f", "#e93b65"),
)
"""Chosen by search: far apart (OKLab) for normal sight and three color deficiencies, each 3:1 on its background."""

TWINS: dict[str, str] = {colour.light: colour.dark for colour in (*PALETTE.values(), *GENRE_COLOURS)}
"""Light color → its dark twin."""

ACCENT, OTHER = PALETTE["accent"].light, PALETTE["other"].light
INK, MUTED, FAINT = PALETTE["ink"].light, PALETTE["muted"].light, PALETTE["faint"].light
AXIS, GRID, BACKGROUND = PALETTE["axis"].light, PALETTE["grid"].light, PALETTE["background"].light
RIGHT, WRONG = PALETTE["right"].light, PALETTE["wrong"].light


def genre_colour(number: int, n_genres: int) -> str:
    """Return the color of a genre counted from 0: its own among up to 8 genres, gray among more."""
    return GENRE_COLOURS[number].light if n_genres <= len(GENRE_COLOURS) else FAINT


def fade(colour: str, alpha: float) -> str:
    """Return a palette color with an opacity in [0, 1], as `#rrggbbaa`, which keeps its dark twin."""
    return f"{colour}{round(alpha * 255):02x}"


_AXIS: dict[str, Any] = {
    "showgrid": False,
    "zeroline": False,
    "showline": False,
    "ticks": "",
    "gridcolor": GRID,
    "linecolor": AXIS,
    "tickfont": {"color": MUTED, "size": 12},
    "title": {"font": {"color": MUTED, "size": 12}, "standoff": 6},
    "automargin": True,
}

TEMPLATE: dict[str, Any] = {
    "layout": {
        "font": {"family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif", "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 36, "b": 8},
        "title": {
            "x": 0,
            "xref": "container",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "xanchor": "left",
            "pad": {"t": 6},
            "font": {"size": 15, "weight": 600, "color": INK},
        },
        "showlegend": False,
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": 12, "color": MUTED}},
        "colorway": [ACCENT, OTHER, MUTED],
        "xaxis": _AXIS,
        "yaxis": {**_AXIS, "showgrid": True},
        "hoverlabel": {"bgcolor": BACKGROUND, "bordercolor": AXIS, "font": {"color": INK, "size": 12}},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": FAINT, "activecolor": ACCENT},
    }
}
"""Gray scaffolding: faint horizontal lines, no boxes, the title above its top left corner."""


def span(low: float, high: float) -> dict[str, Any]:
    """Return what makes an axis run from `low` to `high` until a person zooms.

    A plain `range` that grows with the data would take a person's zoom away at each new point.
    """
    return {"autorange": True, "autorangeoptions": {"minallowed": low, "maxallowed": high}}


def limits(axis: dict[str, Any]) -> tuple[float, float]:
    """Return the limits of an axis that was made with `span`."""
    options = axis["autorangeoptions"]
    return options["minallowed"], options["maxallowed"]


def heading(title: str, note: str = "") -> str:
    """Return a figure's title with a quieter note beside it: **The network** 13,288 parameters."""
    if not note:
        return title
    return f'{title}  <span style="color:{MUTED};font-size:13px;font-weight:400">{note}</span>'


def layout(title: str, **own: Any) -> dict[str, Any]:
    """Return a plotly layout on the quiet template with a title."""
    return {"template": TEMPLATE, "title": {"text": title}, **own}
