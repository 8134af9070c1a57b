"""One track against the averages of its true and its predicted genre: the same picture on every page."""

from collections.abc import Sequence

from dashboard.components.plot import plot
from dashboard.figures.profile import Scores, profile_figure
from dashboard.services.outcomes import StandardScores

MOST, HEIGHT, ROW = 13, 125, 20
"""As many features are shown, in so many pixels: a frame, and a row for each."""


def track_profile(
    learned: StandardScores, x: Scores, true: int, predicted: int, genres: Sequence[str], name: str
) -> None:
    """Draw the standard scores `x` (n_features,) of a track beside the training averages of its two genres."""
    plot(
        profile_figure(
            x,
            learned.means[true],
            learned.means[predicted],
            learned.features,
            true_genre=genres[true],
            predicted_genre=genres[predicted],
            most=MOST,
        ),
        key="profile",
        height=HEIGHT + ROW * min(MOST, len(learned.features)),
        alt=f"Standard scores of track {name} beside the training averages of {genres[true]} and "
        f"{genres[predicted]}, features farthest from the average of its true genre first.",
    )
