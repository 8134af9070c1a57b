"""How much a score varies because other groups could have been drawn, such as other artists.

A split by row has tracks of every artist in both parts, so that repeated splits share their artists and their scores do
not vary by them. What other artists would change is seen within a test part: tracks of one artist are right or wrong
together. The variance component between groups is that of a nested analysis of variance, groups within genres, for
groups of unequal size (S. R. Searle, G. Casella & C. E. McCulloch, "Variance Components", 1992, chapter 3). A score is
taken as the mean of what each track adds to it (its influence), so that macro-F1 has such a component too.

How other artists would change what is learned is not seen in a test part, but for the nearest neighbor, which remembers
its artists: whose track was nearest is known, and answers that rest on one artist are right or wrong together too.
`python -m tests.benchmarks.lens` counts how often intervals by row hold the score on tracks by other artists, for 3 to
10 splits and 5 to 40 artists a genre: of nearest means and support vectors in 93 to 99 of 100 samples (64 to 95 without
this), of the nearest neighbor in 93 to 97 (60 to 95 without).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray


@dataclass(frozen=True)
class BetweenGroups:
    """Variance of a score over other groups, and its degrees of freedom."""

    variance: float
    degrees: int


def share_of_groups(groups: IntArray) -> float:
    """Return the chance that two of all rows, drawn with replacement, are of one group: 1 / n of n equal groups."""
    sizes = np.unique(groups, return_counts=True)[1]
    return float((sizes**2).sum() / len(groups) ** 2)


def group_variance(values: FloatArray, genres: IntArray, groups: IntArray) -> float | None:
    """Return the variance component between groups of values (n,); None where no group has two or no genre two groups.

    It is unbiased, so that it may be below zero: the mean of several is to be taken before it is cut off there.
    """
    genre, group = np.unique(genres, return_inverse=True)[1], np.unique(groups, return_inverse=True)[1]
    left = values - (np.bincount(genre, values) / np.bincount(genre))[genre]
    sizes, totals = np.bincount(group), np.bincount(group, left)
    n, between, within = len(values), len(sizes) - int(genre.max()) - 1, len(values) - len(sizes)
    if between < 1 or within < 1:
        return None
    inner = float((left**2).sum() - (totals**2 / sizes).sum()) / within
    outer = float((totals**2 / sizes).sum()) / between
    of_genre = np.bincount(genre)
    squares = np.bincount(genre, sizes[group]) / of_genre  # the sum of squared sizes of a genre's groups, by its size
    usual = (n - float(squares.sum())) / between
    return (outer - inner) / usual if usual > 0 else None


def influences(y_true: IntArray, y_pred: IntArray, n_genres: int) -> dict[str, FloatArray]:
    """Return what each track adds to accuracy and, to first order, to macro-F1, each (n,)."""
    right = (y_true == y_pred).astype(np.float64)
    true, predicted = (np.bincount(y, minlength=n_genres) for y in (y_true, y_pred))
    both = np.maximum(1, true + predicted)
    f1 = 2 * np.bincount(y_true, right, minlength=n_genres) / both
    scale = len(y_true) / n_genres
    own = (2 * right / both[y_true]) - (f1 / both)[y_true] - (f1 / both)[y_pred]
    return {"accuracy": right, "macro_f1": scale * own}


def group_variances(
    y_true: IntArray,
    y_pred: IntArray,
    n_genres: int,
    groups: IntArray,
    nearest: tuple[IntArray, IntArray] | None = None,
) -> dict[str, float | None]:
    """Return the variance components between groups (n,) of accuracy and of macro-F1; None where one is not known.

    `nearest` are genres (n,) and groups (n,) of the learned tracks that answers were taken from, where a classifier
    remembers tracks: what the groups that it remembers change is added, as for scores of pairs (M. Fafchamps & F.
    Gubert, "The formation of risk sharing networks", Journal of Development Economics 83, 2007).
    """
    found: dict[str, float | None] = {}
    for name, values in influences(y_true, y_pred, n_genres).items():
        own = group_variance(values, y_true, groups)
        remembered = group_variance(values, *nearest) if nearest else None
        found[name] = own if own is None or remembered is None else own + remembered
    return found


def mean_of(found: Sequence[float | None], degrees: int) -> BetweenGroups | None:
    """Return what the variances of several scores come to together; None where one is not known."""
    known = [one for one in found if one is not None]
    if not known or len(known) < len(found) or degrees < 1:
        return None
    return BetweenGroups(max(0.0, math.fsum(known) / len(known)), degrees)
