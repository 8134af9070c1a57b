"""The best that any classifier can do on synthetic tracks, known because their generator is.

Genres are equally common, and the tracks of genre g lie around its mean m_g with the same standard deviation σ (the
overlap) along every feature. By Bayes' rule p(g | x) ∝ exp(-‖x - m_g‖² / 2σ²), and whoever answers the most probable
genre is right most often: C. M. Bishop, "Pattern Recognition and Machine Learning", sections 1.5 and 4.2 (2006).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.config import SyntheticConfig
from genre_core.dataset import FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.evaluation.checks import check_labels, check_same_length
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.uncertainty import Interval, macro_f1_of_counts, wilson

CHUNK = 2_000_000
"""Most numbers that one step holds: 16 MB."""

Z95 = 1.959963984540054
"""The normal distribution's 97.5 % quantile."""


@dataclass(frozen=True, eq=False)
class BayesLimit:
    """Scores of the Bayes classifier on all tracks that the generator could draw.

    `standard_error` and the 95 % `interval` are what is left of chance in `accuracy`, after `n_draws` simulated tracks.
    `confusion` (k, k) holds rates: each row, a true genre, sums to 1, and the mean of its diagonal is the accuracy.
    """

    accuracy: float
    standard_error: float
    interval: Interval
    macro_f1: float
    confusion: FloatArray
    n_draws: int


@dataclass(frozen=True, eq=False)
class BayesScore:
    """What the Bayes classifier does on given tracks: its accuracy, the 95 % Wilson interval, and `y_pred` (n,)."""

    accuracy: float
    interval: Interval
    y_pred: IntArray


def genre_means(config: SyntheticConfig) -> FloatArray:
    """Return the means (n_genres, n_features) around which `sources.synthetic.draw` draws its tracks, to the bit.

    The legacy stream yields a genre's tracks before the next genre's mean, so they are drawn too, and dropped.
    """
    stream = np.random.RandomState(config.seed)
    means = np.empty((config.n_genres, config.n_features))
    between = config.n_samples // config.n_genres * config.n_features
    for genre in range(config.n_genres):
        means[genre] = stream.randn(config.n_features) * config.spread + config.shift * genre
        for start in range(0, between if genre < config.n_genres - 1 else 0, CHUNK):
            stream.randn(min(CHUNK, between - start))
    return means


def posterior(config: SyntheticConfig, X: npt.ArrayLike) -> FloatArray:
    """Return each track's probability of being of each genre, shape (n, n_genres).

    Raises
    ------
    DataError
        The tracks do not have the configuration's features, or a value is missing.
    """
    tracks = np.asarray(X, dtype=np.float64)
    if tracks.ndim != 2 or tracks.shape[1] != config.n_features:
        raise DataError(
            f"X has the shape {tracks.shape}, but the configuration draws {config.n_features} features: "
            f"pass the shape (n, {config.n_features})."
        )
    if not np.isfinite(tracks).all():
        raise DataError(
            "X has missing or infinite values: the generator draws none, so pass its tracks as they are drawn."
        )
    means = genre_means(config)
    centre = means.mean(axis=0)
    return softmax(_log_densities((tracks - centre) / config.overlap, (means - centre) / config.overlap))


def bayes_limit(config: SyntheticConfig, n_draws: int = 200_000, seed: int = 0) -> BayesLimit:
    """Estimate the Bayes classifier's accuracy, macro-F1 and confusion rates from fresh tracks, as many for each genre.

    Only where a track lies within the span of the means matters, so that alone is simulated. Chance is taken out of the
    estimate in four ways: a track counts with its posterior instead of its genre (Rao-Blackwell), each genre has the
    same share of the draws (stratification), tracks come in pairs on opposite sides of their mean (antithetic), and
    rates are divided by the simulated share of their genre in place of the known 1 / n_genres (a ratio estimator, with
    its standard error: W. G. Cochran, "Sampling Techniques", chapter 6, 1977).
    """
    k = config.n_genres
    means = _within_span(genre_means(config)) / config.overlap
    rng = np.random.default_rng(seed)
    pairs = max(1, n_draws // (2 * k))
    joint = np.zeros((k, k))
    first = np.zeros((k, k + 1))
    second = np.zeros((k, k + 1, k + 1))
    for genre in range(k):
        for size in _sizes(pairs, max(1, CHUNK // (2 * k))):
            noise = rng.standard_normal((size, means.shape[1]))
            p = softmax(_log_densities(np.vstack([noise, -noise]) + means[genre], means))
            joint += p.T @ (p.argmax(axis=1)[:, None] == np.arange(k))
            values = np.column_stack([p, p.max(axis=1)])
            values = (values[:size] + values[size:]) / 2
            first[genre] += values.sum(axis=0)
            second[genre] += values.T @ values
    confusion = joint / joint.sum(axis=1, keepdims=True)
    recalls = np.diagonal(confusion)
    accuracy = float(recalls.mean())
    error = _standard_error(first / pairs, second / pairs, np.append(-recalls, 1.0), pairs)
    interval = Interval(max(0.0, accuracy - Z95 * error), min(1.0, accuracy + Z95 * error))
    return BayesLimit(accuracy, error, interval, float(macro_f1_of_counts(confusion)), confusion, 2 * pairs * k)


def limit_on(config: SyntheticConfig, X: npt.ArrayLike, y: npt.ArrayLike) -> BayesScore:
    """Return what the Bayes classifier does on the very tracks X (n, n_features) of the genres y (n,).

    Raises
    ------
    DataError
        Tracks and genres do not fit the configuration or each other.
    """
    y_true = check_labels("y", y, config.n_genres)
    y_pred = posterior(config, X).argmax(axis=1)
    check_same_length("X", y_pred, y_true)
    right = int((y_pred == y_true).sum())
    return BayesScore(right / len(y_true), wilson(right, len(y_true)), y_pred)


def _within_span(means: FloatArray) -> FloatArray:
    """Return the means' coordinates (k, at most k - 1) in the space that their differences span.

    Noise that is the same along every direction stays so in the subspace, and across it says nothing of the genre.
    """
    centred = means - means.mean(axis=0)
    left, length, _ = np.linalg.svd(centred, full_matrices=False)
    rank = min(len(means) - 1, means.shape[1])
    coordinates: FloatArray = (left * length)[:, :rank]
    return coordinates


def _log_densities(X: FloatArray, means: FloatArray) -> FloatArray:
    """Return -‖x - m‖² / 2 up to a constant for each track, shape (n, k), in units of the overlap."""
    densities: FloatArray = X @ means.T - (means**2).sum(axis=1) / 2
    return densities


def _sizes(total: int, most: int) -> list[int]:
    return [min(most, total - start) for start in range(0, total, most)]


def _standard_error(first: FloatArray, second: FloatArray, weights: FloatArray, n: int) -> float:
    """Return the stratified standard error of the mean of weights · values, from two moments of n values per genre."""
    variances = np.einsum("i,gij,j->g", weights, second, weights) - (first @ weights) ** 2
    return math.sqrt(max(0.0, float(variances.sum())) / n) / len(first)
