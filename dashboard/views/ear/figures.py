"""A track as a picture: its features in colors, above the averages of the genres."""

from collections.abc import Sequence

import numpy as np

from dashboard.services.ear import Picture
from dashboard.theme import BACKGROUND, INK, PALETTE, Figure, layout

WIDEST = 2.5
"""Standard scores from which on the color stays the same."""
TRACK, GAP_ROW = "this track", " "
COLOURS = ("other", "other_light", "background", "accent_light", "accent")


def picture_figure(found: Picture, genres: Sequence[str]) -> Figure:
    """Return a track's standard scores as a row of colors, and under it those of each genre's average."""
    gap: list[float | None] = [None] * len(found.features)
    scores = [[None if value != value else round(float(value), 2) for value in row] for row in np.asarray(found.rows)]
    scale = [[at / (len(COLOURS) - 1), PALETTE[name].light] for at, name in enumerate(COLOURS)]
    trace = {
        "type": "heatmap",
        "x": list(found.features),
        "y": [TRACK, GAP_ROW, *genres],
        "z": [scores[0], gap, *scores[1:]],
        "zmin": -WIDEST,
        "zmax": WIDEST,
        "colorscale": scale,
        "xgap": 1,
        "ygap": 2,
        "hoverongaps": False,
        "hovertemplate": "%{y}, %{x}: %{z:+.1f}<extra></extra>",
        "showscale": False,
    }
    return {
        "data": [trace],
        "layout": layout(
            "",
            xaxis={"tickangle": -90, "tickfont": {"size": 10}, "type": "category"},
            yaxis={"autorange": "reversed", "type": "category", "showgrid": False, "tickfont": {"color": INK}},
            plot_bgcolor=BACKGROUND,
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
        ),
    }
