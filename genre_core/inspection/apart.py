"""Features that set one genre apart from all the others: the difference of means, feature by feature."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import IntArray
from genre_core.evaluation.intervals import Z95, Interval, mean_and_variance


@dataclass(frozen=True)
class Apart:
    """How far a genre's mean of a feature lies above that of all other genres together, in standard deviations.

    The 95 % interval leaves out what the tracks (or groups of them) could owe to chance; None where one side has not
    two of them.
    """

    feature: str
    difference: float
    interval: Interval | None

    @property
    def clear(self) -> bool:
        """Return whether the interval leaves zero out."""
        return self.interval is not None and not self.interval.low <= 0 <= self.interval.high


def apart(
    X: npt.NDArray[np.floating], y: IntArray, genre: int, features: tuple[str, ...], groups: IntArray | None = None
) -> tuple[Apart, ...]:
    """Return each feature's difference in standard scores X (n, n_features), the largest first; none without a side.

    The interval is Welch's with the normal quantile; with groups (n,) the variance of each mean is that between whole
    groups.
    """
    own = y == genre
    if not own.any() or own.all():
        return ()
    X = X.astype(np.float64)
    (mean, variance), (others, their_variance) = (
        mean_and_variance(X[side], None if groups is None else groups[side]) for side in (own, ~own)
    )
    difference, half = mean - others, Z95 * np.sqrt(variance + their_variance)
    order = np.argsort(-np.abs(difference), kind="stable")
    return tuple(_apart(features[at], float(difference[at]), float(half[at])) for at in order)


def _apart(feature: str, difference: float, half: float) -> Apart:
    interval = Interval(difference - half, difference + half) if half == half else None
    return Apart(feature, difference, interval)
