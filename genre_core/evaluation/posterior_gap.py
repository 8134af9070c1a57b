"""How far a model's probabilities lie from the true ones, where these are known: without the luck of single labels."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.evaluation.checks import check_probabilities, check_same_length
from genre_core.evaluation.intervals import Measured, mean_interval

N_BINS = 10
_LEAST = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class PosteriorBin:
    """Tracks of similar confidence: their number, mean confidence, and the true probability of what was predicted.

    That has a mean and the quartiles `lower` and `upper`.
    """

    n: int
    confidence: float
    truth: float
    lower: float
    upper: float


@dataclass(frozen=True, eq=False)
class PosteriorGap:
    """Confidence (n,) and `truth` (n,), the true probability of the predicted genre, with what lies between them.

    `difference` is the mean of |confidence - truth|; `excess` that of confidence - truth, positive for a model that is
    too sure; `divergence` is the mean Kullback-Leibler divergence from the true probabilities of all genres in nats:
    what the model's expected log loss is above the least possible (T. Cover & J. Thomas, "Elements of Information
    Theory", section 2.3, 2006).
    """

    confidence: FloatArray
    truth: FloatArray
    bins: tuple[PosteriorBin, ...]
    difference: Measured
    excess: Measured
    divergence: Measured


def posterior_gap(y_prob: npt.ArrayLike, posterior: npt.ArrayLike, *, groups: IntArray | None = None) -> PosteriorGap:
    """Compare a model's probabilities y_prob (n, k) with the true ones (n, k) of the same tracks.

    With groups (n,) intervals take whole groups as what was sampled; with too few they leave out nothing.
    Raises DataError where the tables are no probabilities, or differ in shape.
    """
    said, true = check_probabilities("y_prob", y_prob), check_probabilities("posterior", posterior)
    if said.shape != true.shape:
        raise DataError(f"y_prob has the shape {said.shape}, but the posterior {true.shape}: pass the same tracks.")
    check_same_length("groups", groups, said[:, 0].astype(np.int64))
    rows, predicted = np.arange(len(said)), said.argmax(axis=1)
    confidence, truth = said[rows, predicted], true[rows, predicted]
    ratio = np.log(np.maximum(true, _LEAST)) - np.log(np.maximum(said, _LEAST))
    values = np.column_stack([np.abs(confidence - truth), confidence - truth, (true * ratio).sum(axis=1)])
    lowest, highest = (0.0, -1.0, 0.0), (1.0, 1.0, math.inf)
    intervals = [mean_interval(*one) for one in zip(values.T, (groups,) * 3, lowest, highest, strict=True)]
    scores = [Measured(float(mean), interval) for mean, interval in zip(values.mean(axis=0), intervals, strict=True)]
    return PosteriorGap(confidence, truth, _bins(confidence, truth), *scores)


def _bins(confidence: FloatArray, truth: FloatArray) -> tuple[PosteriorBin, ...]:
    """Return bins of equally many tracks."""
    order = np.argsort(confidence, kind="stable")
    found = []
    for inside in np.array_split(order, min(N_BINS, len(order))):
        lower, upper = np.quantile(truth[inside], [0.25, 0.75])
        means = float(confidence[inside].mean()), float(truth[inside].mean())
        found.append(PosteriorBin(len(inside), *means, float(lower), float(upper)))
    return tuple(found)
