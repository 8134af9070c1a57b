"""Sets of genres that hold the right one as often as is promised: split-conformal prediction.

The *score* of a genre for a track is the probability that the network gives it, or 1 if it is the prediction. A set
holds each genre whose score reaches a limit. That limit is calibrated on validation: the right genre of a share `level`
of these tracks reaches it, where one track more, the unknown one, counts as missed. If a new track is drawn as these
were, its right genre is in its set with at least that probability, whatever the network is: V. Vovk, A. Gammerman &
G. Shafer, "Algorithmic Learning in a Random World" (2005); M. Sadinle, J. Lei & L. Wasserman, JASA 114 (2019). Unlike
theirs a set always holds the prediction. Adaptive sets (Y. Romano, M. Sesia & E. Candès, NeurIPS 2020) are larger: 3.3
genres on average instead of 1.7 where the network is right on 75 % of the tracks and 90 % are promised.

By genre, each has a limit from its own tracks, and the promise holds for each: V. Vovk, "Conditional Validity of
Inductive Conformal Predictors", ACML (2012). Where tracks come in groups, a new group is what is promised for: each
counts the same, however many tracks it has (Y. Lee, R. F. Barber & R. Willett, "Distribution-free Inference with
Hierarchical Data", 2023; R. Dunn, L. Wasserman & A. Ramdas, JASA 118, 2023).

Validation chose the epoch as well, which is in theory a small breach: Z. Liang, Y. Zhou & M. Sesia, "Conformal
Inference Is (Almost) Free for Neural Networks Trained with Early Stopping", ICML (2023). It costs at most 0.7 points of
what is held with 60 validation tracks, at most 0.3 with 240: `python -m tests.benchmarks.prediction_sets`.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.evaluation.checks import check_judged, check_probabilities
from genre_core.evaluation.intervals import Interval, Mask, share_interval

LEVELS = (0.9, 0.8, 0.95)
"""Levels to choose from, the usual one first."""
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class SetRule:
    """Which genres a set holds: the prediction, and each genre whose probability is at least its `limits` (k,).

    `units` (k,) are the tracks, or if `grouped` the groups, that each limit rests on: fewer than `needed` cannot
    promise anything, so that the limit is 0 and the genre is in every set. A limit of 1 leaves the prediction alone.
    """

    level: float
    by_genre: bool
    grouped: bool
    limits: FloatArray
    units: IntArray

    @property
    def needed(self) -> int:
        """Return how many tracks, or groups, a limit has to rest on."""
        return needed_units(self.level)

    @property
    def too_few(self) -> Mask:
        """Return whose limits (k,) rest on too few."""
        return self.units < self.needed

    def sets(self, y_prob: npt.ArrayLike) -> Mask:
        """Return which genres are in the set of each track (n, k), from probabilities (n, k).

        Raises DataError where the rows are no probabilities, or not of these genres.
        """
        table = check_probabilities("y_prob", y_prob)
        if table.shape[1] != len(self.limits):
            raise DataError(f"y_prob has {table.shape[1]} genres, but the sets were calibrated for {len(self.limits)}.")
        return _scores(table) >= self.limits

    def usual_share(self, n: int) -> Interval | None:
        """Return which shares of n new tracks are held in 95 of 100 cases; None where no law is known.

        One limit that rests on single tracks holds a share that follows a beta law over validation parts (V. Vovk,
        2012, as above), so that the number held is beta-binomial. There is none for a limit of 0 or 1.
        """
        if self.by_genre or self.grouped or not 0 < self.limits[0] < 1:
            return None
        from scipy.special import betaln

        units = int(self.units[0])
        inside = math.ceil(self.level * (units + 1) - _ROUNDING)
        held = np.arange(n + 1)
        log_ways = -np.log(n + 1) - betaln(held + 1, n - held + 1)
        laws = betaln(held + inside, n - held + units + 1 - inside) - betaln(inside, units + 1 - inside)
        low, high = np.searchsorted(np.cumsum(np.exp(log_ways + laws)), [0.025, 0.975])
        return Interval(float(low) / n, float(min(high, n)) / n)


@dataclass(frozen=True)
class GenreSets:
    """Sets of the `n` tracks of one genre: `held` of them hold it, and their mean size (NaN without tracks).

    `short` says whether the share is clearly below the level, even when all genres are looked at (Bonferroni).
    """

    genre: int
    n: int
    held: int
    interval: Interval
    size: float
    short: bool


@dataclass(frozen=True, eq=False)
class PredictionSets:
    """Sets (n, k) of `n` tracks by a rule: `held` of them hold the right genre, a share whose 95 % interval is given.

    `by_size` (k, 2) counts the sets of 1, 2, …, k genres, those without the right genre and those with it.
    """

    rule: SetRule
    sets: Mask
    held: int
    interval: Interval
    by_size: IntArray
    per_genre: tuple[GenreSets, ...]

    @property
    def n(self) -> int:
        """Return how many tracks there are."""
        return len(self.sets)

    @property
    def share(self) -> float:
        """Return the share of sets that hold the right genre."""
        return self.held / self.n

    @property
    def size(self) -> float:
        """Return the mean number of genres in a set."""
        return float(self.sets.sum()) / self.n


def needed_units(level: float) -> int:
    """Return of how many tracks, or groups, the worst can stand for the unknown one at a level: 1 / (1 - level) - 1."""
    return math.ceil(level / (1 - level) - _ROUNDING)


def calibrate(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    level: float,
    *,
    groups: IntArray | None = None,
    by_genre: bool = False,
) -> SetRule:
    """Return the rule whose sets hold the right genre of a new track with a probability of at least `level`.

    It is calibrated on class numbers (n,) and probabilities (n, k) of tracks that the network did not learn from. With
    groups (n,) the new track is of a new group.
    Raises DataError where the arrays do not fit each other or are no probabilities.
    """
    labels, table = check_judged("y_true", y_true, y_prob, groups)
    members = np.arange(len(labels)) if groups is None else groups
    right, k = _scores(table)[np.arange(len(labels)), labels], table.shape[1]
    kinds = [labels == genre for genre in range(k)] if by_genre else [np.ones(len(labels), dtype=np.bool_)]
    found = [_limit(right[kind], members[kind], level) for kind in kinds] * (1 if by_genre else k)
    limits, units = zip(*found, strict=True)
    return SetRule(level, by_genre, groups is not None, np.array(limits), np.array(units))


def prediction_sets(
    rule: SetRule, y_true: npt.ArrayLike, y_prob: npt.ArrayLike, *, groups: IntArray | None = None
) -> PredictionSets:
    """Return the sets of probabilities (n, k), and how often they hold the class numbers (n,).

    With groups (n,) intervals take whole groups as what was sampled. Raises DataError as `calibrate` does.
    """
    labels, table = check_judged("y_true", y_true, y_prob, groups)
    sets, k = rule.sets(table), table.shape[1]
    held, sizes = sets[np.arange(len(labels)), labels], sets.sum(axis=1)
    per_genre = []
    for genre in range(k):
        own = labels == genre
        size = float(sizes[own].mean()) if own.any() else math.nan
        interval, wider = (share_interval(held, own, groups, sure) for sure in (0.95, 1 - 0.05 / k))
        short = wider.high < rule.level
        per_genre.append(GenreSets(genre, int(own.sum()), int(held[own].sum()), interval, size, short))
    by_size = np.bincount(2 * (sizes - 1) + held, minlength=2 * k).reshape(k, 2)
    interval = share_interval(held, np.ones_like(held), groups)
    return PredictionSets(rule, sets, int(held.sum()), interval, by_size, tuple(per_genre))


def _scores(y_prob: FloatArray) -> FloatArray:
    """Return the score of each genre (n, k): its probability, or 1 if it is the prediction."""
    scores = y_prob.copy()
    scores[np.arange(len(scores)), scores.argmax(axis=1)] = 1.0
    return scores


def _limit(right: FloatArray, groups: IntArray, level: float) -> tuple[float, int]:
    """Return the limit that the right genres' scores (n,) reach often enough, and of how many groups they are.

    Each group has the weight of 1, shared by its tracks, and so has the unknown one, which does not reach it.
    """
    _, members, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    n_groups = len(sizes)
    order = np.argsort(-right, kind="stable")
    reached = np.cumsum(1 / sizes[members[order]])
    enough = np.flatnonzero(reached >= level * (n_groups + 1) - _ROUNDING)
    return (float(right[order][enough[0]]) if enough.size else 0.0), n_groups
