"""Permutation importance: what each genre loses when a feature is shuffled, genre by genre."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.intervals import Interval, mean_interval
from genre_core.evaluation.metrics import softmax
from genre_core.explaining.network import FittedNetwork

MOST_ROWS, MOST_REPEATS, LEAST_REPEATS = 3000, 10, 2
MOST_PASSES = 400_000
"""Most rows that are answered anew, all features and repeats together; repeats are fewer where that is reached."""
LEAST_PROBABILITY = 1e-15


@dataclass(frozen=True)
class Importance:
    """Cost of shuffling one feature for one genre: points of its recall, and nats of its one-against-the-rest log loss.

    The 95 % intervals are over tracks (or groups of them), each averaged over the shuffles; None where there are too
    few of them.
    """

    feature: str
    recall_drop: float
    recall_interval: Interval | None
    loss_rise: float
    loss_interval: Interval | None


@dataclass(frozen=True, eq=False)
class Importances:
    """Cost of shuffling each feature for each genre, from `n` rows and `n_repeats` shuffles of each feature."""

    per_genre: tuple[tuple[Importance, ...], ...]
    n: int
    n_repeats: int


def permutation_importances(
    network: FittedNetwork,
    X: npt.NDArray[np.floating],
    y: IntArray,
    features: tuple[str, ...],
    groups: IntArray | None = None,
    seed: int = 0,
) -> Importances:
    """Shuffle each feature of standardized X (n, n_features) among the rows, and answer anew; y (n,) are the genres.

    Of many rows a part drawn at random is taken. A shuffled feature keeps its distribution and loses what it has to do
    with the others: L. Breiman, "Random forests", Machine Learning 45 (2001).
    """
    rng = np.random.default_rng(seed)
    if len(y) > MOST_ROWS:
        rows = np.sort(rng.choice(len(y), MOST_ROWS, replace=False))
        X, y, groups = X[rows], y[rows], None if groups is None else groups[rows]
    X = X.astype(np.float64)
    n_repeats = int(np.clip(MOST_PASSES // max(1, X.size), LEAST_REPEATS, MOST_REPEATS))
    is_genre = y[:, None] == np.arange(network.n_genres)
    first = X @ network.weights[0].T + network.biases[0]
    right, losses = _judged(network, first, y, is_genre)
    found: list[list[Importance]] = [[] for _ in range(network.n_genres)]
    for number, name in enumerate(features):
        drop, rise = np.zeros(len(y)), np.zeros(losses.shape)
        for _ in range(n_repeats):
            change = rng.permutation(X[:, number]) - X[:, number]
            # One feature changes the first layer's sums by a product of two vectors: the rest alone is to be computed.
            right_now, losses_now = _judged(
                network, first + np.outer(change, network.weights[0][:, number]), y, is_genre
            )
            drop += (right - right_now) / n_repeats
            rise += (losses_now - losses) / n_repeats
        for genre, row in enumerate(found):
            own = is_genre[:, genre]
            recall = _mean(drop[own], None if groups is None else groups[own])
            row.append(Importance(name, *recall, *_mean(rise[:, genre], groups)))
    return Importances(tuple(map(tuple, found)), len(y), n_repeats)


def _judged(
    network: FittedNetwork, first: FloatArray, y: IntArray, is_genre: npt.NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """Return from the first layer's sums which rows are right (n,), and each genre's log loss on each row (n, k)."""
    logits = first
    if len(network.weights) > 1:
        logits = FittedNetwork(network.weights[1:], network.biases[1:]).logits(np.maximum(first, 0))
    y_prob = softmax(logits)
    chance = np.where(is_genre, y_prob, 1 - y_prob)
    return (logits.argmax(axis=1) == y).astype(np.float64), -np.log(np.maximum(chance, LEAST_PROBABILITY))


def _mean(values: FloatArray, groups: IntArray | None) -> tuple[float, Interval | None]:
    """Return a mean with its interval, from the spread between groups where they are given; NaN of nothing.

    There is none where the few that there are cost the same, which does not mean that all do.
    """
    if not len(values):
        return float("nan"), None
    mean, interval = float(values.mean()), mean_interval(values, groups)
    known = math.isfinite(interval.low) and (interval.low < interval.high or not mean)
    return mean, interval if known else None
