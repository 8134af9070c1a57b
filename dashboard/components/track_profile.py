"""One track against the averages of its true and its predicted genre: the same picture on every page."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.components.plot import plot
from dashboard.figures.parts import ZERO_LINE, name_axis, scatter
from dashboard.services.outcomes import StandardScores
from dashboard.theme import ACCENT, INK, RIGHT, WRONG, Figure, fade, heading, layout

Scores = npt.NDArray[Any]
IN_SIGHT, FRAME, ROW = 20, 125, 17
"""Features that are seen at once, and pixels: of what stands around them, and of each row."""


def track_profile(
    learned: StandardScores, x: Scores, true: int, predicted: int, genres: Sequence[str], name: str
) -> None:
    """Draw the standard scores `x` (n_features,) of a track beside the training averages of its two genres.

    Many features scroll in the height of those in sight.
    """
    n = len(learned.features)
    with st.container(height=height(n) if n > IN_SIGHT else "content", border=False):
        plot(
            profile_figure(
                x,
                learned.means[true],
                learned.means[predicted],
                learned.features,
                true_genre=genres[true],
                predicted_genre=genres[predicted],
            ),
            key="profile",
            height=FRAME + ROW * n,
            alt=f"Standard scores of track {name} beside the training averages of {genres[true]} and "
            f"{genres[predicted]}, features farthest from the average of its true genre first.",
        )


def height(n: int) -> int:
    """Return the pixels of the picture in sight, where there are `n` features."""
    return FRAME + ROW * min(IN_SIGHT, n)


def profile_figure(
    track: Scores,
    true_mean: Scores,
    predicted_mean: Scores,
    features: Sequence[str],
    *,
    true_genre: str,
    predicted_genre: str,
) -> Figure:
    """Return a track's standard scores (n_features,) beside its genres' averages, farthest from its true genre first.

    Where both genres are the same, their average is drawn once.
    """
    order = np.argsort(-np.abs(track - true_mean), kind="stable")
    names = [features[number] for number in order]
    same = true_genre == predicted_genre
    data = [_lines(track[order], true_mean[order], names)]
    data.append(_dots(true_mean[order], names, f"{true_genre}, true", RIGHT, "line-ns-open", 13))
    if not same:
        name = f"{predicted_genre}, predicted"
        data.append(_dots(predicted_mean[order], names, name, WRONG, "x-thin-open", 9))
    data.append(_dots(track[order], names, "this track", ACCENT, "circle", 9))
    return {
        "data": data,
        "layout": layout(
            heading("Compared with its genres", f"{len(names)} features"),
            xaxis={"title": {"text": "standard deviations from the average"}, **ZERO_LINE},
            yaxis=name_axis(
                autorange="reversed", type="category", tickmode="linear", tickfont={"color": INK, "size": 11}
            ),
            showlegend=True,
            legend={"y": 1.0},
            hovermode="y unified",
            margin={"l": 8, "r": 8, "t": 54, "b": 8},
        ),
    }


def _dots(scores: Scores, names: Sequence[str], name: str, colour: str, symbol: str, size: int) -> dict[str, Any]:
    marker = {"color": colour, "symbol": symbol, "size": size, "line": {"color": colour, "width": 2.5}}
    xs = np.round(scores, 4).tolist()
    return scatter(xs, list(names), "markers", name=name, marker=marker, hovertemplate="%{x:+.2f}")


def _lines(track: Scores, mean: Scores, names: Sequence[str]) -> dict[str, Any]:
    """Return the way from the true genre's average to the track, feature by feature."""
    xs: list[float | None] = []
    ys: list[str | None] = []
    for start, stop, name in zip(np.round(mean, 4).tolist(), np.round(track, 4).tolist(), names, strict=True):
        xs += [start, stop, None]
        ys += [name, name, None]
    line = {"color": fade(ACCENT, 0.3), "width": 3}
    return scatter(xs, ys, "lines", line=line, hoverinfo="skip", showlegend=False)
