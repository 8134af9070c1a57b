"""The probability of each genre given what is seen of a track, by Bayes' rule."""

import math

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.data.generator.law import Law, genre_means, law_of
from genre_core.errors import DataError
from genre_core.settings.config import SyntheticConfig


def posterior(
    config: SyntheticConfig, X: npt.ArrayLike, *, clean: bool = False, tracks: IntArray | None = None
) -> FloatArray:
    """Return the probability of each label, or with `clean` of each true genre, for rows X (n, n_features); (n, k).

    A missing value is NaN: what is seen of the row decides, as its marginal law says. With `tracks` (n,), the track of
    each segment, it is that of each track given all its segments, in the order of their first rows (n_tracks, k); no
    value may be missing then.
    Raises DataError where the rows do not have the configuration's features, or a value is infinite.
    """
    rows = np.asarray(X, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != config.n_features:
        raise DataError(
            f"X has the shape {rows.shape}, but the configuration draws {config.n_features} features: "
            f"pass the shape (n, {config.n_features})."
        )
    if np.isinf(rows).any():
        raise DataError("X has infinite values: the generator draws none, so pass its tracks as they are drawn.")
    if tracks is None:
        law = law_of(config)
        return label_probabilities(law, *distances(law, rows), clean=clean).T
    _, first, of, sizes = np.unique(tracks, return_index=True, return_inverse=True, return_counts=True)
    means = np.zeros((len(first), rows.shape[1]))
    np.add.at(means, of, rows)
    means /= sizes[:, None]
    y_prob, genres = np.empty((len(first), config.n_genres)), genre_means(config)
    for size in np.unique(sizes).tolist():
        law, like = law_of(config, genres, n_segments=size), sizes == size
        y_prob[like] = label_probabilities(law, *distances(law, means[like]), clean=clean).T
    return y_prob[np.argsort(first)]


def distances(law: Law, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return squared distances d' R⁻¹ d of what is seen of X - m_g (k, n), and how many values are seen (n,).

    For the part of R that belongs to the values seen, 1 on the diagonal and ρ elsewhere, the inverse is
    (I - ρ / (1 - ρ + ρ n_seen) 1 1') / (1 - ρ): J. Sherman & W. J. Morrison, Ann. Math. Statist. 21 (1950).
    """
    centre = law.means.mean(axis=0)
    means, seen = law.means - centre, (~np.isnan(X)).astype(np.float64)
    d = np.where(seen > 0, X - centre, 0.0)
    n_seen = seen.sum(axis=1)
    square = np.einsum("ij,ij->i", d, d) - 2 * means @ d.T + means**2 @ seen.T
    if law.correlation:
        along = d.sum(axis=1) - means @ seen.T
        share = law.correlation / (1 - law.correlation + law.correlation * n_seen)
        square = (square - share * along**2) / (1 - law.correlation)
    return square, n_seen


def label_probabilities(law: Law, square: FloatArray, n_seen: FloatArray | float, *, clean: bool = False) -> FloatArray:
    """Return the probability of each label (or true genre) from squared distances, shape (k, n).

    With a single scatter, `square` may lack what is the same for every genre of a row.
    """
    joint = [
        math.log(weight) - square / (2 * scatter**2) - n_seen * math.log(scatter)
        for scatter, weight in zip(law.scatters, law.weights, strict=True)
    ]
    mixed = joint[0] if len(joint) == 1 else np.logaddexp(*joint)
    mixed += np.log(law.shares)[:, None]
    y_prob: FloatArray = np.exp(mixed - mixed.max(axis=0))
    y_prob /= y_prob.sum(axis=0)
    if clean or (law.flips == np.eye(len(law.flips))).all():
        return y_prob
    return law.flips.T @ y_prob
