"""Where two classifiers' confusion matrices of the same tracks differ by more than chance."""

from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.checks import check_labels, check_same_length
from genre_core.evaluation.count_statistics import confusion_counts
from genre_core.evaluation.intervals import Mask, share_interval


@dataclass(frozen=True, eq=False)
class MatrixDifference:
    """Tracks that one classifier put into each cell, less those that the other did, of the same true genre.

    `counts` (k, k) is that difference, `low` and `high` (k, k) are its 95 % limits; all in tracks.
    """

    counts: IntArray
    low: FloatArray
    high: FloatArray

    @property
    def beyond_chance(self) -> Mask:
        """Return which cells differ by more than chance, each taken alone, shape (k, k)."""
        return np.asarray((self.low > 0) | (self.high < 0))


def matrix_difference(
    y_true: IntArray, y_pred: IntArray, other: IntArray, n_genres: int, groups: IntArray | None = None
) -> MatrixDifference:
    """Return the difference of the confusion counts of y_pred (n,) and `other` (n,), paired by track.

    Only tracks that one classifier put into the cell and the other did not tell them apart. Which of the two it was is
    a fair coin where they are alike: Q. McNemar, Psychometrika 12 (1947). Of that coin the Wilson interval is taken,
    with groups (n,) that of grouped trials, and carried over to the difference; 0 lies within where McNemar's test
    (without correction) finds no difference.
    Raises DataError where the arrays differ in length, or hold a number that no genre has.
    """
    true, one, two = (
        check_labels(name, values, n_genres)
        for name, values in (("y_true", y_true), ("y_pred", y_pred), ("other", other))
    )
    check_same_length("y_pred", one, true)
    check_same_length("other", two, true)
    shape = (n_genres, n_genres)
    apart = one != two
    true, one, two, members = true[apart], one[apart], two[apart], None if groups is None else groups[apart]
    only_one, only_two = (confusion_counts(true, answers, n_genres) for answers in (one, two))
    low, high = np.zeros(shape), np.zeros(shape)
    for i, j in zip(*np.nonzero(only_one + only_two), strict=True):
        n = int(only_one[i, j] + only_two[i, j])
        coin = share_interval(one == j, (true == i) & ((one == j) | (two == j)), members)
        low[i, j], high[i, j] = n * (2 * coin.low - 1), n * (2 * coin.high - 1)
    return MatrixDifference(only_one - only_two, low, high)
