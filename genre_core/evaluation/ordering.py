"""Orders of genres in which a confusion matrix is easier to read."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.confusion import ConfusionMatrix

Order = Literal["given", "name", "size", "recall", "cluster"]


@dataclass(frozen=True)
class GenreOrder:
    """Genres in the order in which they are drawn, as their numbers; `blocks` are the positions where blocks begin.

    Genres of one block are confused with each other more than with those of the others; () where there are no blocks.
    """

    genres: tuple[int, ...]
    blocks: tuple[int, ...] = ()


def genre_order(matrix: ConfusionMatrix, by: Order) -> GenreOrder:
    """Return the genres as given, by name, by tracks (most first), by recall (hardest first) or in blocks.

    A genre without tracks has no recall and comes last.
    """
    if by == "name":
        return GenreOrder(tuple(sorted(range(len(matrix.genres)), key=lambda g: matrix.genres[g].casefold())))
    if by == "size":
        return GenreOrder(tuple(np.argsort(-matrix.counts.sum(axis=1), kind="stable").tolist()))
    if by == "recall":
        return GenreOrder(tuple(np.argsort(matrix.recalls, kind="stable").tolist()))
    return _clustered(matrix) if by == "cluster" else GenreOrder(tuple(range(len(matrix.genres))))


def _clustered(matrix: ConfusionMatrix) -> GenreOrder:
    """Order genres by average linkage of their mutual confusion rates, neighbors as alike as the tree allows.

    The order of the leaves is optimal: Z. Bar-Joseph, D. Gifford & T. Jaakkola, Bioinformatics 17 (2001). The tree is
    cut where the blocks have the highest modularity: M. Newman & M. Girvan, Phys. Rev. E 69, 026113 (2004).
    """
    rates = np.nan_to_num(matrix.normalized("true"))
    mutual: FloatArray = (rates + rates.T) / 2
    np.fill_diagonal(mutual, 0.0)
    k = len(mutual)
    if k < 3 or not mutual.any():
        return GenreOrder(tuple(range(k)))
    from scipy.cluster.hierarchy import cut_tree, leaves_list, linkage

    tree = linkage((1 - mutual / mutual.max())[np.triu_indices(k, 1)], method="average", optimal_ordering=True)
    leaves = leaves_list(tree)
    cuts = cut_tree(tree).T
    best = max(cuts, key=lambda blocks: _modularity(mutual, blocks))
    ordered = best[leaves]
    starts = (np.flatnonzero(np.diff(ordered)) + 1).tolist() if _modularity(mutual, best) > 1e-9 else []
    return GenreOrder(tuple(leaves.tolist()), tuple(starts))


def _modularity(weights: FloatArray, blocks: IntArray) -> float:
    degrees, total = weights.sum(axis=1), float(weights.sum())
    same = blocks[:, None] == blocks
    return float(((weights - np.outer(degrees, degrees) / total) * same).sum() / total)
