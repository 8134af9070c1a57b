"""How far genres lie apart, and how features go together: a matrix in the order of its tree, the tree beside it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.figures.parts import FLAT, name_axis, scatter
from dashboard.theme import ACCENT, BACKGROUND, INK, MUTED, OTHER, PALETTE, Figure, layout
from genre_core.inspection.relations import Correlations, GenreDistances
from genre_core.inspection.trees import Tree

NEAR = PALETTE["accent_light"].light
TREE_WIDTH = 0.22
CELLS_WITH_NUMBERS = 16
"""Most genres whose distances are written into their cells."""
NAMES_SHOWN = 32
MOSTLY = 0.95
"""Share of the pairs among which colors differ: a genre far from all others would make the rest one color."""


def distances_figure(found: GenreDistances) -> Figure:
    """Return the dendrogram of the genres, and the distance of each pair in standard deviations; deep blue is near."""
    k = len(found.genres)
    apart = np.where(np.eye(k, dtype=bool), np.nan, found.matrix)
    decimals = int(found.matrix.max() < 10)  # four signs do not fit into the cells of a phone
    texts = [
        ["" if i == j else f"{value:.{decimals}f}" for j, value in enumerate(row)] for i, row in enumerate(found.matrix)
    ]
    heat = {
        "type": "heatmap",
        "z": _rounded(apart),
        "text": texts,
        "texttemplate": "%{text}" if k <= CELLS_WITH_NUMBERS else "",
        "customdata": _labels(found.genres, np.round(100 * found.error, 1)),
        "hovertemplate": "%{customdata}<extra></extra>",
        "colorscale": [[0, NEAR], [1, BACKGROUND]],
        "zmin": round(float(np.nanmin(apart)) / 2, 3),
        "zmax": round(float(np.nanquantile(apart, MOSTLY)), 3),
        "showscale": False,
        "xgap": int(k <= NAMES_SHOWN),
        "ygap": int(k <= NAMES_SHOWN),
        "hoverongaps": False,
        "textfont": {"size": 12, "color": INK},
    }
    return _with_tree(heat, found.tree, found.genres, "distance")


def correlations_figure(found: Correlations, shown: Sequence[int]) -> Figure:
    """Return the correlations of the features at those positions of their order, from -1 (amber) to 1 (blue)."""
    names = [found.features[at] for at in shown]
    heat = {
        "type": "heatmap",
        "x": list(range(len(names))),
        "y": list(range(len(names))),
        "z": _rounded(found.matrix[np.ix_(shown, shown)]),
        "customdata": [[f"{one} and {other}" for other in names] for one in names],
        "hovertemplate": "%{customdata}: %{z:.2f}<extra></extra>",
        "colorscale": [[0, OTHER], [0.5, BACKGROUND], [1, ACCENT]],
        "zmin": -1,
        "zmax": 1,
        "colorbar": {
            "thickness": 8,
            "len": 0.5,
            "y": 1,
            "yanchor": "top",
            "outlinewidth": 0,
            "tickvals": [-1, 0, 1],
            "tickfont": {"color": MUTED, "size": 11},
        },
    }
    axis = _name_axis(names)
    return {
        "data": [heat],
        "layout": layout(
            "",
            xaxis={**axis, "tickangle": _angle(names), "constrain": "domain"},
            yaxis={
                **axis,
                "autorange": "reversed",
                "scaleanchor": "x",
                "constrain": "domain",
                "constraintoward": "top",
            },
            hovermode="closest",
            margin=FLAT,
        ),
    }


def _with_tree(heat: dict[str, Any], tree: Tree, names: Sequence[str], height: str) -> Figure:
    k = len(names)
    heat |= {"x": list(range(k)), "y": list(range(k))}
    lines = {**_brackets(tree), "xaxis": "x2", "yaxis": "y"}
    # Many are named beside the rows, which have the same order: below the columns they would lie over each other.
    axis = {**_name_axis(names), "showticklabels": k <= NAMES_SHOWN}
    return {
        "data": [heat, lines],
        "layout": layout(
            "",
            xaxis={**axis, "domain": [0, 1 - TREE_WIDTH], "tickangle": _angle(names)},
            xaxis2={
                "domain": [1.02 - TREE_WIDTH, 1],
                "anchor": "y",
                "title": {"text": height},
                "nticks": 4,
                "rangemode": "tozero",
                "fixedrange": True,
            },
            yaxis={**_name_axis(names, most=k), "range": [k - 0.5, -0.5]},
            hovermode="closest",
            margin=FLAT,
        ),
    }


def _brackets(tree: Tree) -> dict[str, Any]:
    """Return the tree as one line with gaps, leaves on the left."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for places, heights in zip(tree.x.tolist(), tree.height.tolist(), strict=True):
        xs += [*(round(height, 4) for height in heights), None]
        ys += [*(round(place, 4) for place in places), None]
    line = {"color": MUTED, "width": 1.4}
    return scatter(xs, ys, "lines", line=line, hoverinfo="skip")


def _name_axis(names: Sequence[str], most: int = NAMES_SHOWN) -> dict[str, Any]:
    every = -(-len(names) // most)
    return name_axis(
        tickmode="array",
        tickvals=list(range(len(names)))[::every],
        ticktext=[name if len(name) <= 22 else f"{name[:21]}…" for name in names][::every],
        tickfont={"color": INK, "size": 12 if len(names) <= 16 else 9},
        zeroline=False,
        ticklabelstandoff=4,
    )


def _angle(names: Sequence[str]) -> int:
    """Return 90 degrees where the names would run into each other."""
    return 90 if len(names) * max(map(len, names)) > 60 else 0


def _labels(names: Sequence[str], errors: npt.NDArray[Any]) -> list[list[str]]:
    return [
        [f"{one} and {other}: {errors[i, j]:g} % of both on the wrong side" for j, other in enumerate(names)]
        for i, one in enumerate(names)
    ]


def _rounded(matrix: npt.NDArray[Any]) -> list[list[float | None]]:
    return [[None if value != value else round(value, 3) for value in row] for row in matrix.tolist()]
