"""Which features tell genres apart, how each lies in each genre, and whether two parts of a split look alike."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from dashboard.figures.parts import FLAT, feature_axis, fixed_axis, scatter
from dashboard.theme import ACCENT, FAINT, GENRE_COLOURS, GRID, OTHER, TWINS, Figure, layout
from genre_core.inspection.drift import Drifts
from genre_core.inspection.features import Histogram, Separation

MOST_RANKED = 20
MOST_DRIFTS = 12
QUIET = 0.5
"""Opacity of the lines of genres that do not stand out: there may be many."""
WIDTH, HEIGHT = 120, 44
"""A small multiple's size in its own units; it is drawn as wide as there is room."""


def separations_figure(found: Sequence[Separation]) -> Figure:
    """Return the first features, each with two marks in percent: variance between genres, and information on them."""
    shown = found[:MOST_RANKED]
    names = [item.feature for item in shown]
    explained = [round(100 * item.explained, 2) for item in shown]
    informed = [round(100 * item.informed, 2) for item in shown]
    xs = [x for pair in zip(explained, informed, strict=True) for x in (*pair, None)]
    ys = [name for name in names for _ in range(3)]
    line = scatter(xs, ys, "lines", line={"color": GRID, "width": 2}, hoverinfo="skip", showlegend=False)
    top = max([1.0, *explained, *informed])
    return {
        "data": [
            line,
            _marks(explained, names, "variance between genres", ACCENT, "circle"),
            _marks(informed, names, "information on the genre", OTHER, "diamond"),
        ],
        "layout": layout(
            "",
            xaxis={"range": [-0.02 * top, 1.06 * top], "ticksuffix": " %", "showgrid": True, "fixedrange": True},
            yaxis=feature_axis(names),
            showlegend=True,
            legend={"y": 1.0},
            hovermode="closest",
            margin=FLAT,
        ),
    }


def drifts_figure(found: Drifts) -> Figure:
    """Return how much the features that differ most differ between two parts; full marks: beyond chance."""
    shown = found.features[:MOST_DRIFTS]
    names = [item.feature for item in shown]
    apart = [round(100 * item.statistic, 2) for item in shown]
    beyond = [item.adjusted < 0.05 for item in shown]
    marker = {"color": [ACCENT if sure else FAINT for sure in beyond], "size": 9}
    marker["symbol"] = ["circle" if sure else "circle-open" for sure in beyond]
    hover = "%{y}: %{x:.1f} points apart<extra></extra>"
    end = max(10.0, 1.1 * max(apart, default=0.0))
    return {
        "data": [scatter(apart, names, "markers", marker=marker, hovertemplate=hover)],
        "layout": layout(
            "",
            xaxis=fixed_axis("largest difference, percentage points", 0, end, showgrid=True),
            yaxis=feature_axis(names),
            hovermode="closest",
            margin=FLAT,
        ),
    }


def multiples(found: Sequence[Histogram], genres: Sequence[str], lifted: Sequence[int]) -> str:
    """Return one small picture for each histogram as HTML: a line for each genre on common bins, lifted ones colored.

    Every picture is a button that names its feature, and the range that its bins span; their key stands above them.
    """
    pictures = "".join(_multiple(item, genres, lifted) for item in found)
    return f'{_key(genres, lifted)}<div class="gl-multiples">{pictures}</div>'


def _key(genres: Sequence[str], lifted: Sequence[int]) -> str:
    marks = "".join(
        f'<span><i style="background:{_both(_colour(number, at, len(genres)))}"></i>{escape(genres[number])}</span>'
        for at, number in enumerate(lifted)
    )
    rest = f'<span><i style="background:{_both(FAINT)}"></i>the others</span>' if len(lifted) < len(genres) else ""
    return f'<p class="gl-key">{marks}{rest}</p>'


def _multiple(item: Histogram, genres: Sequence[str], lifted: Sequence[int]) -> str:
    density = item.density
    top = float(density.max()) or 1.0
    across = np.linspace(0, WIDTH, density.shape[1])
    looks = [
        (number, f"stroke:{_both(FAINT)};opacity:{QUIET}") for number in range(len(genres)) if number not in lifted
    ]
    looks += [(number, f"stroke:{_both(_colour(number, at, len(genres)))}") for at, number in enumerate(lifted)]
    up = HEIGHT - (HEIGHT - 2) * density / top
    lines = "".join(
        f'<path d="{_path(across, up[number])}" style="{look}"/>' for number, look in looks if item.counts[number].any()
    )
    low, high = (_short(float(value)) for value in (item.edges[0], item.edges[-1]))
    name = escape(item.feature)
    return (
        f'<button type="button" data-name="{name}" title="{name}" aria-label="{name} by genre, from {low} to {high}">'
        f'<span class="name">{name.replace("_", "_<wbr>")}</span>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 1}" preserveAspectRatio="none" '
        f'aria-hidden="true">{lines}</svg><span class="ends"><span>{low}</span><span>{high}</span></span></button>'
    )


def _short(value: float) -> str:
    """Return a number in three digits, thousands and millions by their letter."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def _path(across: Any, up: Any) -> str:
    return "M" + "L".join(f"{x:.0f},{y:.1f}" for x, y in zip(across, up, strict=True))


def _colour(number: int, at: int, n_genres: int) -> str:
    return GENRE_COLOURS[number if n_genres <= len(GENRE_COLOURS) else at % len(GENRE_COLOURS)].light


def _both(colour: str) -> str:
    return f"light-dark({colour},{TWINS[colour]})"


def _marks(xs: Sequence[float], names: Sequence[str], name: str, colour: str, symbol: str) -> dict[str, Any]:
    marker = {"color": colour, "symbol": symbol, "size": 9}
    hover = f"%{{y}}: {name} %{{x:.1f}} %<extra></extra>"
    return scatter(list(xs), list(names), "markers", name=name, marker=marker, hovertemplate=hover)
