"""Unavoidable and avoidable parts of a run's error: on the whole and for each genre.

Given a row x, answering ŷ is wrong with the probability 1 - p(ŷ | x), of which the best classifier, answering b, has
1 - p(b | x) as well. The rest, p(b | x) - p(ŷ | x), is never negative and was avoidable. For one genre h, the same is
summed over p(h | x): the share of its tracks that b misses, and how many more of them ŷ misses; the latter is negative
for a genre that ŷ favors at the expense of others. Taking the probabilities in place of the labels leaves the luck
of these very tracks out of both parts (Rao-Blackwell); it is stated apart, so that the three add up to the error.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.bayes.posterior import posterior
from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.evaluation.checks import check_labels, check_same_length
from genre_core.evaluation.intervals import Interval, drawn_weights, middle
from genre_core.settings.config import SyntheticConfig

N_RESAMPLES = 1000


@dataclass(frozen=True)
class GenreShortfall:
    """A share of rows that were answered wrongly, in its parts: error = unavoidable + avoidable + luck.

    `n` rows; `error` as counted; `unavoidable` and `avoidable` as the law says of such rows, the latter with its 95 %
    bootstrap `interval`. The error of a genre without a row is NaN.
    """

    n: int
    error: float
    unavoidable: float
    avoidable: float
    interval: Interval

    @property
    def luck(self) -> float:
        """Return what these very rows add to the error, or take from it, by chance."""
        return self.error - self.unavoidable - self.avoidable


@dataclass(frozen=True)
class Shortfall:
    """The error of a run on given rows: on the whole, and of each genre in the order of the genres."""

    overall: GenreShortfall
    per_genre: tuple[GenreShortfall, ...]


def shortfall(
    config: SyntheticConfig,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    groups: IntArray | None = None,
    *,
    clean: bool = False,
    seed: int = 0,
) -> Shortfall:
    """Split the error of predictions y_pred (n,) for rows X (n, n_features) of the labels y (n,).

    With groups (n,) the bootstrap takes whole groups as what is sampled: B. Efron & R. Tibshirani, "An Introduction to
    the Bootstrap", chapter 13 (1993). With `clean`, `y` are the true genres.
    Raises DataError where the arrays do not fit the configuration or each other, or there is no row.
    """
    y_true, answers = check_labels("y", y, config.n_genres), check_labels("y_pred", y_pred, config.n_genres)
    check_same_length("y_pred", answers, y_true)
    if not len(y_true):
        raise DataError("There is no track to split the error of: pass at least one.")
    y_prob = posterior(config, X, clean=clean)
    check_same_length("X", y_prob, y_true)
    parts = _by_genre(y_prob, answers, y_true)
    units = parts[2:]
    if groups is not None:
        check_same_length("groups", groups, y_true)
        units = _summed(units, groups)
    resampled = _resampled(units, seed)
    counts, sums = np.bincount(y_true, minlength=config.n_genres), parts.sum(axis=1)
    per_genre = tuple(_split(int(counts[g]), sums[:, g], resampled[:, :, g], groups) for g in range(config.n_genres))
    return Shortfall(_split(len(y_true), sums.sum(axis=1), resampled.sum(axis=2), groups), per_genre)


def _by_genre(y_prob: FloatArray, answers: IntArray, y_true: IntArray) -> FloatArray:
    """Return for each row and genre: counted error, misses of the best, further ones, and weight; (4, n, k)."""
    genres = np.arange(y_prob.shape[1])
    answered, best = answers[:, None] == genres, y_prob.argmax(axis=1)[:, None] == genres
    wrong = (y_true[:, None] == genres) & ~answered
    return np.stack([wrong, y_prob * ~best, y_prob * (best.astype(np.float64) - answered), y_prob])


def _split(n: int, sums: FloatArray, resampled: FloatArray, groups: IntArray | None) -> GenreShortfall:
    """Return the parts from sums (4,) over rows; `resampled` (n_resamples, 2) are the last two of them, resampled."""
    wrong, missed, excess, weight = map(float, sums)
    error = wrong / n if n else float("nan")
    return GenreShortfall(n, error, missed / weight, excess / weight, middle(resampled[:, 0] / resampled[:, 1], groups))


def _summed(values: FloatArray, groups: IntArray) -> FloatArray:
    """Return values (2, n, k) summed over the rows of each group, shape (2, n_groups, k)."""
    order = np.argsort(groups, kind="stable")
    starts = np.unique(groups[order], return_index=True)[1]
    return np.add.reduceat(values[:, order], starts, axis=1)


def _resampled(values: FloatArray, seed: int) -> FloatArray:
    """Return sums (n_resamples, 2, k) of values (2, n, k) over n units drawn with replacement."""
    _, n, k = values.shape
    flat = np.concatenate([values[0], values[1]], axis=1)
    sums = [weights @ flat for weights in drawn_weights(n, None, N_RESAMPLES, seed)]
    return np.concatenate(sums).reshape(N_RESAMPLES, 2, k)
