"""Scores as functions of confusion counts of shape (..., k, k), each with values of shape (...).

They agree with scikit-learn's functions of labels, with `zero_division=0`: a genre that is neither true nor predicted
anywhere is left out of a mean.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray

Counts = npt.NDArray[Any]
CountStatistic = Callable[[Counts], FloatArray]


def confusion_counts(y_true: IntArray, y_pred: IntArray, k: int) -> IntArray:
    """Return how many of the tracks (n,) of each of k true genres (rows) were given each genre (columns)."""
    return np.bincount(y_true * k + y_pred, minlength=k * k).reshape(k, k)


def accuracy_of_counts(counts: Counts) -> FloatArray:
    """Return the share of tracks on the diagonal."""
    return np.trace(counts, axis1=-2, axis2=-1) / counts.sum(axis=(-2, -1))


def balanced_accuracy_of_counts(counts: Counts) -> FloatArray:
    """Return the mean recall of the genres that have a track."""
    return _mean(_recalls(counts), _true(counts) > 0)


def macro_precision_of_counts(counts: Counts) -> FloatArray:
    """Return the mean over genres of the share of what was predicted that is right."""
    return _mean(_precisions(counts), _there(counts))


def macro_recall_of_counts(counts: Counts) -> FloatArray:
    """Return the mean over genres of the share of tracks that were recognized."""
    return _mean(_recalls(counts), _there(counts))


def macro_f1_of_counts(counts: Counts) -> FloatArray:
    """Return the mean over genres of 2 TP / (true + predicted)."""
    return _mean(_f1s(counts), _there(counts))


def weighted_precision_of_counts(counts: Counts) -> FloatArray:
    """Return the mean precision over tracks of their genres."""
    return _mean(_precisions(counts), _true(counts))


def weighted_f1_of_counts(counts: Counts) -> FloatArray:
    """Return the mean F1 over tracks of their genres."""
    return _mean(_f1s(counts), _true(counts))


def matthews_of_counts(counts: Counts) -> FloatArray:
    """Return the correlation of true and predicted genres; 0 where either is always the same.

    J. Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", Computational Biology
    and Chemistry 28 (2004).
    """
    n, true, predicted = counts.sum(axis=(-2, -1)), _true(counts), _predicted(counts)
    together = np.trace(counts, axis1=-2, axis2=-1) * n - (true * predicted).sum(axis=-1)
    alone = np.sqrt((n**2 - (true**2).sum(axis=-1)) * (n**2 - (predicted**2).sum(axis=-1)))
    return _over(together, alone)


def kappa_of_counts(counts: Counts) -> FloatArray:
    """Return the agreement of true and predicted genres beyond chance, 0 where chance leaves no room for more.

    J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960).
    """
    n = counts.sum(axis=(-2, -1))
    by_chance = (_true(counts) * _predicted(counts)).sum(axis=-1) / n
    return _over(np.trace(counts, axis1=-2, axis2=-1) - by_chance, n - by_chance)


def _true(counts: Counts) -> FloatArray:
    return counts.sum(axis=-1).astype(np.float64)


def _predicted(counts: Counts) -> FloatArray:
    return counts.sum(axis=-2).astype(np.float64)


def _there(counts: Counts) -> npt.NDArray[np.bool_]:
    return np.asarray(_true(counts) + _predicted(counts) > 0)


def _recalls(counts: Counts) -> FloatArray:
    return _over(np.diagonal(counts, axis1=-2, axis2=-1), _true(counts))


def _precisions(counts: Counts) -> FloatArray:
    return _over(np.diagonal(counts, axis1=-2, axis2=-1), _predicted(counts))


def _f1s(counts: Counts) -> FloatArray:
    return _over(2.0 * np.diagonal(counts, axis1=-2, axis2=-1), _true(counts) + _predicted(counts))


def _over(some: Counts, whole: FloatArray) -> FloatArray:
    """Return some / whole, 0 where there is nothing to take a share of."""
    return np.divide(some, whole, out=np.zeros(np.shape(whole)), where=whole > 0)


def _mean(values: FloatArray, weights: Counts) -> FloatArray:
    return (values * weights).sum(axis=-1) / weights.sum(axis=-1)
