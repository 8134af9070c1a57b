"""Prediction sets by the number of genres in them."""

from typing import Any

import numpy as np

from dashboard.figures.parts import STILL_LEGEND
from dashboard.theme import RIGHT, WRONG, Figure, layout
from genre_core.data.dataset import IntArray


def sizes_figure(by_size: IntArray) -> Figure:
    """Return how many sets hold 1, 2, … genres, from counts (k, 2) without and with the right genre, to the largest."""
    largest = int(np.flatnonzero(by_size.sum(axis=1))[-1]) + 1
    sizes = list(range(1, largest + 1))
    missed, held = by_size[:largest].T.tolist()
    return {
        "data": [
            _bars(sizes, held, "right genre in the set", RIGHT),
            _bars(sizes, missed, "right genre not in it", WRONG),
        ],
        "layout": layout(
            "",
            barmode="stack",
            bargap=0.25,
            xaxis={"title": {"text": "genres in the set"}, "dtick": max(1, largest // 12), "fixedrange": True},
            yaxis={"title": {"text": "tracks"}, "rangemode": "tozero", "nticks": 5, "fixedrange": True},
            showlegend=True,
            legend={**STILL_LEGEND, "traceorder": "normal"},
            hovermode="closest",
            margin={"l": 8, "r": 8, "t": 26, "b": 8},
        ),
    }


def _bars(sizes: list[int], counts: list[int], name: str, colour: str) -> dict[str, Any]:
    hover = f"%{{y:,}} sets of %{{x}}: {name}<extra></extra>"
    return {"type": "bar", "x": sizes, "y": counts, "name": name, "marker": {"color": colour}, "hovertemplate": hover}
