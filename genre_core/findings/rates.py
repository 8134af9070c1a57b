"""Rates compared: shares, their differences, and how probable they would be by chance, with or without groups.

Where tracks come in groups, it is these that are sampled, as in intervals of rates.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.grouped_share import FEWEST_GROUPS, GroupedShare
from genre_core.evaluation.intervals import Interval, grouped_interval, grouped_share, normal_quantile, wilson

Chosen = npt.NDArray[np.bool_]
Values = npt.NDArray[Any]


@dataclass(frozen=True)
class Trials:
    """Successes among independent trials."""

    hits: int
    n: int

    def interval(self, confidence: float = 0.95) -> Interval:
        """Return the Wilson interval of the rate of success."""
        return wilson(self.hits, self.n, confidence)

    def p_value(self, rate: float, side: Literal["two", "above"] = "two") -> float:
        """Return how probable so many successes are by chance where each trial succeeds with `rate`.

        The exact binomial test; of two sides the smaller tail is doubled.
        """
        from scipy.special import betainc

        if not self.n:
            return 1.0
        above = float(betainc(self.hits, self.n - self.hits + 1, rate)) if self.hits > 0 else 1.0
        if side == "above":
            return above
        below = float(betainc(self.n - self.hits, self.hits + 1, 1 - rate)) if self.hits < self.n else 1.0
        return min(1.0, 2 * min(above, below))


@dataclass(frozen=True)
class GroupedTrials:
    """Successes among trials that come in groups; where these are few, nothing is told by them."""

    share: GroupedShare
    hits: int
    n: int

    def interval(self, confidence: float = 0.95) -> Interval:
        """Return the interval of the rate of success."""
        return grouped_interval(self.share, confidence)

    def p_value(self, rate: float, side: Literal["two", "above"] = "two") -> float:
        """Return how probable it is that the true rate is not above `rate`, or of two sides twice the less probable."""
        if self.share.too_few:
            return 1.0
        below = self.share.below(rate)
        return below if side == "above" else min(1.0, 2 * min(below, 1 - below))


def trials(hits: Chosen, among: Chosen, groups: IntArray | None) -> Trials | GroupedTrials:
    """Return how many of the tracks `among` (n,) are `hits` (n,), as trials."""
    n, successes = int(among.sum()), int((hits & among).sum())
    if groups is None or not n:
        return Trials(successes, n)
    return GroupedTrials(grouped_share(hits, among, groups), successes, n)


def difference(a: float, of_a: Interval, b: float, of_b: Interval) -> Interval:
    """Return the interval of a - b for two rates of different tracks, from the intervals of each.

    R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17
    (1998), method 10.
    """
    low = math.hypot(a - of_a.low, of_b.high - b)
    high = math.hypot(of_a.high - a, b - of_b.low)
    return Interval(a - b - low, a - b + high)


def paired_difference(a: Values, b: Values, groups: IntArray | None = None) -> tuple[float, Interval]:
    """Return the mean of a - b over the same tracks, both (n,) in [0, 1], and its 95 % interval.

    Half a track is added to each of the four ways in which two answers can be right or wrong: A. Agresti & Y. Min,
    "Simple improved confidence intervals for comparing matched proportions", Statistics in Medicine 24 (2005). With
    groups the variance grows by the design effect of the differences, the quantile is Student's, and fewer than
    `FEWEST_GROUPS` groups tell nothing.
    """
    d: FloatArray = np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)
    n, mean = len(d), float(d.mean())
    centre = float(d.sum()) / (n + 2)
    variance = (float((d**2).sum()) + 1) / (n + 2) - centre**2
    half = quantile(0.975, groups) * math.sqrt(variance * _design_effect(d, groups) / (n + 2))
    return mean, Interval(max(-1.0, centre - half), min(1.0, centre + half))


def quantile(p: float, groups: IntArray | None) -> float:
    """Return the normal quantile, with groups (n,) Student's; of fewer than `FEWEST_GROUPS` it is infinite."""
    if groups is None:
        return normal_quantile(p)
    from scipy.special import stdtrit

    n_groups = len(np.unique(groups))
    return float(stdtrit(n_groups - 1, p)) if n_groups >= FEWEST_GROUPS else math.inf


def _design_effect(values: FloatArray, groups: IntArray | None) -> float:
    if groups is None:
        return 1.0
    members = np.unique(groups, return_inverse=True)[1]
    n_groups = int(members.max()) + 1
    residuals = values - values.mean()
    own = float((residuals**2).sum())
    if n_groups < 2 or not own:
        return len(values) / n_groups
    between = float((np.bincount(members, residuals) ** 2).sum()) * n_groups / (n_groups - 1)
    return max(1.0, between / own)
