"""Answering only where the model is sure: what is gained by saying "I don't know", and who pays for it.

A score says how sure the model is of a track; a track is answered if its score reaches a threshold. *Coverage* is the
share of tracks that are answered, *risk* the share of these that are answered wrongly: R. El-Yaniv & Y. Wiener, "On the
Foundations of Noise-free Selective Classification", JMLR 11 (2010); Y. Geifman & R. El-Yaniv, "Selective Classification
for Deep Neural Networks", NeurIPS (2017). Every score is in [0, 1] and low where tracks are to be rejected.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.evaluation import intervals
from genre_core.evaluation.checks import check_labels, check_probabilities, check_same_length

ScoreName = Literal["confidence", "margin", "certainty"]
Answered = npt.NDArray[np.bool_]

STEPS = 1000
"""Thresholds that are searched: 0, 1 / STEPS, …, 1."""


@dataclass(frozen=True, eq=False)
class RiskCoverage:
    """Risk against coverage, both (n,): answering the 1, 2, …, n tracks of the highest scores.

    Within a tie the risk is that of a random order. `area` (AURC) is the mean risk, `ideal_area` that of the order that
    holds every wrong answer back first, `excess` (E-AURC) their difference: Y. Geifman et al., "Bias-Reduced
    Uncertainty Estimation for Deep Neural Classifiers", ICLR (2019). A random order has the area `error`. Intervals
    cover 95 %.
    """

    coverage: FloatArray
    risk: FloatArray
    ideal_risk: FloatArray
    error: float
    area: float
    area_interval: intervals.Interval
    ideal_area: float
    excess: float


@dataclass(frozen=True)
class Answering:
    """Effect of a threshold on `n` tracks: `answered` of them are answered, `right` of those rightly.

    `coverage` and `accuracy` are the shares with their 95 % intervals; accuracy is None where nothing is answered.
    """

    threshold: float
    n: int
    answered: int
    right: int
    coverage_interval: intervals.Interval
    accuracy_interval: intervals.Interval

    @property
    def coverage(self) -> float:
        """Return the share of tracks that are answered."""
        return self.answered / self.n

    @property
    def accuracy(self) -> float | None:
        """Return the share of answered tracks that are right."""
        return self.right / self.answered if self.answered else None


def sureness(y_prob: npt.ArrayLike, score: ScoreName) -> FloatArray:
    """Return how sure the model is of each track (n,), from probabilities (n, k).

    `confidence` is the highest probability, `margin` what it has more than the second, `certainty` 1 - H / ln k with
    the entropy H of the row.
    Raises DataError where the rows are no probabilities.
    """
    table = check_probabilities("y_prob", y_prob)
    if score == "certainty":
        logs = np.log(np.maximum(table, np.finfo(np.float64).tiny))
        return np.clip(1 + (table * logs).sum(axis=1) / np.log(table.shape[1]), 0.0, 1.0)
    top = np.partition(table, -2, axis=1)
    return top[:, -1] if score == "confidence" else top[:, -1] - top[:, -2]


def risk_coverage(scores: npt.ArrayLike, right: npt.ArrayLike, *, groups: IntArray | None = None) -> RiskCoverage:
    """Return the risk-coverage curve of scores (n,) for answers that are right or not (n,).

    With groups (n,) intervals take whole groups as what was sampled.
    Raises DataError where the arrays do not fit each other, or there is no track.
    """
    sure, wrong, members = _checked(scores, right, groups)
    n = len(sure)
    order = np.argsort(-sure, kind="stable")
    tie = np.unique(-sure, return_inverse=True)[1]
    share = np.bincount(tie, wrong) / np.bincount(tie)  # a random order within ties
    risk, ideal_risk = _risks(share[tie][order][None])[0], _risks(np.sort(wrong)[None])[0]
    area, ideal = float(risk.mean()), float(ideal_risk.mean())
    areas = _resampled_areas(share[tie][order], None if members is None else members[order])
    interval = intervals.resampled_rate(area, areas, n, members)
    coverage, error = np.arange(1, n + 1) / n, float(wrong.mean())
    return RiskCoverage(coverage, risk, ideal_risk, error, area, interval, ideal, area - ideal)


def answering(
    threshold: float, scores: npt.ArrayLike, right: npt.ArrayLike, *, groups: IntArray | None = None
) -> Answering:
    """Return what answering from a threshold on does; Wilson intervals, by groups (n,) if given; raises DataError."""
    return answerings((threshold,), scores, right, groups=groups)[0]


def answerings(
    thresholds: Iterable[float], scores: npt.ArrayLike, right: npt.ArrayLike, *, groups: IntArray | None = None
) -> tuple[Answering, ...]:
    """Return what answering from each threshold on does, as `answering` does for one."""
    sure, wrong, members = _checked(scores, right, groups)
    found = []
    for threshold in thresholds:
        answered = sure >= threshold
        good = answered & (wrong == 0)
        coverage = intervals.share_interval(answered, np.ones_like(answered), members)
        accuracy = intervals.share_interval(good, answered, members)
        found.append(Answering(threshold, len(sure), int(answered.sum()), int(good.sum()), coverage, accuracy))
    return tuple(found)


def find_threshold(
    target: float,
    scores_validation: npt.ArrayLike,
    right_validation: npt.ArrayLike,
    *,
    groups: IntArray | None = None,
    surely: bool = False,
) -> float | None:
    """Return the lowest threshold, in steps of 1 / STEPS, from which at least `target` of the answers are right.

    It is searched on validation; None where there is none. With `surely` the share on new tracks is below the target in
    at most 5 of 100 cases, even where the score says nothing about being right: the lower limit of an interval has to
    reach the target, which is the wider the more thresholds could do so by chance. In simulations it was below in at
    most 4.2 of 100, with 12 to 50 artists and without: `python -m tests.benchmarks.coverage`.
    Raises DataError where the arrays do not fit each other, or there is no track.
    """
    sure, wrong, members = _checked(scores_validation, right_validation, groups)
    at = _step(sure)
    n_answered = np.cumsum(np.bincount(at, minlength=STEPS + 1)[::-1])[::-1]
    n_right = np.cumsum(np.bincount(at, 1 - wrong, STEPS + 1)[::-1])[::-1]
    enough = (n_answered > 0) & (n_right >= target * n_answered - 1e-9)
    if not surely:
        return float(np.flatnonzero(enough)[0] / STEPS) if enough.any() else None
    confidence = _confidence_at_any(target, len(sure))
    enough[1:] &= n_answered[1:] < n_answered[:-1]  # one of those that answer the same tracks
    for step in np.flatnonzero(enough).tolist():
        if intervals.share_interval(wrong == 0, at >= step, members, confidence).low >= target:
            return float(step / STEPS)
    return None


def _confidence_at_any(target: float, n: int) -> float:
    """Return the confidence of intervals of which in 95 of 100 cases none of n nested ones lies above the truth.

    In standard errors, a share among more and more tracks is a stationary Gaussian process in the logarithm of their
    number, with correlation exp(-d / 2): M. R. Leadbetter, G. Lindgren & H. Rootzén, "Extremes and Related Properties
    of Random Sequences and Processes" (1983), chapter 12, says how often it passes a level c. It runs from the
    fewest tracks of which all right reach the target; a single interval of 95 % is the least that is asked.
    """
    low, high = intervals.Z95, 5.0
    while high - low > 1e-6:
        c = (low + high) / 2
        span = max(0.0, math.log(n * (1 - target) / (c * c * target))) if target < 1 else 0.0
        passed = 1 - intervals.normal_below(c) + c * math.exp(-c * c / 2) / math.sqrt(2 * math.pi) * span / 2
        low, high = (c, high) if passed > 0.05 else (low, c)
    return 2 * intervals.normal_below(high) - 1


def _step(sure: FloatArray) -> IntArray:
    """Return the number of the highest threshold that each score reaches."""
    at = np.floor(sure * STEPS).astype(np.int64)
    at += (at + 1) / STEPS <= sure  # what rounding took away
    at -= at / STEPS > sure
    return np.clip(at, 0, STEPS)


def _checked(
    scores: npt.ArrayLike, right: npt.ArrayLike, groups: IntArray | None
) -> tuple[FloatArray, FloatArray, IntArray | None]:
    sure = np.asarray(scores, dtype=np.float64)
    good = check_labels("right", np.asarray(right).astype(np.int64), 2)
    check_same_length("scores", sure, good)
    if not np.isfinite(sure).all() or sure.ndim != 1:
        raise DataError("scores need one finite number per track, shape (n,): pass sureness(y_prob, score).")
    check_same_length("groups", groups, good)
    return sure, (1 - good).astype(np.float64), groups


def _risks(wrong: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """Return the share of wrong answers (m, n) among the first 1, 2, …, n tracks, each counted so many times."""
    times = np.ones_like(wrong) if weights is None else weights
    counted = np.cumsum(times, axis=1)
    return np.divide(np.cumsum(times * wrong, axis=1), counted, out=np.zeros_like(counted), where=counted > 0)


def _resampled_areas(expected: FloatArray, groups: IntArray | None) -> FloatArray:
    """Return areas (n_resamples,) over resampled tracks, which come in the order of their scores."""
    n = len(expected)
    drawn = intervals.drawn_weights(n, groups, intervals.n_resamples(n, 20))
    return np.concatenate([(each * _risks(expected[None], each)).sum(axis=1) / each.sum(axis=1) for each in drawn])
