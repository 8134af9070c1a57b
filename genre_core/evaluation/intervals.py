"""Intervals for rates and for scores computed from a confusion matrix.

Tracks that belong together (segments of one recording) are not independent: where groups are given, whole groups are
what is sampled. A *count statistic* maps confusion counts of shape (..., k, k) to values of shape (...).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[Any]
CountStatistic = Callable[[Counts], FloatArray]

Scorer = Callable[[FloatArray], FloatArray]
"""Weights of tracks (n_resamples, n) → the score of each of several predictions (n_resamples, n_predictions)."""

CHUNK = 2_000_000
"""Most numbers that one step of a resampling holds: 16 MB."""
WORK = 100_000_000
FEWEST, MOST = 200, 1000
"""Resamples: as many as `WORK` multiplications allow."""
_OF_DRAWING = 10
"""The cost of drawing, as a number of columns that are summed."""


Z95 = 1.959963984540054
"""The normal distribution's 97.5 % quantile."""


@dataclass(frozen=True)
class Interval:
    """A range that covers the true value with the stated confidence."""

    low: float
    high: float


def normal_quantile(p: float) -> float:
    """Return the value below which a standard normal variable lies with probability p."""
    return NormalDist().inv_cdf(p)


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


def grouped_wilson(successes: Counts, sizes: Counts, confidence: float = 0.95) -> Interval:
    """Return the Wilson interval of a proportion whose trials come in groups, both arrays of shape (n_groups,).

    The number of trials is divided by the design effect, the ratio estimator's variance between groups over the
    binomial one (E. L. Korn & B. I. Graubard, Survey Methodology 24, 1998). Where every trial, or none, succeeded,
    nothing is seen to vary, and each group counts as one trial.
    """
    if not sizes.sum():
        return Interval(0.0, 1.0)
    effective = effective_size(successes, sizes)
    return wilson(float(successes.sum()) / float(sizes.sum()) * effective, effective, confidence)


def share_interval(hits: Mask, among: Mask, groups: IntArray | None = None, confidence: float = 0.95) -> Interval:
    """Return the Wilson interval of the share of `hits` (n,) among the tracks `among` (n,), by groups (n,) if given."""
    if groups is None:
        return wilson(int((hits & among).sum()), int(among.sum()), confidence)
    members = np.unique(groups, return_inverse=True)[1]
    return grouped_wilson(np.bincount(members, hits & among), np.bincount(members, among), confidence)


def effective_size(successes: Counts, sizes: Counts) -> float:
    """Return how many independent trials tell as much as these in groups, both arrays (n_groups,), at least one trial.

    It is what `grouped_wilson` says.
    """
    n, n_groups = float(sizes.sum()), int(np.count_nonzero(sizes))
    rate = float(successes.sum()) / n
    if n_groups == 1 or rate in (0.0, 1.0):
        return float(n_groups)
    spread = float(((successes - rate * sizes) ** 2).sum()) * n_groups / (n_groups - 1)
    return min(n, rate * (1 - rate) * n * n / spread) if spread else n


def accuracy_of_counts(counts: Counts) -> FloatArray:
    """Return the share of tracks on the diagonal of each confusion matrix (..., k, k)."""
    right = np.trace(counts, axis1=-2, axis2=-1)
    share: FloatArray = right / counts.sum(axis=(-2, -1))
    return share


def macro_f1_of_counts(counts: Counts) -> FloatArray:
    """Return the mean over genres of 2 TP / (true + predicted) of each confusion matrix (..., k, k).

    As in scikit-learn, a genre that is neither true nor predicted anywhere is left out of the mean.
    """
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    both = counts.sum(axis=-1) + counts.sum(axis=-2)
    there = both > 0
    f1 = np.divide(2.0 * right, both, out=np.zeros(both.shape), where=there)
    mean: FloatArray = f1.sum(axis=-1) / there.sum(axis=-1)
    return mean


def bootstrap(
    statistic: CountStatistic,
    y_true: IntArray,
    y_pred: IntArray,
    groups: IntArray | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Interval:
    """Return the percentile bootstrap interval of a count statistic, resampling groups where they are given.

    Instead of rows, their confusion counts are resampled, which gives the same distribution: the cells of resampled
    independent rows are multinomial. B. Efron & R. Tibshirani, "An Introduction to the Bootstrap", chapter 13 (1993).
    """
    k = int(max(y_true.max(), y_pred.max())) + 1
    draws = resampled_counts(y_true * k + y_pred, k * k, groups, np.random.default_rng(seed), n_resamples)
    return middle(np.concatenate([statistic(counts.reshape(-1, k, k)) for counts in draws]), confidence)


def resampled_counts(
    cells: IntArray, n_cells: int, groups: IntArray | None, rng: np.random.Generator, n_resamples: int = 1000
) -> Iterator[Counts]:
    """Yield how often each cell comes when tracks in `cells` (n,) are drawn anew, in blocks of (some, n_cells).

    With groups (n,) whole groups are drawn.
    """
    resample = _resampled_rows(cells, rng) if groups is None else _resampled_groups(cells, groups, n_cells, rng)
    width = n_cells if groups is None else max(n_cells, int(np.unique(groups).size))
    step = max(1, CHUNK // width)
    for start in range(0, n_resamples, step):
        yield resample(min(step, n_resamples - start), n_cells)


def _resampled_rows(cells: IntArray, rng: np.random.Generator) -> Callable[[int, int], Counts]:
    """Return a function of (size, n_cells) that draws counts (size, n_cells) of as many rows as there are."""
    filled, counts = np.unique(cells, return_counts=True)

    def resample(size: int, n_cells: int) -> Counts:
        drawn = np.zeros((size, n_cells), dtype=np.int64)
        drawn[:, filled] = rng.multinomial(len(cells), counts / len(cells), size=size)
        return drawn

    return resample


def _resampled_groups(
    cells: IntArray, groups: IntArray, n_cells: int, rng: np.random.Generator
) -> Callable[[int, int], Counts]:
    """Return a function of (size, n_cells) that draws the counts (size, n_cells) of as many groups as there are."""
    from scipy.sparse import coo_array

    names, members = np.unique(groups, return_inverse=True)
    n_groups = len(names)
    per_group = coo_array((np.ones(len(cells)), (cells, members)), shape=(n_cells, n_groups)).tocsr()

    def resample(size: int, n_cells: int) -> Counts:
        drawn: Counts = (per_group @ _drawn_units(n_groups, size, rng).T).T
        return drawn

    return resample


def accuracy_interval(y_true: IntArray, y_pred: IntArray, groups: IntArray | None) -> Interval:
    """Return the 95 % interval of the accuracy of y_pred (n,): Wilson's, or with groups (n,) of the bootstrap."""
    right = y_true == y_pred
    if groups is None:
        return wilson(int(right.sum()), len(right))
    if right.any() and not right.all():
        return bootstrap(accuracy_of_counts, y_true, y_pred, groups)
    # Resampling what is all right (or all wrong) would claim certainty.
    return share_interval(right, np.ones_like(right), groups)


def _drawn_units(n_units: int, size: int, rng: np.random.Generator) -> FloatArray:
    """Return how often each of so many units comes when as many are drawn with replacement, (size, n_units)."""
    picks = rng.integers(n_units, size=(size, n_units)) + n_units * np.arange(size)[:, None]
    times: FloatArray = np.bincount(picks.ravel(), minlength=size * n_units).reshape(size, n_units).astype(np.float64)
    return times


def mean_and_variance(values: FloatArray, groups: IntArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Return means of values (n, *shape) over tracks, and the variances of these means (NaN of fewer than two units).

    With groups (n,) the variance is that between whole groups (a ratio estimator: W. G. Cochran, "Sampling Techniques",
    chapter 9, 1977).
    """
    mean = values.mean(axis=0)
    apart = values - mean
    if groups is not None:
        names, members = np.unique(groups, return_inverse=True)
        apart = np.zeros((len(names), *values.shape[1:]))
        np.add.at(apart, members, values - mean)
    n_units = len(apart)
    larger = n_units / (n_units - 1) if n_units > 1 else np.nan
    return mean, (apart**2).sum(axis=0) * larger / len(values) ** 2


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


def resampled_means(values: FloatArray, groups: IntArray | None = None, seed: int = 0) -> FloatArray:
    """Return the means of values (n, columns) over resampled tracks, shape (n_resamples, columns)."""
    n, columns = values.shape
    blocks = drawn_weights(n, groups, n_resamples(n, columns), seed)
    return np.concatenate([(weights @ values) / weights.sum(axis=1, keepdims=True) for weights in blocks])


def middle(values: FloatArray, confidence: float = 0.95) -> Interval:
    """Return the range that leaves out as many values (n,) at either end: the percentile interval. NaN is no value."""
    low, high = np.nanquantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))


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
