"""Intervals for rates and for what is computed from drawn tracks.

Tracks that belong together (segments of one recording) are not independent: where groups are given, whole groups are
what is sampled.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.grouped_share import FEWEST_GROUPS, GroupedShare

Mask = npt.NDArray[np.bool_]
Scorer = Callable[[FloatArray], FloatArray]
"""Weights of tracks (n_resamples, n) → the score of each of several predictions (n_resamples, n_predictions)."""

CHUNK = 2_000_000
"""Most numbers that one step of a resampling holds: 16 MB."""
WORK = 100_000_000
FEWEST, MOST = 200, 1000
"""Resamples: as many as `WORK` multiplications allow."""
_OF_DRAWING = 10
"""The cost of drawing, as a number of columns that are summed."""
_SYMMETRIC = 1e-6
"""A skewness that moves no end."""
Z95 = 1.959963984540054
"""The normal distribution's 97.5 % quantile."""


@dataclass(frozen=True)
class Interval:
    """A range that covers the true value with the stated confidence."""

    low: float
    high: float

    def __neg__(self) -> "Interval":
        """Return the interval of the difference taken the other way round."""
        return Interval(-self.high, -self.low)


@dataclass(frozen=True)
class Measured:
    """A value with its 95 % interval."""

    value: float
    interval: Interval


def normal_quantile(p: float) -> float:
    """Return the value below which a standard normal variable lies with probability p."""
    return NormalDist().inv_cdf(p)


def normal_below(z: float) -> float:
    """Return the probability that a standard normal variable lies below z."""
    return NormalDist().cdf(z)


def wilson(successes: float, n: float, confidence: float = 0.95) -> Interval:
    """Return the score interval of a proportion of `successes` among `n` independent trials; (0, 1) where n is 0.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927). Neither number
    need be whole: an effective sample size serves for trials that are not independent.
    """
    if not n:
        return Interval(0.0, 1.0)
    z2 = normal_quantile((1 + confidence) / 2) ** 2
    rate = successes / n
    centre = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (rate * (1 - rate) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    # At 0 and 1 one limit is exact; rounding must not push it off.
    return Interval(
        max(0.0, centre - half) if successes > 0 else 0.0, min(1.0, centre + half) if successes < n else 1.0
    )


def share_interval(hits: Mask, among: Mask, groups: IntArray | None = None, confidence: float = 0.95) -> Interval:
    """Return the interval of the share of `hits` (n,) among the tracks `among` (n,): Wilson's, or by groups (n,).

    It is (0, 1) where there is no such track, or where fewer than `FEWEST_GROUPS` groups have any.
    """
    if groups is None:
        return wilson(int((hits & among).sum()), int(among.sum()), confidence)
    return grouped_interval(grouped_share(hits, among, groups), confidence)


def grouped_share(hits: Mask, among: Mask, groups: IntArray) -> GroupedShare:
    """Return what the tracks `among` (n,), in groups (n,), tell of the share of `hits` (n,) among them."""
    members = coded(groups)
    n = int(members.max(initial=-1)) + 1
    return GroupedShare(np.bincount(members[hits & among], minlength=n), np.bincount(members[among], minlength=n))


def coded(groups: IntArray) -> IntArray:
    """Return the groups of tracks (n,) as numbers that tables can be indexed by; some may be left out."""
    if len(groups) and (groups.min() < 0 or groups.max() > 4 * len(groups) + 1000):
        return np.unique(groups, return_inverse=True)[1]
    return groups


def group_counts(groups: IntArray, y: IntArray, k: int, size: int = 0) -> IntArray:
    """Return how many tracks of each of k classes `coded` groups (n,) have, shape (at least `size`, k)."""
    n = max(size, int(groups.max(initial=-1)) + 1)
    return np.bincount(groups * k + y, minlength=n * k).reshape(n, k)


def grouped_interval(share: GroupedShare, confidence: float = 0.95) -> Interval:
    """Return the interval of a share whose trials come in groups; (0, 1) where there are too few groups to tell."""
    if share.too_few:
        return Interval(0.0, 1.0)
    return Interval(share.quantile((1 - confidence) / 2), share.quantile((1 + confidence) / 2))


def accuracy_interval(y_true: IntArray, y_pred: IntArray, groups: IntArray | None) -> Interval:
    """Return the 95 % interval of the accuracy of y_pred (n,): Wilson's, or by groups (n,)."""
    right = y_true == y_pred
    return share_interval(right, np.ones_like(right), groups)


def _drawn_units(n_units: int, size: int, rng: np.random.Generator) -> FloatArray:
    """Return how often each of so many units comes when as many are drawn with replacement, (size, n_units)."""
    picks = rng.integers(n_units, size=(size, n_units)) + n_units * np.arange(size)[:, None]
    return np.bincount(picks.ravel(), minlength=size * n_units).reshape(size, n_units).astype(np.float64)


def mean_and_variance(values: FloatArray, groups: IntArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Return means of values (n, *shape) over tracks, and the variances of these means (NaN of fewer than two units).

    With groups (n,) the variance is that between whole groups (a ratio estimator: W. G. Cochran, "Sampling Techniques",
    chapter 9, 1977).
    """
    mean, apart = _mean_and_deviations(values, groups)
    n_units = len(apart)
    larger = n_units / (n_units - 1) if n_units > 1 else np.nan
    return mean, (apart**2).sum(axis=0) * larger / len(values) ** 2


def _mean_and_deviations(values: FloatArray, groups: IntArray | None) -> tuple[FloatArray, FloatArray]:
    """Return means of values (n, *shape), and how far tracks are from them, or groups with all their tracks."""
    mean = values.mean(axis=0)
    apart = values - mean
    if groups is not None:
        names, members = np.unique(groups, return_inverse=True)
        apart = np.zeros((len(names), *values.shape[1:]))
        np.add.at(apart, members, values - mean)
    return mean, apart


def mean_interval(
    values: FloatArray, groups: IntArray | None = None, lowest: float = -math.inf, highest: float = math.inf
) -> Interval:
    """Return the 95 % interval of the mean of values (n,) that lie between `lowest` and `highest`.

    It is Student's, corrected for skewness: a few tracks with a large loss are easily missed, so that the upper end
    lies further out (P. Hall, "On the removal of skewness by transformation", JRSS B 54, 1992). It is
    (lowest, highest) of a single value, and of fewer than `FEWEST_GROUPS` groups (n,).
    """
    from scipy.special import stdtrit

    mean, apart = _mean_and_deviations(values, groups)
    units = len(apart)
    if units < (2 if groups is None else FEWEST_GROUPS):
        return Interval(lowest, highest)
    second, third = (float((apart**power).mean()) for power in (2, 3))
    error = units * math.sqrt(second / (units - 1)) / len(values)
    skew = third / second**1.5 / (3 * math.sqrt(units)) if second else 0.0

    def end(t: float) -> float:
        """Return the end for Student's quantile t."""
        studentized = (np.cbrt(1 + 3 * skew * (t - skew / 2)) - 1) / skew if abs(skew) > _SYMMETRIC else t
        return float(mean - error * studentized)

    t = float(stdtrit(units - 1, 0.975))
    return Interval(max(lowest, end(t)), min(highest, end(-t)))


def n_resamples(n: int, columns: int = 1) -> int:
    """Return how many resamples of n tracks are worth their time, when each sums so many columns."""
    return int(np.clip(WORK // (n * (columns + _OF_DRAWING)), FEWEST, MOST))


def drawn_weights(n: int, groups: IntArray | None, size: int, seed: int = 0) -> Iterator[FloatArray]:
    """Yield how often each of n tracks is drawn, in blocks of shape (some, n), `size` rows in all.

    With groups (n,) whole groups are drawn: B. Efron & R. Tibshirani, "An Introduction to the Bootstrap", chapter 13
    (1993).
    """
    rng = np.random.default_rng(seed)
    members = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
    units = int(members.max()) + 1
    step = max(1, CHUNK // n)
    for start in range(0, size, step):
        times = _drawn_units(units, min(step, size - start), rng)
        yield times if groups is None else times[:, members]


def widening(n_groups: int, confidence: float = 0.95) -> float:
    """Return how many times further out the ends of an interval lie, if resamples are of so many groups, at least 2."""
    from scipy.special import stdtrit

    tail = (1 + confidence) / 2
    further = float(stdtrit(n_groups - 1, tail)) / normal_quantile(tail)
    return further * math.sqrt(n_groups / (n_groups - 1))


def middle(values: FloatArray, groups: IntArray | None = None, confidence: float = 0.95) -> Interval:
    """Return the range that leaves out as many resampled values (n,) at either end; NaN is no value.

    Where groups (n_tracks,) were drawn, resamples vary less than samples, and the fewer the groups the less it is known
    how much. The ends are then further out, as Student's t asks: T. C. Hesterberg, "What Teachers Should Know About the
    Bootstrap", The American Statistician 69 (2015), the expanded percentile interval.
    """
    tail = (1 - confidence) / 2
    if groups is not None:
        n = len(np.unique(groups))
        tail = normal_below(normal_quantile(tail) * widening(n, confidence)) if n > 1 else 0.0
    low, high = np.nanquantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high))


def resampled_rate(rate: float, values: FloatArray, n: int, groups: IntArray | None = None) -> Interval:
    """Return the 95 % interval of a rate of n tracks that varies as its resampled `values` (m,) do; NaN is no value.

    It is Wilson's, of as many independent trials as would vary as much, n at most, and half as many as there are tracks
    or groups where nothing is seen to vary: near 0 and 1, percentiles of the values leave the true rate out too often.
    It is (0, 1) of fewer than `FEWEST_GROUPS` groups (n,).
    """
    n_units = n if groups is None else len(np.unique(groups))
    if groups is not None and n_units < FEWEST_GROUPS:
        return Interval(0.0, 1.0)
    variance = float(np.nanvar(values)) * (1.0 if groups is None else widening(n_units) ** 2)
    worth = min(n, rate * (1 - rate) / variance) if variance else n_units / 2
    return wilson(rate * worth, worth)


def macro_f1_scorer(y_true: IntArray, y_pred: IntArray, n_genres: int) -> Scorer:
    """Return the scorer of macro-F1 for predictions (n, n_trials); a genre that is nowhere is left out of the mean."""
    own = [(y_true == genre).astype(np.float64) for genre in range(n_genres)]
    taken = [(y_pred == genre).astype(np.float64) for genre in range(n_genres)]

    def score(weights: FloatArray) -> FloatArray:
        total, there = np.zeros((len(weights), y_pred.shape[1])), np.zeros((len(weights), y_pred.shape[1]))
        for mine, theirs in zip(own, taken, strict=True):
            right = weights @ (mine[:, None] * theirs)
            both = (weights @ mine)[:, None] + weights @ theirs
            total += np.divide(2 * right, both, out=np.zeros_like(right), where=both > 0)
            there += both > 0
        return total / there

    return score
