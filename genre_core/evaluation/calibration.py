"""Whether a classifier is right as often as it says.

The *confidence* is the probability of the predicted genre. A model is calibrated if, among tracks of confidence c, it
is right on the share c: C. Guo et al., "On Calibration of Modern Neural Networks", ICML (2017). Of one genre the same
is asked one against the rest: among tracks to which it gives the probability p, the share p is of that genre.

A bin holds the tracks with low < confidence ≤ high. The expected calibration error (ECE) is the mean over tracks of the
distance between their bin's accuracy and its mean confidence: M. P. Naeini et al., AAAI (2015). As a mean of absolute
values it is positive by chance alone, the more the fewer tracks there are, so each comes with what a perfectly
calibrated model of the same confidences would show: J. Vaicenavicius et al., AISTATS (2019).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.evaluation.calibration_error import CalibrationError, calibration_errors
from genre_core.evaluation.checks import check_judged
from genre_core.evaluation.intervals import (
    Interval,
    Measured,
    drawn_weights,
    mean_interval,
    n_resamples,
    share_interval,
)
from genre_core.evaluation.metrics import METRICS, log_losses
from genre_core.evaluation.resampled_matrices import precision_interval

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Binning = Literal["width", "mass"]
N_BINS = 10


@dataclass(frozen=True)
class Bin:
    """Tracks with low < confidence ≤ high: how many, their mean confidence, and the share on which it was right.

    `interval` is the 95 % Wilson interval of that share. `beyond_chance` says whether the mean confidence lies outside
    of it even when all bins are looked at (0.05 divided by the filled bins: Bonferroni). Both means of an empty bin
    are NaN.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float
    interval: Interval
    beyond_chance: bool


@dataclass(frozen=True)
class ReliabilityCurve:
    """Bins of `n` tracks by their confidence, or by the probability of one genre (counted from 0)."""

    bins: tuple[Bin, ...]
    by: Binning
    n: int
    genre: int | None = None

    @property
    def error(self) -> float:
        """Return the expected calibration error over these bins."""
        return sum(b.n / self.n * abs(b.accuracy - b.confidence) for b in self.bins if b.n)


@dataclass(frozen=True)
class Calibration:
    """How far probabilities of `n` tracks can be trusted, each score with its 95 % interval.

    `confidence` is the mean confidence, `accuracy` the share that is right. The class-wise error is the mean of
    `per_genre`: M. Kull et al., NeurIPS (2019). The Brier score sums over genres: G. W. Brier, Monthly Weather Review
    78 (1950).
    """

    n: int
    confidence: float
    accuracy: float
    ece: CalibrationError
    classwise_ece: CalibrationError
    per_genre: tuple[CalibrationError, ...]
    brier: Measured
    log_loss: Measured


def reliability(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    by: Binning = "width",
    n_bins: int = N_BINS,
    genre: int | None = None,
    groups: IntArray | None = None,
) -> ReliabilityCurve:
    """Return how often probabilities y_prob (n, k) are right for class numbers y_true (n,), by confidence.

    With `genre` (counted from 0) it is about that genre's probability. With groups (n,) intervals take whole groups as
    what was sampled. Bins are of equal width, or hold equally many tracks as far as ties allow.
    Raises DataError where the arrays do not fit each other or are no probabilities, or there is no such genre.
    """
    labels, probabilities, members = _checked(y_true, y_prob, groups)
    if genre is not None and not 0 <= genre < probabilities.shape[1]:
        raise DataError(f"There is no genre number {genre} among {probabilities.shape[1]}: they are counted from 0.")
    stated, right = _stated(labels, probabilities)
    column = 0 if genre is None else genre + 1
    confidence, hits = stated[:, column], right[:, column]
    edges = _edges(confidence, by, n_bins)
    at = np.searchsorted(edges[1:-1], confidence)
    level = 1 - 0.05 / len(np.unique(at))
    of = share_interval if genre is None else precision_interval
    bins = [_bin(edges[b], edges[b + 1], confidence, hits, at == b, members, level, of) for b in range(len(edges) - 1)]
    return ReliabilityCurve(tuple(bins), by, len(labels), genre)


def calibration(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    groups: IntArray | None = None,
    by: Binning = "width",
    n_bins: int = N_BINS,
    seed: int = 0,
) -> Calibration:
    """Return how far probabilities y_prob (n, k) can be trusted, for class numbers y_true (n,).

    What perfect calibration would show comes from labels drawn with these probabilities; with groups (n,), within which
    labels hang together, from the residuals of whole groups with random signs (A. C. Cameron et al., Review of
    Economics and Statistics 90, 2008).
    Raises DataError where the arrays do not fit each other or are no probabilities.
    """
    labels, probabilities, members = _checked(y_true, y_prob, groups)
    stated, right = _stated(labels, probabilities)
    n, columns = stated.shape
    at = np.column_stack([np.searchsorted(_edges(column, by, n_bins)[1:-1], column) for column in stated.T])
    at += n_bins * np.arange(columns)
    sums = _placed(right - stated, at, n_bins)
    size = n_resamples(n, columns)
    blocks = drawn_weights(n, members, size, seed)
    again = np.concatenate([(w @ sums) / w.sum(axis=1, keepdims=True) for w in blocks])
    rng = np.random.default_rng(seed)
    if members is None:
        chance = _of_drawn_labels(probabilities, stated, at, n_bins, size, rng)
    else:
        chance = _of_signed_groups(sums, members, size, rng)
    n_groups = None if members is None else int(members.max()) + 1
    found = calibration_errors(sums.sum(axis=0) / n, again, chance, columns, n_groups)
    brier, log_loss = _mean_scores(labels, probabilities, members)
    confidence, accuracy = float(stated[:, 0].mean()), float(right[:, 0].mean())
    return Calibration(n, confidence, accuracy, found[0], found[-1], tuple(found[1:-1]), brier, log_loss)


def _checked(
    y_true: npt.ArrayLike, y_prob: npt.ArrayLike, groups: IntArray | None
) -> tuple[IntArray, FloatArray, IntArray | None]:
    labels, probabilities = check_judged("y_true", y_true, y_prob, groups)
    return labels, probabilities, None if groups is None else np.unique(groups, return_inverse=True)[1]


def _stated(labels: IntArray, probabilities: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what is said and what came true, both (n, 1 + k): of the predicted genre, then of each genre."""
    n, k = probabilities.shape
    predicted = probabilities.argmax(axis=1)
    stated = np.column_stack([probabilities[np.arange(n), predicted], probabilities])
    true = (labels[:, None] == np.arange(k)).astype(np.float64)
    return stated, np.column_stack([labels == predicted, true])


def _edges(confidence: FloatArray, by: Binning, n_bins: int) -> FloatArray:
    """Return limits of the bins (n_bins + 1,); bins of equal mass are limited by quantiles, as in scikit-learn."""
    shares = np.linspace(0, 1, n_bins + 1)
    return shares if by == "width" else np.quantile(confidence, shares)


def _bin(
    low: float,
    high: float,
    confidence: FloatArray,
    hits: FloatArray,
    inside: npt.NDArray[np.bool_],
    members: IntArray | None,
    level: float,
    of: Callable[..., Interval],
) -> Bin:
    n = int(inside.sum())
    if not n:
        return Bin(float(low), float(high), 0, float("nan"), float("nan"), Interval(0.0, 1.0), False)
    mean, share = float(confidence[inside].mean()), float(hits[inside].mean())
    interval, wider = (of(hits > 0, inside, members, sure) for sure in (0.95, level))
    return Bin(float(low), float(high), n, mean, share, interval, not wider.low <= mean <= wider.high)


def _placed(residuals: FloatArray, at: IntArray, n_bins: int) -> "csr_array":
    """Return residuals (n, columns) in the bins of their column, shape (n, columns * n_bins)."""
    from scipy.sparse import csr_array

    n, columns = residuals.shape
    starts = np.arange(0, n * columns + 1, columns)
    return csr_array((residuals.ravel(), at.ravel(), starts), shape=(n, columns * n_bins))


def _of_drawn_labels(
    probabilities: FloatArray, stated: FloatArray, at: IntArray, n_bins: int, size: int, rng: np.random.Generator
) -> FloatArray:
    """Return the mean residuals (size, columns * n_bins) that labels drawn with these probabilities would show."""
    n, columns = stated.shape
    cumulated = np.cumsum(probabilities, axis=1)[:, :-1]
    expected = np.bincount(at.ravel(), stated.ravel(), columns * n_bins)
    rows, found = np.arange(n), []
    predicted = probabilities.argmax(axis=1)
    for _ in range(size):
        labels = (cumulated < rng.random((n, 1))).sum(axis=1)
        came_true = np.concatenate([at[predicted == labels, 0], at[rows, labels + 1]])
        found.append((np.bincount(came_true, minlength=len(expected)) - expected) / n)
    return np.array(found)


def _of_signed_groups(sums: "csr_array", members: IntArray, size: int, rng: np.random.Generator) -> FloatArray:
    """Return the mean residuals (size, columns * n_bins) where those of whole groups get random signs."""
    n_groups = int(members.max()) + 1
    signs = (rng.choice((-1.0, 1.0), n_groups)[members] for _ in range(size))
    return np.array([sums.T @ sign for sign in signs]) / len(members)


def _mean_scores(labels: IntArray, probabilities: FloatArray, members: IntArray | None) -> tuple[Measured, Measured]:
    """Return the Brier score and the log loss."""
    brier = (probabilities**2).sum(axis=1) - 2 * probabilities[np.arange(len(labels)), labels] + 1
    value = METRICS["log_loss"].compute(labels, probabilities)
    return (
        Measured(float(brier.mean()), mean_interval(brier, members, lowest=0.0)),
        Measured(value, mean_interval(log_losses(labels, probabilities), members, lowest=0.0)),
    )
