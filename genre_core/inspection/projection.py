"""Tracks on a plane: along which they vary most, on which genres separate best, or where neighbors stay neighbors.

A plane is found on one half of the tracks and judged on the other, so that it cannot flatter itself: with many
features, discriminant axes separate even noise on the tracks that they were found on. Groups stay in one half. t-SNE
has no axes and places only the tracks that it was found on; it knows no genres, and is judged by what lies nearest.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import Dataset, FloatArray, IntArray
from genre_core.data.inputs import Standardizer
from genre_core.errors import DataError
from genre_core.inspection.sampling import halves, sample
from genre_core.settings.config import DatasetConfig
from genre_core.values import Frozen

Method = Literal["pca", "lda", "tsne"]

MAX_POINTS = 3000
"""Most tracks of a projection that are drawn."""
MAX_NEIGHBOURS = 1200
"""Most tracks that t-SNE places: its time grows faster than their number."""
TSNE_STEPS = 500
COMPONENTS = 30
"""Directions of most variance that t-SNE starts from."""
SHRINKAGE = 1e-3
"""Share of a multiple of the identity in the discriminant's covariance: features may depend on one another."""


@dataclass(frozen=True, eq=False)
class Projection:
    """Tracks on a plane: `points` (n, 2) of the tracks `rows` (n,) with genres `y` (n,), drawn from `n_judged` tracks.

    `explained` (2,) is each axis's share: of all variance (PCA) or of the variance between genres (LDA), NaN for an
    axis that was only added to fill the plane or that means nothing (t-SNE). `centres` (n_genres, 2) are the fitted
    half's means, with t-SNE the medians of the tracks drawn. `recalls` (n_genres,) is the share of judged tracks whose
    own genre's center is the nearest, with t-SNE those whose nearest track of another group is of their genre (NaN
    where there are none), and `accuracy` that share of all. `n_total` is the number of tracks there are.
    """

    method: Method
    points: FloatArray
    rows: IntArray
    y: IntArray
    explained: tuple[float, float]
    centres: FloatArray
    recalls: FloatArray
    accuracy: float
    n_judged: int
    n_total: int


def project(dataset: Dataset, method: Method, *, max_points: int = MAX_POINTS, seed: int = 0) -> Projection:
    """Place tracks on the plane of most variance (`pca`), of best separated genres (`lda`), or by t-SNE (`tsne`).

    Raises DataError where fewer than two genres have enough tracks to find the plane and judge it.
    """
    if method == "tsne":
        placed = place_neighbours(dataset, max_points=max_points, seed=seed)
        return neighbour_map(dataset, placed, max_points=max_points, seed=seed)
    fitted, judged = halves(dataset, seed=seed)
    scaler = Standardizer.fit(dataset.X[fitted])
    Z, y = scaler.transform(dataset.X[fitted]).astype(np.float64), dataset.y[fitted]
    counts = np.bincount(y, minlength=len(dataset.genres))
    if (counts >= 2).sum() < 2 or not len(judged):
        raise DataError("A projection needs at least two genres of four tracks each: add tracks.")
    axes, explained = (_principal if method == "pca" else discriminant)(Z, y, counts)
    centres = np.full((len(counts), 2), np.nan)
    for genre in np.flatnonzero(counts):
        centres[genre] = (Z[y == genre] @ axes).mean(axis=0)
    points = scaler.transform(dataset.X[judged]).astype(np.float64) @ axes
    right = _nearest(points, centres) == dataset.y[judged]
    recalls = _recalls(dataset.y[judged], right, len(counts))
    drawn = sample(np.arange(len(judged)), max_points, seed)
    rows = judged[drawn]
    kept, shown = points[drawn], dataset.y[rows]
    accuracy = float(right.mean())
    return Projection(method, kept, rows, shown, explained, centres, recalls, accuracy, len(judged), len(dataset))


class MapConfig(Frozen):
    """Everything that determines where t-SNE places tracks."""

    data: DatasetConfig


def place_neighbours(dataset: Dataset, *, max_points: int = MAX_NEIGHBOURS, seed: int = 0) -> FloatArray:
    """Return points (n, 2) at which neighbors stay neighbors, which takes seconds; `neighbour_map` says whose.

    Van der Maaten and Hinton (2008), Visualizing data using t-SNE, Journal of Machine Learning Research 9.
    Raises DataError where there are too few tracks.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    rows = _placed_rows(dataset, max_points, seed)
    if len(rows) < 8:
        raise DataError("t-SNE needs at least eight tracks: add tracks.")
    Z = Standardizer.fit(dataset.X[rows]).transform(dataset.X[rows])
    if Z.shape[1] > COMPONENTS and len(rows) > COMPONENTS:
        Z = PCA(COMPONENTS, random_state=0).fit_transform(Z)
    perplexity = min(30.0, (len(rows) - 1) / 3)
    start = "pca" if Z.shape[1] > 1 and np.ptp(Z, axis=0).any() else "random"
    finder = TSNE(2, perplexity=perplexity, init=start, max_iter=TSNE_STEPS, random_state=seed)
    return finder.fit_transform(Z).astype(np.float64)


def neighbour_map(
    dataset: Dataset, points: FloatArray, *, max_points: int = MAX_NEIGHBOURS, seed: int = 0
) -> Projection:
    """Return the map of points (n, 2) that `place_neighbours` found on the same data."""
    rows = _placed_rows(dataset, max_points, seed)
    y, k = dataset.y[rows], len(dataset.genres)
    same = y[_nearest_other(points, dataset.clusters(rows))] == y
    centres = np.array([np.median(points[y == g], axis=0) if (y == g).any() else (np.nan, np.nan) for g in range(k)])
    explained = (float("nan"), float("nan"))
    return Projection(
        "tsne", points, rows, y, explained, centres, _recalls(y, same, k), float(same.mean()), len(rows), len(dataset)
    )


def _placed_rows(dataset: Dataset, max_points: int, seed: int) -> IntArray:
    return sample(np.arange(len(dataset)), min(max_points, MAX_NEIGHBOURS), seed)


def _nearest_other(points: FloatArray, clusters: IntArray | None) -> IntArray:
    """Return each point's nearest one of another group (n,)."""
    from scipy.spatial.distance import cdist

    distances = cdist(points, points, "sqeuclidean")
    own = np.arange(len(points)) if clusters is None or len(np.unique(clusters)) < 2 else clusters
    distances[own[:, None] == own] = np.inf
    return distances.argmin(axis=1)


def _recalls(y: IntArray, right: npt.NDArray[np.bool_], n_genres: int) -> FloatArray:
    """Return the share of each genre's tracks that are right (n_genres,), NaN where it has none."""
    totals = np.bincount(y, minlength=n_genres)
    hits = np.bincount(y, weights=right, minlength=n_genres)
    return np.divide(hits, totals, out=np.full(n_genres, np.nan), where=totals > 0)


def _principal(Z: FloatArray, y: IntArray, counts: IntArray) -> tuple[FloatArray, tuple[float, float]]:
    """Return the two directions (n_features, 2) of most variance and their shares of it."""
    from sklearn.decomposition import PCA

    n_axes = min(2, Z.shape[1])
    found = PCA(n_axes, svd_solver="covariance_eigh" if Z.shape[1] <= 2000 else "randomized", random_state=0).fit(Z)
    return _plane(found.components_.T), _pair(found.explained_variance_ratio_)


def discriminant(Z: FloatArray, y: IntArray, counts: IntArray) -> tuple[FloatArray, tuple[float, float]]:
    """Return the two directions (n_features, 2) that separate genres best, and their shares of the variance between.

    They are found on rows Z (n, n_features) of genres y (n,). At least two of the `counts` of genres are 2 or more.
    """
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    known = counts[y] >= 2  # a single track has no spread
    finder = LinearDiscriminantAnalysis(solver="eigen", shrinkage=SHRINKAGE).fit(Z[known], y[known])
    n_axes = min(2, len(np.unique(y[known])) - 1, Z.shape[1])
    directions = finder.scalings_[:, :n_axes]
    shares = finder.explained_variance_ratio_[:n_axes]
    if n_axes == 1 and Z.shape[1] > 1:  # two genres lie on one line: the second axis is what varies most across it
        along = directions[:, 0] / np.linalg.norm(directions[:, 0])
        across = Z - np.outer(Z @ along, along)
        directions = np.column_stack([directions, _principal(across, y, counts)[0][:, 0]])
    return _plane(directions), _pair(shares)


def _plane(directions: FloatArray) -> FloatArray:
    """Return two directions (n_features, 2), a missing one as zero, each pointing to where most of its weight is."""
    padded = np.zeros((len(directions), 2))
    padded[:, : directions.shape[1]] = directions
    signs = np.sign(padded.sum(axis=0))
    return padded * np.where(signs == 0, 1.0, signs)


def _pair(shares: FloatArray) -> tuple[float, float]:
    first, second = (*map(float, shares), float("nan"), float("nan"))[:2]
    return first, second


def _nearest(points: FloatArray, centres: FloatArray) -> IntArray:
    distances = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return np.where(np.isnan(distances), np.inf, distances).argmin(axis=1)
