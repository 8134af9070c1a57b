"""The score if some genres were one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import IntArray
from genre_core.errors import ConfigError
from genre_core.evaluation.confusion import ConfusionMatrix, confusion_matrix
from genre_core.evaluation.count_statistics import accuracy_of_counts, macro_f1_of_counts
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.resampled_matrices import resampled_matrices

Merges = tuple[tuple[int, ...], ...]
"""Sets of genres, counted from 0, each of which counts as one."""


@dataclass(frozen=True, eq=False)
class Merged:
    """The matrix of the same answers with fewer genres, and its scores with 95 % intervals.

    `members` (one tuple per merged genre) are the numbers of the original genres in it. `summed_accuracy` is that of
    answering the merged genre of the highest *summed* probability, which may differ from the genre of the answer.
    """

    matrix: ConfusionMatrix
    members: tuple[tuple[int, ...], ...]
    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    macro_f1_interval: Interval
    summed_accuracy: float


def members_of(n_genres: int, merges: Merges) -> tuple[tuple[int, ...], ...]:
    """Return the original genres of each merged genre, in the order of their first ones.

    Raises ConfigError where a merge names a genre that is not there or is in another merge, or fewer than two genres
    are left.
    """
    named = [genre for merge in merges for genre in merge]
    if any(not 0 <= genre < n_genres for genre in named):
        raise ConfigError(f"merge names genre {max(named)}, but there are {n_genres} genres counted from 0.")
    if len(set(named)) < len(named) or any(len(merge) < 2 for merge in merges):
        raise ConfigError("merge must name two or more genres at a time, and each genre once.")
    alone: list[tuple[int, ...]] = [(genre,) for genre in range(n_genres) if genre not in set(named)]
    members = tuple(sorted([*(tuple(sorted(merge)) for merge in merges), *alone]))
    if len(members) < 2:
        raise ConfigError("merge leaves only one genre, so nothing can be confused; merge fewer.")
    return members


def mapping_of(members: Sequence[Sequence[int]]) -> IntArray:
    """Return the merged genre of each original one, shape (k,)."""
    mapping = np.empty(sum(map(len, members)), dtype=np.int64)
    for number, genres in enumerate(members):
        mapping[list(genres)] = number
    return mapping


def merged(
    y_true: IntArray,
    logits: npt.ArrayLike,
    genres: tuple[str, ...],
    merges: Merges,
    groups: IntArray | None = None,
    level: str = "group",
) -> Merged:
    """Return the same answers, logits (n, k) for class numbers (n,), read with some genres as one.

    Each track keeps the answer it was given, and only names change: so every cell of the merged matrix is a sum of
    cells of the original one, and accuracy can only rise. With groups (n,) of some `level` whole
    groups are what is sampled.
    Raises ConfigError where the merges do not fit the genres, and DataError where the arrays do not fit each other.
    """
    members = members_of(len(genres), merges)
    mapping = mapping_of(members)
    names = tuple(" + ".join(genres[genre] for genre in one) for one in members)
    y_pred = mapping[np.asarray(logits).argmax(axis=1)]
    matrix = confusion_matrix(mapping[y_true], y_pred, names, groups, level)
    summed = softmax(logits) @ (mapping[:, None] == np.arange(len(members)))
    again = resampled_matrices(mapping[y_true], y_pred, len(members), groups)
    return Merged(
        matrix,
        members,
        float(accuracy_of_counts(matrix.counts)),
        again.accuracy,
        float(macro_f1_of_counts(matrix.counts)),
        again.interval(macro_f1_of_counts),
        float((summed.argmax(axis=1) == mapping[y_true]).mean()),
    )
