"""The data, drawn: tracks of each genre, and one feature's spread by genre."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.figures.parts import FLAT, bars, feature_axis
from dashboard.theme import INK, MUTED, Figure, fade, genre_colour, layout

Points = npt.NDArray[Any]
FEW = 20
"""Genres that are read at a glance, in their own order."""


def counts_figure(
    counts: Sequence[float], genres: Sequence[str], title: str = "Tracks of each genre", texts: Sequence[str] = ()
) -> Figure:
    """Return one bar for each genre with its number of tracks, in the genres' order from the top.

    `texts` stand at the ends of the bars in place of numbers of tracks.
    """
    room = 1.8 if texts else 1.15
    drawn = bars(
        genres,
        [round(number) for number in counts],
        text=list(texts) or [f"{int(number):,}" for number in counts],
        textposition="outside",
        cliponaxis=False,
        textfont={"color": MUTED, "size": 12},
        marker={"color": [genre_colour(number, len(genres)) for number in range(len(genres))]},
        hovertemplate="%{y}: %{text}<extra></extra>" if texts else "%{y}: %{x:,} tracks<extra></extra>",
    )
    return {
        "data": [drawn],
        "layout": layout(
            title,
            xaxis={"visible": False, "range": [0, room * max([1, *map(round, counts)])]},
            yaxis=_genre_axis(genres),
            bargap=0.3,
        ),
    }


def distribution_figure(values: Points, y: Points, genres: Sequence[str], feature: str) -> Figure:
    """Return one horizontal box for each genre of a feature's values (n_samples,): middle half, median, 5 to 95 %.

    Missing values are left out; a genre without values keeps its row. Many genres stand in the order of their medians.
    """
    boxes = [_box(values[y == number], number, genres) for number in range(len(genres))]
    is_long = len(genres) > FEW
    medians = [np.inf if box is None else box["median"][0] for box in boxes]
    rows = [genres[number] for number in np.argsort(medians, kind="stable")] if is_long else genres
    return {
        "data": [box for box in boxes if box is not None],
        "layout": layout(
            "",
            xaxis={"showgrid": True, "title": {"text": feature}, "side": "top" if is_long else "bottom"},
            yaxis={**_genre_axis(rows), "range": [len(genres) - 0.5, -0.5]},
            hovermode="closest",
            boxgap=0.4,
            margin=FLAT,
        ),
    }


def _genre_axis(genres: Sequence[str]) -> dict[str, Any]:
    font = {"color": INK, "size": 12 if len(genres) <= FEW else 9}
    return {**feature_axis(genres), "tickfont": font}


def _box(values: Points, number: int, genres: Sequence[str]) -> dict[str, Any] | None:
    known = values[np.isfinite(values)]
    if not known.size:
        return None
    low, first, median, third, high = (float(f"{value:.5g}") for value in np.percentile(known, [5, 25, 50, 75, 95]))
    colour = genre_colour(number, len(genres))
    return {
        "type": "box",
        "orientation": "h",
        "name": genres[number],
        "y": [genres[number]],
        "lowerfence": [low],
        "q1": [first],
        "median": [median],
        "q3": [third],
        "upperfence": [high],
        "line": {"color": colour, "width": 1.6},
        "fillcolor": fade(colour, 0.28),
        "whiskerwidth": 0,
        "hoverinfo": "x+name",
    }
