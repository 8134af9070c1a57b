"""How often the best possible classifier is right: in the long run, and on given tracks."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from genre_core.bayes.conditions import Heard, condition, is_known, tracks_by_artist
from genre_core.bayes.posterior import distances, label_probabilities, posterior
from genre_core.data.dataset import FloatArray, IntArray
from genre_core.data.generator.law import CHUNK, Law, correlate, decorrelate, law_of
from genre_core.errors import ConfigError
from genre_core.evaluation.checks import check_labels, check_same_length
from genre_core.evaluation.count_statistics import macro_f1_of_counts
from genre_core.evaluation.intervals import Z95, Interval, accuracy_interval
from genre_core.settings.config import SyntheticConfig

MAX_SIMULATED = 8_000_000
"""Most numbers that are simulated where every feature of a track matters."""


@dataclass(frozen=True, eq=False)
class BayesLimit:
    """Scores of the Bayes classifier on all tracks that the generator could draw.

    `standard_error` and the 95 % `interval` are what is left of chance in `accuracy`, after `n_draws` simulated tracks;
    nothing else in it is an approximation. `confusion` (k, k) holds rates: each row, a true label, sums to 1, and the
    mean of its diagonal, weighted by the labels' `shares` (k,), is the accuracy. `about` says in a
    sentence or two what the limit holds for, where that does not go without saying; else it is empty.
    """

    accuracy: float
    standard_error: float
    interval: Interval
    macro_f1: float
    confusion: FloatArray
    n_draws: int
    shares: FloatArray
    about: str = ""


@dataclass(frozen=True, eq=False)
class BayesScore:
    """Score of the Bayes classifier on given tracks: its accuracy, the 95 % interval, and `y_pred` (n,)."""

    accuracy: float
    interval: Interval
    y_pred: IntArray


def bayes_limit(
    config: SyntheticConfig, n_draws: int = 200_000, seed: int = 0, *, clean: bool = False, heard: Heard = "row"
) -> BayesLimit:
    """Estimate the Bayes classifier's accuracy, macro-F1 and confusion rates from fresh tracks, as many for each genre.

    It is right about labels, or with `clean` about the true genres. `heard` says what it hears together: the accuracy
    is that of rows, of whole tracks, or of tracks by artists all of whose tracks are heard.
    Raises ConfigError where the limit is not known for what is heard together: ask `is_known`.
    """
    if not is_known(config, heard):
        raise ConfigError(f"The limit by {heard} is not known for these tracks.")
    law = law_of(
        config,
        n_tracks=tracks_by_artist(config) if heard == "artist" else 1,
        n_segments=1 if heard == "row" else config.segments,
    )
    return simulate(law, n_draws, seed, clean=clean, about=condition(config, law, heard, clean=clean))


def limit_on(
    config: SyntheticConfig,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    groups: IntArray | None = None,
    *,
    clean: bool = False,
    tracks: IntArray | None = None,
) -> BayesScore:
    """Return what the Bayes classifier does on the very rows X (n, n_features) of the labels y (n,).

    With groups (n,) the interval takes whole groups as what is sampled. With `clean`, `y` are the true genres. With
    `tracks`, of each row of X, labels and groups are of whole tracks, in the order of their first rows.
    Raises DataError where rows and labels do not fit the configuration or each other.
    """
    y_true = check_labels("y", y, config.n_genres)
    y_pred = posterior(config, X, clean=clean, tracks=tracks).argmax(axis=1)
    check_same_length("X", y_pred, y_true)
    check_same_length("groups", groups, y_true)
    return BayesScore(float((y_pred == y_true).mean()), accuracy_interval(y_true, y_pred, groups), y_pred)


def simulate(law: Law, n_draws: int, seed: int, *, clean: bool = False, about: str = "") -> BayesLimit:
    """Estimate the limit of a law.

    Chance is taken out of the estimate in four ways: a track counts with its posterior instead of its label
    (Rao-Blackwell), each genre has as many draws, weighted by its share (stratification), tracks come in pairs on
    opposite sides of their mean (antithetic), and rates are divided by the simulated share of their label in place of
    the known one (a ratio estimator, with its standard error: W. G. Cochran, "Sampling Techniques", chapter 6, 1977).
    """
    k, rng = len(law.means), np.random.default_rng(seed)
    if law.missing_rate:
        n_draws = min(n_draws, MAX_SIMULATED // law.means.shape[1])
    pairs = max(1, n_draws // (2 * k))
    draws = _with_gaps if law.missing_rate else _within_span
    return estimate(draws(law, pairs, rng, clean), law.shares, law.shares if clean else law.label_shares, pairs, about)


def estimate(
    draws: Iterable[tuple[int, FloatArray]], genre_shares: FloatArray, shares: FloatArray, pairs: int, about: str = ""
) -> BayesLimit:
    """Estimate a limit from genres and the label probabilities (k, 2 n) of their fresh tracks, both of a pair n apart.

    Of each genre there are `pairs`; `genre_shares` (k,) are those of the true genres, `shares` (k,) of the labels.
    """
    k = len(shares)
    joint = np.zeros((k, k))
    first = np.zeros((k, k + 1))
    second = np.zeros((k, k + 1, k + 1))
    for genre, p in draws:
        answers = p.argmax(axis=0)
        joint += genre_shares[genre] * np.array([np.bincount(answers, weights=of, minlength=k) for of in p])
        values = np.vstack([p, p.max(axis=0)])
        half = values.shape[1] // 2
        values = (values[:, :half] + values[:, half:]) / 2
        first[genre] += values.sum(axis=1)
        second[genre] += values @ values.T
    confusion = joint / joint.sum(axis=1, keepdims=True)
    recalls = np.diagonal(confusion)
    accuracy = float(shares @ recalls)
    error = _standard_error(first / pairs, second / pairs, np.append(-recalls, 1.0), genre_shares, pairs)
    interval = Interval(max(0.0, accuracy - Z95 * error), min(1.0, accuracy + Z95 * error))
    macro_f1 = float(macro_f1_of_counts(confusion * shares[:, None]))
    return BayesLimit(accuracy, error, interval, macro_f1, confusion, 2 * pairs * k, shares, about)


def _within_span(law: Law, pairs: int, rng: np.random.Generator, clean: bool) -> Iterator[tuple[int, FloatArray]]:
    """Yield genres and label probabilities (k, 2 n) of their fresh tracks, both of a pair n columns apart.

    Once R is taken out, scatter is the same in every direction, so only where a track lies within the span of the means
    tells genres apart, and how far it lies from that span, a chi variable, tells an outlier from an ordinary track.
    """
    flat, n_features = _flat(law), law.means.shape[1]
    means = flat.means
    offsets = (means**2).sum(axis=1)
    for genre in range(len(means)):
        for size in _sizes(pairs, max(1, CHUNK // (2 * len(means)))):
            noise = rng.standard_normal((size, means.shape[1])).T
            scatter, apart = np.array(law.scatters[0]), np.zeros(1)
            if len(law.scatters) > 1:
                scatter = np.where(rng.random(size) < law.weights[1], law.scatters[1], law.scatters[0])
                apart = np.tile(_chi_square(rng, n_features - means.shape[1], size) * scatter**2, 2)
            x = np.hstack([noise * scatter, -noise * scatter]) + means[genre][:, None]
            square = offsets[:, None] - 2 * means @ x
            if len(law.scatters) > 1:
                square += (x**2).sum(axis=0) + apart
            yield genre, label_probabilities(flat, square, n_features, clean=clean)


def _with_gaps(law: Law, pairs: int, rng: np.random.Generator, clean: bool) -> Iterator[tuple[int, FloatArray]]:
    """Yield genres and label probabilities of their fresh tracks as `_within_span` does, with values missing."""
    k, n_features = law.means.shape
    for genre in range(k):
        for size in _sizes(pairs, max(1, CHUNK // (2 * max(k, n_features)))):
            outlier = rng.random((size, 1)) < (law.weights[1] if len(law.weights) > 1 else 0.0)
            noise = correlate(rng.standard_normal((size, n_features)), law.correlation)
            noise *= np.where(outlier, law.scatters[-1], law.scatters[0])
            noise[rng.random(noise.shape) < law.missing_rate] = np.nan
            x = np.vstack([noise, -noise]) + law.means[genre]
            yield genre, label_probabilities(law, *distances(law, x), clean=clean)


def _flat(law: Law) -> Law:
    """Return the law without correlation, its means (k, at most k - 1) within what their differences span."""
    centred = law.means - law.means.mean(axis=0)
    left, length, _ = np.linalg.svd(decorrelate(centred, law.correlation), full_matrices=False)
    rank = min(len(centred) - 1, centred.shape[1])
    return replace(law, means=(left * length)[:, :rank], correlation=0.0)


def _chi_square(rng: np.random.Generator, n_features: int, size: int) -> FloatArray:
    """Draw chi-square variables (size,): the squared length of noise in that many features."""
    return rng.chisquare(n_features, size) if n_features else np.zeros(size)


def _sizes(total: int, most: int) -> list[int]:
    return [min(most, total - start) for start in range(0, total, most)]


def _standard_error(first: FloatArray, second: FloatArray, weights: FloatArray, shares: FloatArray, n: int) -> float:
    """Return the stratified standard error of the mean of weights · values, from two moments of n values per genre."""
    variances = np.einsum("i,gij,j->g", weights, second, weights) - (first @ weights) ** 2
    return math.sqrt(max(0.0, float(shares**2 @ variances)) / n)
