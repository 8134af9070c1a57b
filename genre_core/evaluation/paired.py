"""Whether one classifier is right more often than another on the same tracks: the test, and the interval.

Only tracks on which exactly one of the two is right tell them apart. Where tracks come in groups (segments of one
recording, tracks of one artist) those of a group are right and wrong together, and McNemar's test takes them for more
evidence than they are. The group is then what is tested: its *sum* is the tracks on which the first alone is right,
less those on which the second alone is.
"""

import math
from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.intervals import Interval, resampled_counts

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Matched:
    """How two classifiers fare on the same `n` tracks, and how sure it is that one of them is right more often.

    `only_first` tracks are recognized by the first classifier alone, `only_second` by the second alone. `effective` is
    how many independent tracks tell as much of the difference: n itself where tracks stand alone. `p` is two-sided.
    """

    n: int
    both: int
    only_first: int
    only_second: int
    p: float
    interval: Interval
    effective: float

    @property
    def neither(self) -> int:
        """Return on how many tracks both are wrong."""
        return self.n - self.both - self.only_first - self.only_second

    @property
    def difference(self) -> float:
        """Return the accuracy of the first less that of the second."""
        return (self.only_first - self.only_second) / self.n

    @property
    def discordance(self) -> float:
        """Return the share of tracks on which exactly one is right."""
        return (self.only_first + self.only_second) / self.n


def matched(first: IntArray, second: IntArray, groups: IntArray | None = None) -> Matched:
    """Compare two classifiers by whether they are right, 0 or 1, on each of the same tracks (n,), with groups (n,).

    A group counts with all its tracks; where tracks stand alone the test is McNemar's exact one.
    """
    apart = first.astype(np.int64) - second.astype(np.int64)
    if groups is None:
        sums, sizes = apart, np.ones(len(apart), dtype=np.int64)
    else:
        members = np.unique(groups, return_inverse=True)[1]
        sizes = np.bincount(members)
        sums = np.bincount(members, apart).astype(np.int64)
    only_first, only_second = int(np.count_nonzero(apart > 0)), int(np.count_nonzero(apart < 0))
    effective = float(len(apart)) if groups is None else effective_size(sums, sizes, only_first + only_second)
    return Matched(
        len(apart),
        int(np.count_nonzero((first == second) & (first > 0))),
        only_first,
        only_second,
        sign_flip_p(sums),
        _interval(only_first, only_second, len(apart), effective, len(sizes)),
        effective,
    )


def sign_flip_p(sums: IntArray) -> float:
    """Return how often the sum of `sums` (n_groups,) is as far from 0 where each sign is a fair coin: two-sided, exact.

    Where two classifiers are alike, it is a toss-up which of them a group favors: R. A. Fisher, "The Design of
    Experiments" (1935), section 21; of blocks whose members depend on each other the signs are flipped together: A. M.
    Winkler et al., NeuroImage 92 (2014). With sums of 1 and -1 alone it is Q. McNemar's test in its exact, binomial
    form, Psychometrika 12 (1947). The distribution of the sum is had from its characteristic function, without drawing
    (M. Pagano & D. Tritchler, JASA 78, 1983).
    """
    told = np.abs(sums[sums != 0])
    seen = abs(int(sums.sum()))
    if not seen:
        return 1.0
    step = int(np.gcd.reduce(told))
    sizes, times = np.unique(told // step, return_counts=True)
    if len(sizes) == 1:
        from scipy.special import bdtr

        n = int(times[0])
        return min(1.0, 2 * float(bdtr((n - seen // step) // 2, n, 0.5)))
    most = int((sizes * times).sum())
    turns = 2 * np.pi * np.arange(most + 1) / (2 * most + 1)
    wave = np.prod([np.cos(turns * size) ** n for size, n in zip(sizes, times, strict=True)], axis=0)
    chances = np.fft.irfft(wave, 2 * most + 1)  # of sums 0 … most, then of -most … -1
    # A sum is as far out with every sign turned, so no p-value is below two of all the ways to give signs.
    return min(1.0, max(2 * float(chances[seen // step : most + 1].sum()), 2.0 ** (1 - len(told))))


def effective_size(sums: IntArray, sizes: IntArray, discordant: int) -> float:
    """Return how many independent tracks tell as much of the difference as these in groups, both arrays (n_groups,).

    The number of tracks over the design effect, the variance of the mean between groups over that of single tracks
    (E. L. Korn & B. I. Graubard, "Analysis of Health Surveys", 1999); never more than there are tracks, and where
    nothing is seen to vary each group counts as one.
    """
    n, n_groups = float(sizes.sum()), int(np.count_nonzero(sizes))
    mean = float(sums.sum()) / n
    alone = discordant - n * mean * mean
    if n_groups < 2 or alone <= 0:
        return float(n_groups)
    between = float(((sums - mean * sizes) ** 2).sum()) * n_groups / (n_groups - 1)
    return min(n, n * alone / between) if between else n


def _interval(only_first: int, only_second: int, n: int, effective: float, n_groups: int) -> Interval:
    """Return the interval of a difference of matched shares.

    Half a track is added to each of the four cells of the table, which keeps its promise for few discordant tracks too
    (A. Agresti & Y. Min, Statistics in Medicine 24, 2005); with groups the table is that of the effective size, and
    the quantile Student's.
    """
    from scipy.special import stdtrit

    share = effective / n
    first, second = only_first * share + 0.5, only_second * share + 0.5
    whole = effective + 2
    middle = (first - second) / whole
    error = math.sqrt(max(0.0, first + second - (first - second) ** 2 / whole)) / whole
    half = float(stdtrit(max(1, n_groups - 1), (1 + CONFIDENCE) / 2)) * error
    return Interval(max(-1.0, middle - half), min(1.0, middle + half))


def paired_macro_f1(
    y_true: IntArray, first: IntArray, second: IntArray, groups: IntArray | None = None, seed: int = 0
) -> tuple[float, Interval | None]:
    """Return the macro-F1 of predictions `first` (n,) less that of `second`, with its paired bootstrap interval.

    Tracks are drawn anew with both their answers, or groups with all their tracks: B. Efron & R. Tibshirani, "An
    Introduction to the Bootstrap" (1993). None where the answers are the same on every track: resampling would claim
    certainty.
    """
    k = int(max(y_true.max(), first.max(), second.max())) + 1
    kinds, kind, times = np.unique((y_true * k + first) * k + second, return_inverse=True, return_counts=True)
    true, one, two = kinds // (k * k), kinds // k % k, kinds % k
    seen = _f1_apart(times[None], true, one, two, k)[0]
    if np.array_equal(first, second):
        return 0.0, None
    if seen < 0:  # drawn in one order alone, so that either way round the same numbers come out
        apart, interval = paired_macro_f1(y_true, second, first, groups, seed)
        return -apart, None if interval is None else Interval(-interval.high, -interval.low)
    draws = resampled_counts(kind, len(kinds), groups, np.random.default_rng(seed))
    values = np.concatenate([_f1_apart(drawn, true, one, two, k) for drawn in draws])
    low, high = np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(seen), Interval(float(low), float(high))


def _f1_apart(times: FloatArray | IntArray, true: IntArray, one: IntArray, two: IntArray, k: int) -> FloatArray:
    """Return the difference of macro-F1 where each kind of track (n_kinds,) comes so often (n_resamples, n_kinds)."""
    apart: FloatArray = _macro_f1(times, true, one, k) - _macro_f1(times, true, two, k)
    return apart


def _macro_f1(times: FloatArray | IntArray, true: IntArray, guess: IntArray, k: int) -> FloatArray:
    genres = np.arange(k)
    right = times @ ((true == guess)[:, None] & (true[:, None] == genres)).astype(np.float64)
    either = times @ ((true[:, None] == genres).astype(np.float64) + (guess[:, None] == genres))
    there = either > 0
    f1 = np.divide(2 * right, either, out=np.zeros(either.shape), where=there)
    mean: FloatArray = f1.sum(axis=1) / there.sum(axis=1)
    return mean
