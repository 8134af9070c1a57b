"""The mean of scores that share tracks: its interval, and what to compare and to plan with.

Scores of repeated splits and of folds are not independent, because their training parts overlap. The variance of their
mean is therefore taken (1/k + ratio) times that of one score instead of 1/k times, ratio being the size of the part
that is judged by that of the part that is learned from, and intervals are Student's t with k - 1 degrees of freedom:
C. Nadeau & Y. Bengio, "Inference for the generalization error", Machine Learning 52 (2003), section 4. With ratio 0 it
is the t interval of independent scores. Rates lie in [0, 1].

They proposed it for random splits, whose judged parts overlap as well. Folds of one dealing share no judged track, so
that for them it is cautious: a nominal 95 % interval covers in 98 to 99 of 100 simulated cases. Of one dealing,
`pooled_score` is therefore the better interval.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import IntArray
from genre_core.evaluation.between_groups import BetweenGroups
from genre_core.evaluation.grouped_share import GroupedShare
from genre_core.evaluation.intervals import Interval, grouped_interval, wilson

CONFIDENCE, POWER = 0.95, 0.8
LEAST_SCORES = 3
"""From two scores the interval is as wide as the scale, and tells nothing."""
MOST_SCORES = 10_000


@dataclass(frozen=True)
class PairedScores:
    """How much better scores are than others of the same splits and seeds: mean, sd, interval, two-sided p.

    `ratio` says how far the splits share tracks: n_judged / n_learned, or 0.
    """

    n: int
    mean: float
    sd: float
    interval: Interval
    p: float
    ratio: float

    @property
    def error(self) -> float:
        """Return the standard error of the mean."""
        return standard_error(self.sd, self.n, self.ratio)

    @property
    def clear(self) -> bool:
        """Return whether the interval leaves zero out."""
        return self.interval.low > 0 or self.interval.high < 0


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Predictions of one fold's network for the held-out tracks: rows (n,), right or not (n,), groups (n,) or None."""

    rows: IntArray
    right: npt.NDArray[np.bool_]
    groups: IntArray | None = None


@dataclass(frozen=True)
class PooledScore:
    """The share that is right of all answers of all folds, with its interval; each track answered once a dealing."""

    n: int
    n_right: int
    interval: Interval
    grouped: bool

    @property
    def rate(self) -> float:
        """Return the share of answers that are right."""
        return self.n_right / self.n


def pooled_score(folds: Sequence[HeldOut]) -> PooledScore:
    """Return what the answers of one or more folds come to together.

    Over the folds of one dealing they are as good as independent, although their networks share training tracks, and
    the interval covers the accuracy of such networks on other tracks: P. Bayle, A. Bayle, L. Janson & L. Mackey,
    "Cross-validation confidence intervals for test error", NeurIPS (2020). Answers about one track, and tracks of one
    group, are what is sampled together.
    """
    right = np.concatenate([fold.right for fold in folds])
    grouped = all(fold.groups is not None for fold in folds)
    drawn = [fold.rows if fold.groups is None else fold.groups for fold in folds]
    members = np.unique(np.concatenate(drawn), return_inverse=True)[1]
    sizes, n, n_right = np.bincount(members), len(right), int(right.sum())
    found = GroupedShare(np.bincount(members[right], minlength=len(sizes)), sizes)
    interval = wilson(n_right, n) if len(sizes) == n else grouped_interval(found)
    return PooledScore(n, n_right, interval, grouped)


def standard_deviation(values: Sequence[float]) -> float:
    """Return the sample standard deviation of k ≥ 2 values (divided by k - 1)."""
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def standard_error(sd: float, k: int, ratio: float) -> float:
    """Return the standard error of the mean of k scores, each of standard deviation `sd`."""
    return math.sqrt(1 / k + ratio) * sd


def half_width(values: Sequence[float], ratio: float, groups: BetweenGroups | None = None) -> float:
    """Return half the corrected t interval of the mean of `values`; `ratio` is n_judged / n_learned, or 0.

    What `groups` that all values share add to their variance is added to it, with the degrees of freedom of the sum:
    F. E. Satterthwaite, "An approximate distribution of estimates of variance components", Biometrics 2 (1946).
    """
    from scipy.special import stdtrit  # quantiles of Student's t; scipy.stats takes a second to import

    k = len(values)
    own, degrees = standard_error(standard_deviation(values), k, ratio) ** 2, float(k - 1)
    total = own + (groups.variance if groups else 0.0)
    if groups and groups.variance > 0:
        degrees = total**2 / (own**2 / (k - 1) + groups.variance**2 / groups.degrees)
    return float(stdtrit(degrees, (1 + CONFIDENCE) / 2)) * math.sqrt(total)


def mean_interval(
    values: Sequence[float], ratio: float, n_judged: float, groups: BetweenGroups | None = None
) -> Interval | None:
    """Return the interval of the mean of rates, each over `n_judged` tracks; None before the third.

    With `groups` it is about tracks of other groups, where these are in both parts of every split.
    """
    if len(values) < LEAST_SCORES:
        return None
    mean, half = sum(values) / len(values), half_width(values, ratio, groups)
    if half == 0 and mean in (0.0, 1.0):  # nothing was seen to vary, which does not mean that nothing can
        return wilson(mean * n_judged, n_judged, CONFIDENCE)
    return Interval(max(0.0, mean - half), min(1.0, mean + half))


def paired_scores(ours: Sequence[float], theirs: Sequence[float], ratio: float) -> PairedScores | None:
    """Compare scores (k,) of the same splits and seeds by the corrected t-test; None before the third.

    Where every difference is the same, p is 1 if that is none and 0 if it is one.
    """
    from scipy.special import stdtr

    differences = [a - b for a, b in zip(ours, theirs, strict=True)]
    k = len(differences)
    if k < LEAST_SCORES:
        return None
    mean, sd, half = sum(differences) / k, standard_deviation(differences), half_width(differences, ratio)
    error = standard_error(sd, k, ratio)
    p = 2 * float(stdtr(k - 1, -abs(mean) / error)) if error else float(mean == 0)
    return PairedScores(k, mean, sd, Interval(mean - half, mean + half), p, ratio)


def scores_needed(difference: float, sd: float, ratio: float = 0.0) -> int | None:
    """Return how many scores show a mean `difference` in 80 of 100 cases, `sd` being that of a single one.

    By the two-sided t-test at 5 % and the noncentral t distribution (J. Cohen, "Statistical Power Analysis", 1988);
    None where no number of them does: scores that share tracks do not add up for ever.
    """
    if difference == 0 or power(difference, sd, ratio, MOST_SCORES) < POWER:
        return None
    low, high = 2, MOST_SCORES  # power at `low` is too small
    if power(difference, sd, ratio, LEAST_SCORES) >= POWER:
        return LEAST_SCORES
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(difference, sd, ratio, middle) >= POWER else (middle, high)
    return high


def power(difference: float, sd: float, ratio: float, k: int) -> float:
    """Return in which share of cases k scores show a mean `difference` of that standard deviation."""
    from scipy.special import nctdtr, stdtrit

    if sd == 0:
        return float(difference != 0)
    shift, critical = abs(difference) / standard_error(sd, k, ratio), float(stdtrit(k - 1, (1 + CONFIDENCE) / 2))
    if shift > 30:  # beyond what nctdtr computes, and beyond doubt
        return 1.0
    other_way = float(nctdtr(k - 1, shift, -critical))  # NaN where it is too small to be computed
    return 1 - float(nctdtr(k - 1, shift, critical)) + (other_way if other_way == other_way else 0.0)
