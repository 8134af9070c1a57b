"""One genre against the rest, at every threshold on its probability: ROC, precision-recall, and one point of both.

The curves are scikit-learn's. Their areas carry bootstrap intervals that resample tracks, or whole groups where they
are given; where the genre is told from the rest without an error, resampling would claim certainty, and the interval is
Wilson's over as many trials as the smaller side has tracks (groups): so many pairs of its own can be formed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.grouped_share import FEWEST_GROUPS
from genre_core.evaluation.intervals import Interval, drawn_weights, resampled_rate, share_interval, wilson
from genre_core.evaluation.resampled_matrices import precision_interval

IsGenre = npt.NDArray[np.bool_]
N_RESAMPLES, N_OF_MANY, MANY = 1000, 200, 5_000
"""So many resamples, and fewer where there are many tracks: the interval is then narrow anyway."""


@dataclass(frozen=True, eq=False)
class RocCurve:
    """The share found (recall) against the share of false alarms, both (n_points,), as the threshold falls.

    `auc` is the probability that a track of the genre is given more than one of another genre.
    """

    false_alarms: FloatArray
    recall: FloatArray
    thresholds: FloatArray
    auc: float
    auc_interval: Interval
    n_positive: int
    n_negative: int


@dataclass(frozen=True, eq=False)
class PrecisionRecallCurve:
    """The share of answers that are right (precision) against the share found (recall), both (n_points,).

    `average_precision` is the area in steps; `prevalence`, the genre's share of the tracks, is what chance reaches.
    """

    precision: FloatArray
    recall: FloatArray
    average_precision: float
    average_precision_interval: Interval
    prevalence: float


@dataclass(frozen=True)
class OperatingPoint:
    """Fate of a genre's tracks and of the others where it is answered from `threshold` on.

    Precision is None where nothing is answered, and its interval (0, 1).
    """

    threshold: float
    found: int
    answered: int
    recall: float
    recall_interval: Interval
    precision: float | None
    precision_interval: Interval
    false_alarm: float
    false_alarm_interval: Interval


def roc_curve(is_genre: IsGenre, y_score: FloatArray, groups: IntArray | None = None, seed: int = 0) -> RocCurve | None:
    """Return the ROC curve of scores (n,) for tracks of the genre or not (n,); None where one side is empty."""
    from sklearn import metrics

    n_positive, n_negative = _sides(is_genre)
    if not n_positive or not n_negative:
        return None
    false_alarms, recall, thresholds = metrics.roc_curve(is_genre, y_score)
    auc = float(metrics.roc_auc_score(is_genre, y_score))
    interval = _interval(auc, is_genre, y_score, groups, seed, at=0)
    return RocCurve(false_alarms, recall, thresholds, auc, interval, n_positive, n_negative)


def precision_recall_curve(
    is_genre: IsGenre, y_score: FloatArray, groups: IntArray | None = None
) -> PrecisionRecallCurve | None:
    """Return the precision-recall curve of scores (n,); None where no track is of the genre, or every one."""
    from sklearn import metrics

    n_positive, n_negative = _sides(is_genre)
    if not n_positive or not n_negative:
        return None
    precision, recall, _ = metrics.precision_recall_curve(is_genre, y_score)
    area = float(metrics.average_precision_score(is_genre, y_score))
    interval = _interval(area, is_genre, y_score, groups, seed=0, at=1)
    return PrecisionRecallCurve(precision, recall, area, interval, n_positive / len(is_genre))


def operating_point(
    is_genre: IsGenre, y_score: FloatArray, threshold: float, groups: IntArray | None = None
) -> OperatingPoint:
    """Return what answering a genre does where its score (n,) is `threshold` or more; rates without a whole are NaN."""
    answered = y_score >= threshold
    n_positive, n_negative = _sides(is_genre)
    found, n_answered = int((answered & is_genre).sum()), int(answered.sum())
    return OperatingPoint(
        threshold,
        found,
        n_answered,
        found / n_positive if n_positive else float("nan"),
        share_interval(answered, is_genre, groups),
        found / n_answered if n_answered else None,
        precision_interval(is_genre, answered, groups),
        (n_answered - found) / n_negative if n_negative else float("nan"),
        share_interval(answered, ~is_genre, groups),
    )


def _sides(is_genre: IsGenre) -> tuple[int, int]:
    n_positive = int(is_genre.sum())
    return n_positive, len(is_genre) - n_positive


def _interval(
    value: float, is_genre: IsGenre, y_score: FloatArray, groups: IntArray | None, seed: int, at: int
) -> Interval:
    """Return the 95 % interval of the area under the ROC curve (at=0) or of the average precision (at=1).

    (0, 1) where the genre, or the rest, has fewer than `FEWEST_GROUPS` groups.
    """
    names = np.arange(len(is_genre)) if groups is None else groups
    smaller = min(len(np.unique(names[is_genre])), len(np.unique(names[~is_genre])))
    if groups is not None and smaller < FEWEST_GROUPS:
        return Interval(0.0, 1.0)
    if value == 1.0:
        return wilson(smaller, smaller)
    areas = np.concatenate([_areas(*sums)[at] for sums in _resampled(is_genre, y_score, groups, seed)])
    return resampled_rate(value, areas, len(is_genre), groups)


def _resampled(
    is_genre: IsGenre, y_score: FloatArray, groups: IntArray | None, seed: int
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield weights of the genre's tracks and of the others at each distinct score, highest first: (size, n_levels)."""
    n = len(is_genre)
    order = np.argsort(-y_score, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(y_score[order]) != 0])
    for drawn in drawn_weights(n, groups, N_RESAMPLES if n <= MANY else N_OF_MANY, seed):
        weights = drawn[:, order]
        own = np.add.reduceat(weights * is_genre[order], starts, axis=1)
        yield own, np.add.reduceat(weights, starts, axis=1) - own


def _areas(own: FloatArray, others: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the area under the ROC curve and the average precision of each row of weights; NaN where a side is empty.

    Equal scores count half in the one and are one step in the other, as in scikit-learn.
    """
    n_own, n_others = own.sum(axis=1), others.sum(axis=1)
    below = n_others[:, None] - others.cumsum(axis=1)
    found, answered = own.cumsum(axis=1), (own + others).cumsum(axis=1)
    precision = np.divide(found, answered, out=np.zeros_like(found), where=answered > 0)
    pairs, steps = (own * (below + others / 2)).sum(axis=1), (own * precision).sum(axis=1)
    empty = np.full(len(own), np.nan)
    auc: FloatArray = np.divide(pairs, n_own * n_others, out=empty.copy(), where=n_own * n_others > 0)
    return auc, np.divide(steps, n_own, out=empty, where=n_own > 0)
