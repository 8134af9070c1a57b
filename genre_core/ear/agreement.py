"""A person beside a network on the same items: who is right, whether that could be chance, and how far both agree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.ear.sitting import DONT_KNOW
from genre_core.evaluation.confusion import ConfusionMatrix, GroupedTracks
from genre_core.evaluation.count_statistics import confusion_counts
from genre_core.evaluation.holm import holm
from genre_core.evaluation.intervals import Interval, Mask, share_interval
from genre_core.evaluation.paired import Matched, matched

NO_ANSWER = "don't know"
MOST_BANDS = 3

WHO = ("both wrong", "only you", "only the other", "both right")
"""Kinds of items by who is right, the most telling first."""


@dataclass(frozen=True)
class Kappa:
    """Agreement beyond chance, 1 at the most; the interval holds what chance gives fixed, as Cohen's error does."""

    value: float
    interval: Interval


@dataclass(frozen=True, eq=False)
class Side:
    """Answers of one who took the test, `said` (n,): genres or `DONT_KNOW`, beside the true genres `y` (n,).

    `groups` (n,) are what items belong to at a `level`; None where each stands alone.
    """

    name: str
    genres: tuple[str, ...]
    y: IntArray
    said: IntArray
    groups: IntArray | None = None
    level: str = ""

    def among(self, mask: Mask) -> "Side":
        """Return the answers to some of the items (n,)."""
        groups = None if self.groups is None else self.groups[mask]
        return replace(self, y=self.y[mask], said=self.said[mask], groups=groups)

    @cached_property
    def right(self) -> Mask:
        """Return which answers are right (n,)."""
        return np.asarray(self.said == self.y)

    @property
    def n_right(self) -> int:
        """Return how many answers are right."""
        return int(self.right.sum())

    @property
    def n_unknown(self) -> int:
        """Return how often the answer was “don't know”."""
        return int((self.said == DONT_KNOW).sum())

    @property
    def accuracy(self) -> float:
        """Return the share of items that are answered rightly."""
        return float(self.right.mean())

    @cached_property
    def interval(self) -> Interval:
        """Return the 95 % interval of the accuracy."""
        return share_interval(self.right, np.ones_like(self.right), self.groups)

    @property
    def macro_f1(self) -> float:
        """Return the mean F1 of the genres that are asked or answered; “don't know” is none of them."""
        counts = self.matrix.counts
        both = (counts.sum(axis=0) + counts.sum(axis=1))[:-1]
        f1s = np.divide(2.0 * np.diagonal(counts)[:-1], both, out=np.zeros(len(both)), where=both > 0)
        return float(f1s[both > 0].mean())

    @cached_property
    def kappa(self) -> Kappa:
        """Return the agreement with the true genres beyond chance."""
        return kappa(self.y, self.said, self.groups)

    @cached_property
    def matrix(self) -> ConfusionMatrix:
        """Return the confusion matrix (k + 1, k + 1): the last genre is “don't know”, which is never true."""
        k = len(self.genres)
        said = np.where(self.said == DONT_KNOW, k, self.said)
        grouped = None if self.groups is None else GroupedTracks(self.y, said, self.groups, self.level)
        return ConfusionMatrix(confusion_counts(self.y, said, k + 1), (*self.genres, NO_ANSWER), grouped)


@dataclass(frozen=True)
class Share:
    """Items of a genre or a difficulty: how many of them, and what both sides get right, with intervals."""

    name: str
    n: int
    first: int
    second: int
    first_interval: Interval
    second_interval: Interval
    p_adjusted: float


@dataclass(frozen=True, eq=False)
class Together:
    """Two sides on the same items."""

    first: Side
    second: Side

    @cached_property
    def matched(self) -> Matched:
        """Return how the two differ: only items that exactly one gets right tell them apart (McNemar, exact)."""
        one, two = (side.right.astype(np.int64) for side in (self.first, self.second))
        return matched(one, two, self.first.groups)

    @cached_property
    def kappa(self) -> Kappa:
        """Return how far both give the same answers beyond chance, right or wrong."""
        return kappa(self.first.said, self.second.said, self.first.groups)

    @property
    def who(self) -> IntArray:
        """Return who is right on each item (n,), as a position in `WHO`."""
        return self.first.right.astype(np.int64) + 2 * self.second.right

    def by_genre(self) -> tuple[Share, ...]:
        """Return both sides on each genre that was asked; p-values are adjusted for their number (Holm)."""
        present = np.unique(self.first.y).tolist()
        return self._shares([self.first.genres[genre] for genre in present], [self.first.y == g for g in present])

    def by_band(self, values: IntArray, of: int) -> tuple[Share, ...]:
        """Return both sides on items of about equal `values` (n,), each out of `of`; unknown ones are left out."""
        split = bands(values)
        names = [f"{low} of {of}" if low == high else f"{low} to {high} of {of}" for low, high in split]
        return self._shares(names, [(values >= low) & (values <= high) for low, high in split])

    def _shares(self, names: Sequence[str], among: Sequence[Mask]) -> tuple[Share, ...]:
        groups, one, two = self.first.groups, self.first.right, self.second.right
        pairs = [self._among(mask).matched for mask in among]
        adjusted = holm(np.array([pair.p for pair in pairs])).tolist() if pairs else []
        return tuple(
            Share(
                name,
                pair.n,
                pair.both + pair.only_first,
                pair.both + pair.only_second,
                share_interval(one & mask, mask, groups),
                share_interval(two & mask, mask, groups),
                p,
            )
            for name, mask, pair, p in zip(names, among, pairs, adjusted, strict=True)
        )

    def _among(self, mask: Mask) -> "Together":
        return Together(self.first.among(mask), self.second.among(mask))


def kappa(first: IntArray, second: IntArray, groups: IntArray | None = None) -> Kappa:
    """Return the agreement of answers (n,) beyond chance; 0 where chance leaves no room for more.

    J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960): its
    standard error takes the agreement by chance for known. So does the interval here, but from Wilson's of the share of
    equal answers, which does not shrink to nothing where all or none are equal.
    """
    equal, n = np.asarray(first == second), len(first)
    labels, codes = np.unique(np.concatenate([first, second]), return_inverse=True)
    shares: FloatArray = np.stack([np.bincount(of, minlength=len(labels)) / n for of in (codes[:n], codes[n:])])
    by_chance = float((shares[0] * shares[1]).sum())
    if by_chance >= 1:
        return Kappa(0.0, Interval(-1.0, 1.0))
    ends = share_interval(equal, np.ones_like(equal), groups)
    value, low, high = ((rate - by_chance) / (1 - by_chance) for rate in (float(equal.mean()), ends.low, ends.high))
    return Kappa(value, Interval(max(-1.0, low), min(1.0, high)))


def bands(values: IntArray, most: int = MOST_BANDS) -> tuple[tuple[int, int], ...]:
    """Return ranges (lowest and highest value) that hold about equally many of the values (n,), negative ones left out.

    Equal values are in one range, so there may be fewer than `most`.
    """
    known = np.sort(values[values >= 0])
    found: list[tuple[int, int]] = []
    for part in np.array_split(known, most):
        rest = part[part > found[-1][1]] if found else part
        if len(rest):
            found.append((int(rest[0]), int(rest[-1])))
    return tuple(found)
