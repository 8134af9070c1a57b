"""How probable it is that a label is wrong, and how doubtful right labels would look: from the law of the tracks."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.bayes.posterior import posterior
from genre_core.data.dataset import FloatArray, IntArray
from genre_core.data.generator.law import law_of
from genre_core.evaluation.checks import check_labels, check_same_length
from genre_core.evaluation.intervals import Z95, Interval
from genre_core.evaluation.mislabelled import Mislabelled
from genre_core.settings.config import SyntheticConfig


def wrong_label_probability(config: SyntheticConfig, X: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
    """Return the probability (n,) that the label y (n,) of each row X (n, n_features) is wrong.

    By Bayes' rule a label ℓ is right with p(ℓ | x) · flips[ℓ, ℓ] / Σ_g p(g | x) · flips[g, ℓ]. Nobody who ranks labels
    by anything else finds more wrong ones among the first so many on average: S. E. Robertson, "The probability ranking
    principle in IR", Journal of Documentation 33 (1977). That is by each row alone: whoever pools the rows of an artist
    or of a track can find more.
    Raises DataError where rows and labels do not fit the configuration or each other.
    """
    labels, flips = check_labels("y", y, config.n_genres), law_of(config).flips
    y_prob = posterior(config, X, clean=True)
    check_same_length("X", y_prob, labels)
    return chance_wrong(y_prob, labels, flips)


def chance_wrong(y_prob: FloatArray, labels: IntArray, flips: FloatArray) -> FloatArray:
    """Return that probability (n,), given those of true genres (n, k) and of a genre's labels, `flips` (k, k)."""
    right = y_prob[np.arange(len(labels)), labels] * np.diag(flips)[labels]
    all_ways = (y_prob * flips.T[labels]).sum(axis=1)
    # A row so far out that its label has no probability at all is taken for wrong.
    found: FloatArray = 1 - np.divide(right, all_ways, out=np.zeros(len(labels)), where=all_ways > 0)
    return np.clip(found, 0.0, 1.0)


@dataclass(frozen=True)
class Expected:
    """How many there would be on average, and the range that holds 95 of 100 cases."""

    mean: float
    interval: Interval


def doubtful_without_noise(config: SyntheticConfig, X: npt.ArrayLike, found: Mislabelled) -> Expected:
    """Return how many labels of rows X (n, n_features) would be doubtful if every label were right.

    A right label is doubtful with the probability that the row is neither of the genre that it counts as nor of the one
    that the network answers.
    Raises DataError where the rows do not fit the configuration.
    """
    y_prob = posterior(config, X, clean=True)
    check_same_length("y", y_prob, found.y)
    sure = np.flatnonzero(found.counts_as >= 0)
    counts_as, answers = found.counts_as[sure], found.answers[sure]
    innocent = y_prob[sure, counts_as] + np.where(answers == counts_as, 0.0, y_prob[sure, answers])
    doubtful = np.clip(1 - innocent, 0.0, 1.0)
    mean, half = float(doubtful.sum()), Z95 * math.sqrt(float((doubtful * (1 - doubtful)).sum()))
    return Expected(mean, Interval(max(0.0, mean - half), mean + half))
