"""One track against the averages of its true and its predicted genre: the same picture on every page."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.plot import plot
from dashboard.figures.profile import Scores, profile_figure
from dashboard.services.outcomes import StandardScores

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
