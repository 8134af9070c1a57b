"""Which features tell genres apart, and how a feature's values lie in each genre."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import Dataset, FloatArray, IntArray
from genre_core.data.inputs import Standardizer
from genre_core.inspection.sampling import MAX_ROWS, sample

INFORMATION_BINS = 16
"""Equally filled bins in which mutual information is counted."""
TRIMMED = 0.5
"""Percent of the values at either end that a histogram counts into its outermost bins."""


@dataclass(frozen=True)
class Separation:
    """How well one feature alone tells genres apart, computed from `n` rows.

    `f` is the one-way analysis of variance's ratio of variances between and within genres; `explained` is the share of
    the feature's variance that lies between genres (eta squared), in [0, 1]. `information` is the mutual information of
    feature and genre in nats, and `informed` its share of the genre's entropy, in [0, 1]: it sees also what lies on
    both sides of the mean, which a ratio of variances does not.
    """

    feature: str
    f: float
    explained: float
    information: float
    informed: float
    n: int


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
class Histogram:
    """How a feature's values lie in each genre, on bins that all genres share, computed from `n` rows.

    `edges` (n_bins + 1,); `counts` (n_genres, n_bins); `missing` (n_genres,). The outermost bins hold what lies beyond
    them too.
    """

    feature: str
    edges: FloatArray
    counts: IntArray
    missing: IntArray
    n: int

    @property
    def density(self) -> FloatArray:
        """Return each genre's density (n_genres, n_bins), of area 1 where the genre has values."""
        area = self.counts.sum(axis=1, keepdims=True) * np.diff(self.edges)
        return np.divide(self.counts, area, out=np.zeros(self.counts.shape), where=area > 0)


def separations(
    dataset: Dataset, pair: tuple[int, int] | None = None, by: Literal["f", "information"] = "f", seed: int = 0
) -> tuple[Separation, ...]:
    """Return every feature's separation of all genres or of a pair of classes, the best first.

    Missing values count as the median.
    """
    from sklearn.feature_selection import f_classif

    rows = np.arange(len(dataset)) if pair is None else np.flatnonzero(np.isin(dataset.y, pair))
    rows = sample(rows, MAX_ROWS, seed)
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
    information, informed = _information(X, y)
    order = np.argsort(-(f if by == "f" else information), kind="stable")
    table = np.column_stack([f, explained, information, informed]).tolist()
    every = [
        Separation(name, f=row[0], explained=row[1], information=row[2], informed=row[3], n=len(rows))
        for name, row in zip(dataset.features, table, strict=True)
    ]
    return tuple(every[i] for i in order)


def _information(X: FloatArray, y: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return mutual information with the genre in nats, and as a share of the genre's entropy, each (n_features,).

    Counted in equally filled bins and corrected for their number (Miller, 1955, Note on the bias of information
    estimates); a missing value is a bin of its own.
    """
    from scipy.stats import entropy

    _, y = np.unique(y, return_inverse=True)
    n, n_genres = len(y), int(y.max()) + 1 if len(y) else 0
    information = np.zeros(X.shape[1])
    h_genre = float(entropy(np.bincount(y))) if n else 0.0
    for position in range(X.shape[1] if h_genre > 0 else 0):
        bins = _equally_filled(X[:, position])
        table = np.bincount(bins * n_genres + y, minlength=(int(bins.max()) + 1) * n_genres).reshape(-1, n_genres)
        table = table[table.any(axis=1)]
        excess = (len(table) - 1) * (n_genres - 1) / (2 * n)
        found = h_genre + float(entropy(table.sum(axis=1))) - float(entropy(table.ravel())) - excess
        information[position] = min(max(found, 0.0), h_genre)
    return information, information / h_genre if h_genre > 0 else information


def _equally_filled(values: FloatArray) -> IntArray:
    """Return the number of each value's bin (n,), equal values in one bin, missing ones in the last."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.zeros(len(values), dtype=np.int64)
    n_bins = max(2, min(INFORMATION_BINS, len(values) // 20))
    edges = np.unique(np.quantile(known, np.linspace(0, 1, n_bins + 1)[1:-1], method="lower"))
    return np.where(np.isnan(values), n_bins, np.searchsorted(edges, values)).astype(np.int64)


def histograms(dataset: Dataset, features: Sequence[str] | None = None, bins: int = 30) -> tuple[Histogram, ...]:
    """Return how the values of each feature lie in each genre, on bins that all genres share."""
    rows = sample(np.arange(len(dataset)), MAX_ROWS)
    y = dataset.y[rows]
    names = dataset.features if features is None else features
    return tuple(
        _histogram(name, dataset.X[rows, dataset.features.index(name)], y, len(dataset.genres), bins) for name in names
    )


def _histogram(feature: str, values: FloatArray, y: IntArray, n_genres: int, bins: int) -> Histogram:
    known = np.isfinite(values)
    edges = _edges(values[known], bins)
    position = np.clip(np.searchsorted(edges, values[known], side="right") - 1, 0, len(edges) - 2)
    n_bins = len(edges) - 1
    counts = np.bincount(y[known] * n_bins + position, minlength=n_genres * n_bins).reshape(n_genres, n_bins)
    return Histogram(feature, edges, counts, np.bincount(y[~known], minlength=n_genres), len(y))


def _edges(known: FloatArray, bins: int) -> FloatArray:
    """Return the edges of bins: one for each of a few whole numbers, equally wide ones over most values otherwise."""
    if not len(known):
        return np.array([0.0, 1.0])
    low, high = float(known.min()), float(known.max())
    if high - low < bins and (known == np.round(known)).all():
        return np.arange(low - 0.5, high + 1.0)
    first, last = np.percentile(known, [TRIMMED, 100 - TRIMMED])
    if first == last:
        first, last = low, high
    if not last - first > 1e-9 * max(abs(first), abs(last)):  # wide enough for bins that differ
        margin = max(abs(first), 1.0) / 2
        first, last = first - margin, last + margin
    return np.linspace(first, last, bins + 1)


def spreads(dataset: Dataset, feature: str) -> tuple[Spread, ...]:
    """Return a feature's quartiles in each genre."""
    values = dataset.X[:, dataset.features.index(feature)]
    return tuple(_spread(genre, values[dataset.y == number]) for number, genre in enumerate(dataset.genres))


def _spread(genre: str, values: npt.NDArray[np.float64]) -> Spread:
    known = values[np.isfinite(values)]
    n_missing = len(values) - len(known)
    if not len(known):
        return Spread(genre, 0, n_missing, float("nan"), float("nan"), float("nan"))
    first, median, third = map(float, np.percentile(known, [25, 50, 75]))
    return Spread(genre, len(known), n_missing, first, median, third)
