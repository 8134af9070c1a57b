"""What the data look like before anything is trained: which features tell genres apart, and where tracks lie.

A projection is found on one half of the tracks and judged on the other, so that it cannot flatter itself: with many
features, discriminant axes separate even noise on the tracks that they were found on. Groups stay in one half.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from genre_core.dataset import Dataset, FloatArray, IntArray, Standardizer
from genre_core.errors import DataError

Method = Literal["pca", "lda"]

MAX_POINTS = 3000
"""Most tracks of a projection that are drawn."""
MAX_FITTED = 20_000
"""Most tracks that a projection, or a feature's separation, is computed from."""
SHRINKAGE = 1e-3
"""Share of a multiple of the identity in the discriminant's covariance: features may depend on one another."""


@dataclass(frozen=True)
class Separation:
    """How well one feature alone tells genres apart.

    `f` is the one-way analysis of variance's ratio of variances between and within genres; `explained` is the share of
    the feature's variance that lies between genres (eta squared), in [0, 1].
    """

    feature: str
    f: float
    explained: float


@dataclass(frozen=True)
class Spread:
    """A feature's values in one genre: how many there are, how many are missing, and three quartiles (NaN if none)."""

    genre: str
    n: int
    n_missing: int
    first: float
    median: float
    third: float


@dataclass(frozen=True, eq=False)
class Projection:
    """Tracks on a plane: `points` (n, 2) of the tracks `rows` (n,) with genres `y` (n,), drawn from `n_judged` tracks.

    `explained` (2,) is each axis's share: of all variance (PCA) or of the variance between genres (LDA), NaN for an
    axis that was only added to fill the plane. `centres` (n_genres, 2) are the fitted half's means, `recalls`
    (n_genres,) the share of judged tracks whose own genre's centre is the nearest (NaN where there are none), and
    `accuracy` that share of all.
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


def separations(dataset: Dataset, seed: int = 0) -> tuple[Separation, ...]:
    """Return every feature's separation of the genres, the best first; missing values count as the median."""
    from sklearn.feature_selection import f_classif

    rows = _sample(np.arange(len(dataset)), MAX_FITTED, seed)
    X, y = dataset.X[rows], dataset.y[rows]
    scores = Standardizer.fit(X).transform(X).astype(np.float64)
    n_genres = len(np.unique(y))
    varies = np.ptp(scores, axis=0) > 0
    f = np.zeros(len(varies))
    if varies.any() and len(y) > n_genres > 1:
        with np.errstate(divide="ignore", invalid="ignore"):  # a feature without spread within genres: f is infinite
            f[varies] = f_classif(scores[:, varies], y)[0]
    f = np.nan_to_num(f, nan=0.0, posinf=np.inf)
    ratio = f * (n_genres - 1) / max(1, len(y) - n_genres)
    explained = np.where(np.isinf(ratio), 1.0, ratio / (1 + np.where(np.isinf(ratio), 0.0, ratio)))
    order = np.argsort(-f, kind="stable")
    return tuple(Separation(dataset.features[i], float(f[i]), float(explained[i])) for i in order)


def spreads(dataset: Dataset, feature: str) -> tuple[Spread, ...]:
    """Return a feature's quartiles in each genre."""
    values = dataset.X[:, dataset.features.index(feature)]
    return tuple(_spread(genre, values[dataset.y == number]) for number, genre in enumerate(dataset.genres))


def project(dataset: Dataset, method: Method, *, max_points: int = MAX_POINTS, seed: int = 0) -> Projection:
    """Project tracks to the plane of most variance (`pca`) or of best separated genres (`lda`).

    Raises
    ------
    DataError
        Fewer than two genres have enough tracks to find the plane and judge it.
    """
    fitted, judged = _halves(dataset, seed)
    scaler = Standardizer.fit(dataset.X[fitted])
    Z, y = scaler.transform(dataset.X[fitted]).astype(np.float64), dataset.y[fitted]
    counts = np.bincount(y, minlength=len(dataset.genres))
    if (counts >= 2).sum() < 2 or not len(judged):
        raise DataError("A projection needs at least two genres of four tracks each: add tracks.")
    axes, explained = (_principal if method == "pca" else _discriminant)(Z, y, counts)
    centres = np.full((len(counts), 2), np.nan)
    for genre in np.flatnonzero(counts):
        centres[genre] = (Z[y == genre] @ axes).mean(axis=0)
    points = scaler.transform(dataset.X[judged]).astype(np.float64) @ axes
    right = _nearest(points, centres) == dataset.y[judged]
    totals = np.bincount(dataset.y[judged], minlength=len(counts))
    hits = np.bincount(dataset.y[judged], weights=right, minlength=len(counts))
    recalls = np.divide(hits, totals, out=np.full(len(counts), np.nan), where=totals > 0)
    drawn = _sample(np.arange(len(judged)), max_points, seed)
    rows = judged[drawn]
    return Projection(
        method, points[drawn], rows, dataset.y[rows], explained, centres, recalls, float(right.mean()), len(judged)
    )


def _principal(Z: FloatArray, y: IntArray, counts: IntArray) -> tuple[FloatArray, tuple[float, float]]:
    """Return the two directions (n_features, 2) of most variance and their shares of it."""
    from sklearn.decomposition import PCA

    n_axes = min(2, Z.shape[1])
    found = PCA(n_axes, svd_solver="covariance_eigh" if Z.shape[1] <= 2000 else "randomized", random_state=0).fit(Z)
    return _plane(found.components_.T), _pair(found.explained_variance_ratio_)


def _discriminant(Z: FloatArray, y: IntArray, counts: IntArray) -> tuple[FloatArray, tuple[float, float]]:
    """Return the two directions (n_features, 2) that separate genres best, and their shares of the variance between."""
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
    nearest: IntArray = np.where(np.isnan(distances), np.inf, distances).argmin(axis=1)
    return nearest


def _halves(dataset: Dataset, seed: int) -> tuple[IntArray, IntArray]:
    """Return the rows to find a plane on and those to judge it on, groups and genres dealt evenly."""
    rows = _sample(np.arange(len(dataset)), 2 * MAX_FITTED, seed)
    clusters = dataset.clusters(rows)
    _, first, members = np.unique(rows if clusters is None else clusters, return_index=True, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(first))
    by_genre = order[np.argsort(dataset.y[rows][first][order], kind="stable")]
    is_fitted = np.zeros(len(first), dtype=bool)
    is_fitted[by_genre[::2]] = True
    return rows[is_fitted[members]], rows[~is_fitted[members]]


def _sample(rows: IntArray, most: int, seed: int) -> IntArray:
    if len(rows) <= most:
        return rows
    chosen: IntArray = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
    return chosen


def _spread(genre: str, values: npt.NDArray[np.float64]) -> Spread:
    known = values[np.isfinite(values)]
    n_missing = len(values) - len(known)
    if not len(known):
        return Spread(genre, 0, n_missing, float("nan"), float("nan"), float("nan"))
    first, median, third = map(float, np.percentile(known, [25, 50, 75]))
    return Spread(genre, len(known), n_missing, first, median, third)
