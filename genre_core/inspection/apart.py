"""Features that set one genre apart from all the others: the difference of means, feature by feature."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import IntArray
from genre_core.evaluation.intervals import Interval, mean_and_variance


@dataclass(frozen=True)
class Apart:
    """How far a genre's mean of a feature lies above that of all other genres together, in standard deviations.

    The 95 % interval leaves out what the tracks (or groups of them) could owe to chance; None where one side has not
    two of them.
    """

    feature: str
    difference: float
    interval: Interval | None
    further: float = 1.0
    """How many times as far the ends of the interval lie out where all features are looked at together (Bonferroni)."""

    @property
    def clear(self) -> bool:
        """Return whether the interval leaves zero out, with all features looked at together."""
        if self.interval is None:
            return False
        return abs(self.difference) > self.further * (self.interval.high - self.interval.low) / 2


def apart(
    X: npt.NDArray[np.floating], y: IntArray, genre: int, features: tuple[str, ...], groups: IntArray | None = None
) -> tuple[Apart, ...]:
    """Return each feature's difference in standard scores X (n, n_features), the largest first; none without a side.

    The interval is Welch's (B. L. Welch, "The generalization of Student's problem", Biometrika 34, 1947); with groups
    (n,) the variance of each mean is that between whole groups.
    """
    from scipy.special import stdtrit

    own = y == genre
    if not own.any() or own.all():
        return ()
    X = X.astype(np.float64)
    (mean, variance), (others, their_variance) = (
        mean_and_variance(X[side], None if groups is None else groups[side]) for side in (own, ~own)
    )
    difference, whole = mean - others, variance + their_variance
    n, n_others = (int(side.sum()) if groups is None else len(np.unique(groups[side])) for side in (own, ~own))
    parts = variance**2 / max(1, n - 1) + their_variance**2 / max(1, n_others - 1)
    degrees = np.divide(whole**2, parts, out=np.full(len(whole), n + n_others - 2.0), where=parts > 0)
    alone, together = stdtrit(degrees, 0.975), stdtrit(degrees, 1 - 0.025 / len(features))
    order = np.argsort(-np.abs(difference), kind="stable")
    half, further = alone * np.sqrt(whole), together / alone
    return tuple(_apart(features[at], *(float(one[at]) for one in (difference, half, further))) for at in order)


def _apart(feature: str, difference: float, half: float, further: float) -> Apart:
    interval = Interval(difference - half, difference + half) if half == half else None
    return Apart(feature, difference, interval, further)
