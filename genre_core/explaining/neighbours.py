"""The training tracks that are most like a track, by Euclidean distance in standard scores."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.explaining.network import Scores

BLOCK = 8192


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Training tracks by their row, the nearest first, with their distance in standard deviations; all (n,).

    `same_group` marks those that belong to the same artist, album or track as the one asked about; None: rows stand
    alone.
    """

    rows: IntArray
    distances: FloatArray
    same_group: npt.NDArray[np.bool_] | None


def nearest(X: Scores, row: int, train: IntArray, groups: IntArray | None = None, n: int = 10) -> Neighbours:
    """Return the `n` of the training rows nearest to a row of `X` (n_samples, n_features); the row itself is left out.

    Equally near ones come in the order of their rows. `groups` (n_samples,) says what each row belongs to.
    """
    others = train[train != row]
    distances = np.empty(len(others))
    for first in range(0, len(others), BLOCK):
        away = X[others[first : first + BLOCK]] - X[row]
        distances[first : first + BLOCK] = np.einsum("ij,ij->i", away, away)
    order = np.lexsort((others, distances))[:n]
    rows = others[order]
    return Neighbours(rows, np.sqrt(distances[order]), None if groups is None else groups[rows] == groups[row])
