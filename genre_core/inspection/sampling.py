"""Which rows are looked at where there are too many for all: always the same ones, so that a picture stays as it is."""

import numpy as np

from genre_core.data.dataset import Dataset, IntArray

MAX_ROWS = 20_000
"""Most rows that an exploration computes from; more would change what is seen by less than a line's width."""


def sample(rows: IntArray, most: int, seed: int = 0) -> IntArray:
    """Return at most `most` of `rows`, in their order."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def halves(dataset: Dataset, most: int = 2 * MAX_ROWS, seed: int = 0) -> tuple[IntArray, IntArray]:
    """Return the rows to find something on and those to judge it on, groups and genres dealt evenly."""
    rows = sample(np.arange(len(dataset)), most, seed)
    clusters = dataset.clusters(rows)
    _, first, members = np.unique(rows if clusters is None else clusters, return_index=True, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(first))
    by_genre = order[np.argsort(dataset.y[rows][first][order], kind="stable")]
    is_found_on = np.zeros(len(first), dtype=bool)
    is_found_on[by_genre[::2]] = True
    return rows[is_found_on[members]], rows[~is_found_on[members]]


def one_of_each(dataset: Dataset, rows: IntArray | None = None) -> IntArray:
    """Return one row of each group at the coarsest level, for tests that need rows to be independent."""
    rows = np.arange(len(dataset)) if rows is None else rows
    clusters = dataset.clusters(rows)
    return rows if clusters is None else np.sort(rows[np.unique(clusters, return_index=True)[1]])
