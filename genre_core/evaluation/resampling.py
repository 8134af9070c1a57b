"""How often tracks are drawn when tracks, or whole groups of them, are drawn anew with replacement."""

from collections.abc import Iterator

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.intervals import CHUNK, Interval

WORK = 100_000_000
FEWEST, MOST = 200, 1000
"""Resamples: as many as `WORK` multiplications allow."""
_OF_DRAWING = 10
"""Cost of drawing, as a number of columns that are summed."""


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
        rows = min(step, size - start)
        picks = rng.integers(units, size=(rows, units)) + units * np.arange(rows)[:, None]
        times = np.bincount(picks.ravel(), minlength=rows * units).reshape(rows, units).astype(np.float64)
        yield times if groups is None else times[:, members]


def resampled_means(values: FloatArray, groups: IntArray | None = None, seed: int = 0) -> FloatArray:
    """Return the means of values (n, columns) over resampled tracks, shape (n_resamples, columns)."""
    n, columns = values.shape
    blocks = drawn_weights(n, groups, n_resamples(n, columns), seed)
    return np.concatenate([(weights @ values) / weights.sum(axis=1, keepdims=True) for weights in blocks])


def middle(values: FloatArray, confidence: float = 0.95) -> Interval:
    """Return the range that leaves out as many values (n,) at either end: the percentile interval."""
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))
