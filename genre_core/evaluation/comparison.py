"""Whether one run is better than another on the same tracks, and where they differ.

Both answer the same tracks, so they are compared track by track: a difference that two separate intervals would hide
can be clear, because the tracks that are hard for one are mostly hard for the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from genre_core.data.dataset import IntArray
from genre_core.evaluation.holm import holm
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.matrix_difference import MatrixDifference, matrix_difference
from genre_core.evaluation.needed import Needed, tracks_in_range
from genre_core.evaluation.paired import LEVEL, Matched, detectable_difference, matched, paired_macro_f1, tracks_needed

Kind = Literal["first", "second", "undecided", "same"]


@dataclass(frozen=True, eq=False)
class Answers:
    """Predictions of one run for the tracks of one part: `y_pred` (n,) beside `y_true` (n,), in the order of `tracks`.

    `source` names where the tracks are from; whichever features of them were used changes nothing in it.
    """

    name: str
    source: str
    genres: tuple[str, ...]
    tracks: tuple[str, ...]
    y_true: IntArray
    y_pred: IntArray
    groups: IntArray | None = None

    @property
    def right(self) -> IntArray:
        """Return whether it is right on each track, 0 or 1, shape (n,)."""
        return (self.y_true == self.y_pred).astype(np.int64)


@dataclass(frozen=True)
class GenreDifference:
    """How two runs fare on the tracks of one genre; `p_adjusted` is Holm's over the genres. None without a track."""

    genre: str
    matched: Matched | None
    p_adjusted: float | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Difference between the first run and the second, as `compare` says.

    `p_adjusted` is Holm's over the `n_compared` runs that the first is compared with. `macro_f1` and its interval are
    the first's less the second's; None for the interval where the same answers were given on every track. A difference
    of accuracy below `detectable` would be found in less than four of five such comparisons; `needed` is how many
    tracks it takes to find one as large as what is seen, None where none is seen; `needed_range` how many it takes to
    find the true one.
    """

    first: str
    second: str
    genres: tuple[str, ...]
    matched: Matched
    p_adjusted: float
    n_compared: int
    n_moved: int
    macro_f1: float
    macro_f1_interval: Interval | None
    per_genre: tuple[GenreDifference, ...]
    matrix: MatrixDifference
    detectable: float
    needed: int | None
    needed_range: Needed

    @property
    def kind(self) -> Kind:
        """Return which is right more often beyond chance, or that it cannot be told, or that they answer alike."""
        if not self.n_moved:
            return "same"
        if self.p_adjusted >= LEVEL:
            return "undecided"
        return "first" if self.matched.difference > 0 else "second"


def why_incomparable(first: Answers, second: Answers) -> str | None:
    """Say why two runs cannot be compared track by track; None: they can."""
    pair = f"{first.name} and {second.name}"
    if first.source != second.source:
        return f"{pair} use different data: their scores are on different tracks."
    if first.genres != second.genres:
        ours, theirs = set(first.genres), set(second.genres)
        only = sorted(ours ^ theirs)
        which = f" ({only[0]} is a genre of only one)" if only else ""
        return f"{pair} have different genres{which}: being right does not mean the same for both."
    if first.tracks != second.tracks:
        shared = len(set(first.tracks) & set(second.tracks))
        of = f"{len(first.tracks):,}"
        return f"{pair} use different splits of the same data: of {of} tracks they share {shared:,}."
    if not np.array_equal(first.y_true, second.y_true):
        return f"{pair} have different labels for the same tracks."
    return None


def compare(first: Answers, second: Answers, n_compared: int = 1) -> Comparison:
    """Compare two runs on the same tracks; with groups, those are what is tested and drawn anew.

    `n_compared` is with how many runs the first is compared: what is detectable is meant with Holm's adjustment for
    them, `p_adjusted` comes from `compare_all`.
    Raises ValueError where the runs cannot be compared: ask `why_incomparable`.
    """
    if why := why_incomparable(first, second):
        raise ValueError(why)
    groups, k = first.groups, len(first.genres)
    found = matched(first.right, second.right, groups)
    apart, interval = paired_macro_f1(first.y_true, first.y_pred, second.y_pred, groups)
    level = LEVEL / n_compared
    needed = tracks_needed(found.difference, found.discordance, level)
    return Comparison(
        first=first.name,
        second=second.name,
        genres=first.genres,
        matched=found,
        p_adjusted=found.p,
        n_compared=n_compared,
        n_moved=int(np.count_nonzero(first.y_pred != second.y_pred)),
        macro_f1=apart,
        macro_f1_interval=interval,
        per_genre=_per_genre(first, second),
        matrix=matrix_difference(first.y_true, first.y_pred, second.y_pred, k, groups),
        detectable=detectable_difference(found.effective, found.discordance, level),
        needed=None if needed is None else round(needed * found.n / found.effective),
        needed_range=tracks_in_range(found, level),
    )


def compare_all(first: Answers, others: Sequence[Answers]) -> tuple[Comparison, ...]:
    """Compare the first run with each of the others, p-values adjusted for how many there are."""
    found = [compare(first, other, len(others)) for other in others]
    adjusted = holm(np.array([one.matched.p for one in found])).tolist() if found else []
    return tuple(replace(one, p_adjusted=p) for one, p in zip(found, adjusted, strict=True))


def _per_genre(first: Answers, second: Answers) -> tuple[GenreDifference, ...]:
    one, two, groups = first.right, second.right, first.groups
    found: list[Matched | None] = []
    for genre in range(len(first.genres)):
        of = first.y_true == genre
        found.append(matched(one[of], two[of], None if groups is None else groups[of]) if of.any() else None)
    there = [number for number, one_genre in enumerate(found) if one_genre is not None]
    ps = [one_genre.p for one_genre in found if one_genre is not None]
    adjusted = dict(zip(there, holm(np.array(ps)).tolist(), strict=True))
    return tuple(GenreDifference(name, found[number], adjusted.get(number)) for number, name in enumerate(first.genres))
