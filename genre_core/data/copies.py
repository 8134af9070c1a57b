"""Rows that hold the same features: exact copies of each other."""

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray

Hashes = npt.NDArray[np.uint64]


def row_hashes(X: FloatArray) -> Hashes:
    """Return a number for each row (n_rows,), the same for equal rows; a missing value equals a missing value."""
    import pandas as pd

    frame = pd.DataFrame(X + 0.0, copy=False)  # adding zero makes -0 the same as 0
    return np.asarray(pd.util.hash_pandas_object(frame, index=False), dtype=np.uint64)


def with_copies(groups: IntArray | None, X: FloatArray) -> IntArray:
    """Return numbers (n_rows,) by which groups and exact copies stay together: all that are linked by either.

    Without groups only copies do.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    sets: IntArray = np.unique(row_hashes(X), return_inverse=True)[1].astype(np.int64)
    if groups is None:
        return sets
    numbers = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    n_groups, n = int(numbers.max()) + 1, int(numbers.max()) + int(sets.max()) + 2
    links = coo_array((np.ones(len(sets), dtype=np.int8), (numbers, n_groups + sets)), shape=(n, n))
    parts: IntArray = connected_components(links, directed=False)[1].astype(np.int64)
    return parts[numbers]
