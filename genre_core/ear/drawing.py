"""Drawing the items of an ear test: as many of each genre as there can be, one of a track, in random order."""

from typing import NamedTuple

import numpy as np

from genre_core.data.dataset import IntArray
from genre_core.ear.sitting import Hard
from genre_core.evaluation.intervals import Mask


class Drawn(NamedTuple):
    """Positions of items among the candidates, in the order in which they are asked: first practice, then what counts.

    `practice` (n_practice,) and `scored` (n,) share no track.
    """

    practice: IntArray
    scored: IntArray


def draw(y: IntArray, tracks: IntArray, k: int, n: int, n_practice: int, seed: int) -> Drawn:
    """Draw items among candidates of genres `y` (n_candidates,), which are windows of `tracks` (n_candidates,).

    Genres get as many items as each other, to one, as far as they have tracks. Where there are too few tracks, fewer
    items count; practice is kept.
    """
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(len(y))
    one_each = rng.permutation(shuffled[np.unique(tracks[shuffled], return_index=True)[1]])
    available = np.bincount(y[one_each], minlength=k)
    sizes = shares(available, min(n, max(0, len(one_each) - n_practice)), rng)
    extra = shares(available - sizes, n_practice, rng)
    by_genre = [one_each[y[one_each] == genre] for genre in range(k)]
    scored = [of[:size] for of, size in zip(by_genre, sizes.tolist(), strict=True)]
    practice = [of[size : size + more] for of, size, more in zip(by_genre, sizes.tolist(), extra.tolist(), strict=True)]
    return Drawn(rng.permutation(np.concatenate(practice)), rng.permutation(np.concatenate(scored)))


def shares(available: IntArray, n: int, rng: np.random.Generator) -> IntArray:
    """Return how many of n items each genre gives (k,): as equal as what is `available` (k,) allows; chance decides."""
    sizes = np.zeros_like(available)
    while (left := n - int(sizes.sum())) > 0 and (able := np.flatnonzero(sizes < available)).size:
        sizes[rng.permutation(able)[:left]] += 1
    return sizes


def as_hard(y: IntArray, borrowed: IntArray, hard: Hard) -> Mask:
    """Return which pieces of genres `y` (n,) are that hard, by how many traits they have `borrowed` (n,).

    Easier ones borrow no more than the median of their genre, harder ones no less.
    """
    medians = {genre: np.median(borrowed[y == genre]) for genre in np.unique(y).tolist()}
    middle = np.array([medians[genre] for genre in y.tolist()])
    among = {"any": np.isfinite(middle), "easier": borrowed <= middle, "harder": borrowed >= middle}
    return np.asarray(among[hard], dtype=np.bool_)
