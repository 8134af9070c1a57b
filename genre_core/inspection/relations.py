"""How features go together, and how far genres lie apart."""

from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import Dataset, FloatArray, IntArray
from genre_core.data.inputs import Standardizer
from genre_core.errors import DataError
from genre_core.inspection.sampling import MAX_ROWS, halves, sample
from genre_core.inspection.trees import Tree, grow


@dataclass(frozen=True, eq=False)
class Correlations:
    """Pearson's correlations of features, from `n` rows: `matrix` (n_features, n_features) in the order of `features`.

    That order puts together what goes together: `tree` clusters features by 1 - |r|, its leaves already in that order.
    """

    features: tuple[str, ...]
    matrix: FloatArray
    tree: Tree
    n: int


@dataclass(frozen=True, eq=False)
class GenreDistances:
    """How far genres lie apart, computed from `n` rows: `matrix` (n_genres, n_genres) in `genres`' order.

    A distance is Mahalanobis': in standard deviations of tracks within genres, along the direction that tells the two
    apart. `error` (n_genres, n_genres) is the share of tracks that the best straight boundary between two equally
    common genres puts on the wrong side if tracks scatter normally and alike in both, Φ(-d / 2) (Fisher, 1936). `tree`
    clusters genres by distance, its leaves already in `genres`' order. `left_out` are genres with too few tracks.
    """

    genres: tuple[str, ...]
    matrix: FloatArray
    error: FloatArray
    tree: Tree
    left_out: tuple[str, ...]
    n: int


def correlations(dataset: Dataset, seed: int = 0) -> Correlations:
    """Return how features go together; a missing value counts as the median, a constant correlates with nothing."""
    rows = sample(np.arange(len(dataset)), MAX_ROWS, seed)
    X = dataset.X[rows]
    scores = Standardizer.fit(X).transform(X).astype(np.float64)
    scores -= scores.mean(axis=0)
    length = np.linalg.norm(scores, axis=0)
    varies = np.ptp(scores, axis=0) > 0
    units = np.divide(scores, length, out=np.zeros_like(scores), where=varies)
    matrix = np.clip(units.T @ units, -1, 1)
    np.fill_diagonal(matrix, 1)
    tree = grow(1 - np.abs(matrix))
    names = tuple(dataset.features[i] for i in tree.order)
    return Correlations(names, matrix[np.ix_(tree.order, tree.order)], tree, len(rows))


def genre_distances(dataset: Dataset, seed: int = 0) -> GenreDistances:
    """Return how far genres lie apart, beyond what chance makes of finitely many tracks.

    Means are found twice, on two halves that share no group, and their differences multiplied: on average that is the
    squared distance itself, and zero where two genres are the same (Walther et al., 2016, Reliability of dissimilarity
    measures for multi-voxel pattern analysis, NeuroImage 137). The covariance within genres is shrunk (Ledoit and Wolf,
    2004, A well-conditioned estimator for large-dimensional covariance matrices).

    Raises DataError where fewer than two genres have two tracks in each half.
    """
    from scipy.stats import norm

    parts = halves(dataset, MAX_ROWS, seed)
    k = len(dataset.genres)
    counts = np.array([np.bincount(dataset.y[rows], minlength=k) for rows in parts])
    known = np.flatnonzero((counts >= 2).all(axis=0))
    if len(known) < 2:
        raise DataError("Distances between genres need at least two genres of four tracks each: add tracks.")
    every = np.sort(np.concatenate(parts))
    scaler = Standardizer.fit(dataset.X[every])
    scores = [scaler.transform(dataset.X[rows]).astype(np.float64) for rows in parts]
    means = [_means(Z, dataset.y[rows], known) for Z, rows in zip(scores, parts, strict=True)]
    whiten = _whitener(scores, [dataset.y[rows] for rows in parts], known, means)
    first, second = (mean @ whiten for mean in means)
    squared = np.einsum("abf,abf->ab", first[:, None] - first, second[:, None] - second)
    matrix = np.sqrt(np.maximum(squared, 0))
    tree = grow(matrix)
    ordered = matrix[np.ix_(tree.order, tree.order)]
    genres = tuple(dataset.genres[known[i]] for i in tree.order)
    left_out = tuple(name for number, name in enumerate(dataset.genres) if number not in set(known.tolist()))
    return GenreDistances(genres, ordered, norm.sf(ordered / 2), tree, left_out, len(every))


def _means(Z: FloatArray, y: IntArray, genres: IntArray) -> FloatArray:
    return np.array([Z[y == genre].mean(axis=0) for genre in genres])


def _whitener(Z: list[FloatArray], y: list[IntArray], genres: IntArray, means: list[FloatArray]) -> FloatArray:
    """Return the matrix (n_features, n_features) after which tracks within genres scatter by one in every direction."""
    from sklearn.covariance import ledoit_wolf

    within = [
        scores[labels == genre] - mean
        for scores, labels, centres in zip(Z, y, means, strict=True)
        for genre, mean in zip(genres, centres, strict=True)
    ]
    covariance, _ = ledoit_wolf(np.concatenate(within), assume_centered=True)
    values, vectors = np.linalg.eigh(covariance)
    floor = max(float(values.max()), 1.0) * 1e-6  # a direction in which nothing varies tells nothing
    scale = np.where(values > floor, 1 / np.sqrt(np.maximum(values, floor)), 0.0)
    return vectors * scale
