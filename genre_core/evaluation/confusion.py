"""Which genres are taken for which."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray, count_groups
from genre_core.evaluation.checks import check_labels, check_same_length
from genre_core.evaluation.count_statistics import confusion_counts
from genre_core.evaluation.grouped_share import FEWEST_GROUPS
from genre_core.evaluation.intervals import Interval, Mask, accuracy_interval, share_interval, wilson
from genre_core.evaluation.resampled_matrices import f1_of_second, of_genre_interval, precision_interval
from genre_core.text import capitalized, count, joined, one_each, too_few

Normalization = Literal["count", "true", "predicted", "all"]
Cells = Mask
"""Some cells of a matrix, as a mask (k, k)."""
_MOST_NAMED = 3


@dataclass(frozen=True, eq=False)
class GroupedTracks:
    """Genres and group numbers 0 … n_groups - 1 of tracks that come in groups; every array has the shape (n,).

    `level` says what the groups are, such as `artist`.
    """

    y_true: IntArray
    y_pred: IntArray
    groups: IntArray
    level: str = "group"


@dataclass(frozen=True, eq=False)
class ConfusionMatrix:
    """Counts of tracks, shape (k, k): row = true genre, column = predicted genre.

    `grouped` holds what intervals need where tracks come in groups (None: every track stands alone).
    """

    counts: IntArray
    genres: tuple[str, ...]
    grouped: GroupedTracks | None = None

    def __post_init__(self) -> None:
        self.counts.setflags(write=False)

    @property
    def n(self) -> int:
        """Return the number of tracks."""
        return int(self.counts.sum())

    @property
    def correct(self) -> int:
        """Return the number of tracks on the diagonal."""
        return int(np.trace(self.counts))

    @property
    def errors(self) -> IntArray:
        """Return the counts off the diagonal, which is 0, shape (k, k)."""
        return np.where(np.eye(len(self.counts), dtype=np.bool_), 0, self.counts)

    def commonest_errors(self, most: int) -> list[tuple[int, int, int]]:
        """Return true and predicted genre of the fullest cells off the diagonal, and how many tracks each holds."""
        errors, k = self.errors, len(self.counts)
        order = np.argsort(-errors, axis=None, kind="stable")[:most].tolist()
        return [(at // k, at % k, n) for at in order if (n := int(errors.flat[at]))]

    @property
    def recalls(self) -> FloatArray:
        """Return the share of each true genre that was recognized, shape (k,); NaN where the genre has no track."""
        return np.diagonal(self.normalized("true"))

    @property
    def precisions(self) -> FloatArray:
        """Return the share of each predicted genre that is right, shape (k,); NaN where it was never predicted."""
        return np.diagonal(self.normalized("predicted"))

    def normalized(self, by: Normalization) -> FloatArray:
        """Return counts, or shares of the true genre, of the predicted genre or of all tracks, shape (k, k).

        NaN stands where there is nothing to take a share of.
        """
        whole = self._whole(by)
        return np.divide(self.counts, whole, out=np.full(whole.shape, np.nan), where=whole > 0)

    def interval(self, i: int, j: int, by: Normalization) -> Interval:
        """Return the 95 % Wilson interval of cell (i, j), in the units of `normalized(by)`.

        For a count it is that of its share of all tracks, times the number of tracks. Groups are respected.
        """
        if by == "count":
            share = self.interval(i, j, "all")
            return Interval(share.low * self.n, share.high * self.n)
        if by == "predicted" and self.grouped is not None:
            true, predicted = self.grouped.y_true == i, self.grouped.y_pred == j
            return precision_interval(true, predicted, self.grouped.groups)
        cell = np.zeros(self.counts.shape, dtype=np.bool_)
        cell[i, j] = True
        whole = np.zeros_like(cell)
        whole[i if by == "true" else slice(None), j if by == "predicted" else slice(None)] = True
        return self.share_interval(cell, whole)

    def share_interval(self, cells: Cells, among: Cells) -> Interval:
        """Return the 95 % Wilson interval of the share that the tracks of some cells have among those of others.

        Both are masks (k, k), the first within the second. Groups are respected. That of the diagonal among all is the
        interval of the accuracy.
        """
        if self.grouped is None:
            return wilson(int(self.counts[cells].sum()), int(self.counts[among].sum()))
        diagonal = np.eye(len(self.counts), dtype=np.bool_)
        if among.all() and np.array_equal(cells, diagonal):
            return self.accuracy_interval
        if among.all() and np.array_equal(cells, ~diagonal):
            return Interval(1 - self.accuracy_interval.high, 1 - self.accuracy_interval.low)
        true, predicted = self.grouped.y_true, self.grouped.y_pred
        return share_interval(cells[true, predicted], among[true, predicted], self.grouped.groups)

    def too_few(self, among: Cells | int | None = None) -> str:
        """Say of how few groups some cells (a mask, the row of a genre, or all) are, if too few for an interval.

        Empty where they are not, as in `3 artists are too few for an interval`.
        """
        if self.grouped is None:
            return ""
        if among is None:
            n = self._n_groups
        elif isinstance(among, int):
            n = self._groups_by_genre[among]
        else:
            n = count_groups(self.grouped.groups[among[self.grouped.y_true, self.grouped.y_pred]])
        return too_few(n, self.grouped.level) if 0 < n < FEWEST_GROUPS else ""

    def too_few_over_genres(self) -> str:
        """Say what gives scores over genres, such as macro-F1, no interval: too few groups, or one in each genre."""
        few = self.too_few()
        if few or self.grouped is None or max(self._groups_by_genre) > 1:
            return few
        return one_each(self.grouped.level)

    def too_few_by_genre(self) -> str:
        """Say that all, or which genres, have too few groups for an interval; empty where none has."""
        if self.grouped is None:
            return ""
        if altogether := self.too_few():
            return f"{capitalized(altogether)}."
        n_groups = self._groups_by_genre
        few = [(genre, n) for genre, n in zip(self.genres, n_groups, strict=True) if 0 < n < FEWEST_GROUPS]
        level, numbers = self.grouped.level, {n for _, n in few}
        if not few:
            return ""
        if len(numbers) == 1 and len(few) == sum(n > 0 for n in n_groups):
            return f"In each genre, {too_few(numbers.pop(), level)}."
        named = [f"{genre} has {n:,}" for genre, n in few[:_MOST_NAMED]]
        if len(few) > _MOST_NAMED:
            named.append(f"{count(len(few) - _MOST_NAMED, 'other genre')} fewer than {FEWEST_GROUPS}")
        return f"Genres with too few {level}s for an interval: {joined(named)}."

    @cached_property
    def _n_groups(self) -> int:
        return 0 if self.grouped is None else count_groups(self.grouped.groups)

    @cached_property
    def _groups_by_genre(self) -> list[int]:
        """Return of how many groups each genre's tracks are (k,)."""
        assert self.grouped is not None
        kinds = np.unique(np.column_stack([self.grouped.y_true, self.grouped.groups]), axis=0)[:, 0]
        return np.bincount(kinds, minlength=len(self.genres)).tolist()

    @cached_property
    def accuracy_interval(self) -> Interval:
        """Return the 95 % interval of the accuracy."""
        if self.grouped is None:
            return wilson(self.correct, self.n)
        return accuracy_interval(self.grouped.y_true, self.grouped.y_pred, self.grouped.groups)

    def _whole(self, by: Normalization) -> IntArray:
        """Return what each cell is a share of, shape (k, k)."""
        sums = {
            "count": np.ones((1, 1), dtype=np.int64),
            "true": self.counts.sum(axis=1, keepdims=True),
            "predicted": self.counts.sum(axis=0, keepdims=True),
            "all": self.counts.sum(keepdims=True),
        }
        return np.broadcast_to(sums[by], self.counts.shape)


def confusion_matrix(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    genres: tuple[str, ...],
    groups: IntArray | None = None,
    level: str = "group",
) -> ConfusionMatrix:
    """Count the tracks of each true genre (rows) that were given each genre (columns); groups (n,) are of a `level`.

    Raises DataError where the arrays differ in length, or hold a number that no genre has.
    """
    k = len(genres)
    true, predicted = check_labels("y_true", y_true, k), check_labels("y_pred", y_pred, k)
    check_same_length("y_pred", predicted, true)
    counts = confusion_counts(true, predicted, k)
    if groups is None:
        return ConfusionMatrix(counts, tuple(genres))
    check_same_length("groups", groups, true)
    members = np.unique(groups, return_inverse=True)[1]
    return ConfusionMatrix(counts, tuple(genres), GroupedTracks(true, predicted, members, level))


def f1_interval(matrix: ConfusionMatrix, genre: int) -> Interval:
    """Return the 95 % interval of a genre's F1 (genre counted from 0); (0, 1) where the genre has no track at all.

    Among the tracks that are of the genre or called it, the share that are both is J = TP / (TP + FP + FN), a plain
    proportion with a Wilson interval, and F1 = 2J / (1 + J) grows with J: the limits of J are carried over.
    """
    if matrix.grouped is not None:
        true, predicted = matrix.grouped.y_true == genre, matrix.grouped.y_pred == genre
        return of_genre_interval(f1_of_second, true, predicted, matrix.grouped.groups)
    own = np.arange(len(matrix.counts)) == genre
    share = matrix.share_interval(own[:, None] & own, own[:, None] | own)
    return Interval(2 * share.low / (1 + share.low), 2 * share.high / (1 + share.high))
