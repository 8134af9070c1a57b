"""Order that puts similar items together: hierarchical clustering, and the tree that it draws."""

from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray

MAX_ORDERED = 200
"""Most leaves that are put in the best order; more keep the order in which they were joined."""


@dataclass(frozen=True, eq=False)
class Tree:
    """A dendrogram of n leaves: `order` (n,) lists them from left to right.

    Each of the n - 1 joints is drawn as a bracket through four points: across `x` (n - 1, 4), where leaf number i of
    the order stands at i, and up `height` (n - 1, 4), in the units of the distances.
    """

    order: IntArray
    x: FloatArray
    height: FloatArray


def grow(distances: FloatArray) -> Tree:
    """Join what is nearest on average, leaves of one branch ordered so that neighbors are alike.

    `distances` (n, n) are symmetric. Bar-Joseph, Gifford and Jaakkola (2001), Fast optimal leaf ordering for
    hierarchical clustering, Bioinformatics 17.
    """
    from scipy.cluster.hierarchy import dendrogram, linkage
    from scipy.spatial.distance import squareform

    n = len(distances)
    if n < 2:
        return Tree(np.arange(n), np.empty((0, 4)), np.empty((0, 4)))
    joints = linkage(squareform(distances, checks=False), "average", optimal_ordering=n <= MAX_ORDERED)
    drawn = dendrogram(joints, no_plot=True)
    x = (np.asarray(drawn["icoord"], dtype=np.float64) - 5) / 10  # scipy's leaves stand at 5, 15, 25, …
    return Tree(np.asarray(drawn["leaves"], dtype=np.int64), x, np.asarray(drawn["dcoord"], dtype=np.float64))
