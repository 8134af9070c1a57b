"""Scores that know a tree of genres: a confusion within a branch costs less than one across branches.

Hierarchical precision and recall count, of the predicted genre with all genres above it, how many are the true one or
above it, and the other way around: S. Kiritchenko, S. Matwin & A. F. Famili, "Functional annotation of genes using
hierarchical text categorization", BioLINK SIG (2005); recommended by C. N. Silla & A. A. Freitas, "A survey of
hierarchical classification across different application domains", Data Mining and Knowledge Discovery 22 (2011).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import ConfigError
from genre_core.evaluation.count_statistics import Counts
from genre_core.evaluation.intervals import Interval, Measured, accuracy_interval, share_interval
from genre_core.evaluation.merging import Merges, members_of
from genre_core.evaluation.resampled_matrices import resampled_matrices
from genre_core.text import NO_INTERVAL, count, percent, told


@dataclass(frozen=True)
class Tree:
    """A tree of genres: of each genre, by its number, the names from its top genre down to itself.

    Raises ConfigError where a genre has no path, or two have the same.
    """

    paths: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if not all(self.paths) or len(set(self.paths)) < len(self.paths):
            raise ConfigError("A tree needs one path for each genre, from its top genre down to itself.")

    @classmethod
    def of_merges(cls, genres: tuple[str, ...], merges: Merges) -> "Tree":
        """Return the tree in which each merge of genres, counted from 0, is a branch; the others are top genres.

        Raises ConfigError where the merges do not fit the genres.
        """
        paths: list[tuple[str, ...]] = [(genre,) for genre in genres]
        for members in members_of(len(genres), merges):
            if len(members) > 1:
                branch = " + ".join(genres[genre] for genre in members)
                for genre in members:
                    paths[genre] = (branch, genres[genre])
        return cls(tuple(paths))

    @cached_property
    def tops(self) -> IntArray:
        """Return the number of each genre's top genre, shape (k,)."""
        names = list(dict.fromkeys(path[0] for path in self.paths))
        return np.array([names.index(path[0]) for path in self.paths], dtype=np.int64)

    @cached_property
    def depths(self) -> IntArray:
        """Return how many genres lie on each genre's path, itself included, shape (k,)."""
        return np.array([len(path) for path in self.paths], dtype=np.int64)

    @cached_property
    def common(self) -> IntArray:
        """Return how many genres the paths of two genres share, shape (k, k)."""
        return np.array([[_shared(a, b) for b in self.paths] for a in self.paths], dtype=np.int64)

    @cached_property
    def distances(self) -> IntArray:
        """Return the number of steps between two genres, up to where their paths meet and down again, shape (k, k)."""
        return self.depths[:, None] + self.depths - 2 * self.common


def branches_of(genres: tuple[str, ...], text: str) -> tuple[tuple[str, ...], ...]:
    """Read branches such as `Rock, Punk; Jazz, Blues`, each of which holds some genres, into paths.

    Raises ConfigError where a name is no genre, or the branches do not fit the genres.
    """
    number = {genre.lower(): at for at, genre in enumerate(genres)}
    merges = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        names = [name.strip() for name in part.split(",")]
        if unknown := [name for name in names if name.lower() not in number]:
            raise ConfigError(f"There is no genre {unknown[0]}: write branches as “{genres[0]}, {genres[1]}; …”.")
        merges.append(tuple(number[name.lower()] for name in names))
    return Tree.of_merges(genres, tuple(merges)).paths


@dataclass(frozen=True)
class HierarchicalScores:
    """Scores of answers in a tree of genres; those of errors are None where every answer is right.

    `distance` is the mean number of steps in the tree between the true genre and a wrong answer; `within` is the share
    of wrong answers that have the right top genre, and `by_chance` what it would be if each went to any other genre.
    """

    precision: Measured
    recall: Measured
    f1: Measured
    top_accuracy: Measured
    distance: Measured | None
    within: Measured | None
    n_errors: int
    n_within: int
    by_chance: float

    def sentence(self, too_few: str = "") -> str:
        """Say how many errors stay within a branch, and how often the branch is right; `too_few` as in `percent`."""
        branch = percent(self.top_accuracy.value, self.top_accuracy.interval, too_few)
        if self.within is None:
            return "There is no error, within a branch or across."
        share = percent(self.within.value, self.within.interval, too_few)
        return (
            f"Of {count(self.n_errors, 'error')}, {self.n_within:,} stay{'s' * (self.n_within == 1)} within a branch: "
            f"{share}; errors spread evenly would give {percent(self.by_chance)}. Counting branches only, accuracy is "
            f"{branch}."
        )

    def rows(self, too_few: str = "") -> list[tuple[str, str]]:
        """Return each score's term in the glossary, and how it is written."""
        found = [
            (term, percent(rate.value, rate.interval, too_few))
            for term, rate in (
                ("branch accuracy", self.top_accuracy),
                ("hierarchical precision", self.precision),
                ("hierarchical recall", self.recall),
                ("hierarchical F1", self.f1),
            )
        ]
        if self.within is not None and self.distance is not None:
            found.append(("errors within a branch", percent(self.within.value, self.within.interval, too_few)))
            far, limits = self.distance.value, self.distance.interval
            between = f"{limits.low:.2f} to {limits.high:.2f}" if told(self.within.interval) else too_few or NO_INTERVAL
            found.append(("steps per error", f"{far:.2f} ({between})"))
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain numbers, an interval as [low, high]."""
        plain: dict[str, Any] = {
            "n_errors": self.n_errors,
            "n_within": self.n_within,
            "within_by_chance": self.by_chance,
        }
        for name, found in vars(self).items():
            if isinstance(found, Measured):
                plain |= {name: found.value, f"{name}_interval": [found.interval.low, found.interval.high]}
        return plain


def hierarchical_scores(
    y_true: IntArray, y_pred: IntArray, tree: Tree, groups: IntArray | None = None
) -> HierarchicalScores:
    """Return the scores of answers y_pred (n,) for class numbers y_true (n,); with groups (n,) these are sampled."""
    k = len(tree.paths)
    again = resampled_matrices(y_true, y_pred, k, groups)
    counts = again.counts

    def measured(statistic: Callable[[Counts], FloatArray], lowest: float = 0.0, highest: float = 1.0) -> Measured:
        return Measured(float(statistic(counts)), again.interval(statistic, lowest, highest))

    top_true, top_pred = tree.tops[y_true], tree.tops[y_pred]
    wrong, same = y_true != y_pred, top_true == top_pred
    n_errors, n_within = int(wrong.sum()), int((wrong & same).sum())
    beside = np.bincount(tree.tops)[tree.tops] - 1
    distance = within = None
    if n_errors:
        apart = tree.distances[~np.eye(k, dtype=np.bool_)]
        lowest, highest = float(apart.min()), float(apart.max())
        only = Interval(lowest, highest)
        far = float((counts * tree.distances).sum() / n_errors)
        distance = Measured(far, only) if lowest == highest else measured(_distance(tree), lowest, highest)
        within = Measured(n_within / n_errors, share_interval(same, wrong, groups))
    return HierarchicalScores(
        measured(lambda of: _overlap(of, tree) / _total(of, tree.depths, -2)),
        measured(lambda of: _overlap(of, tree) / _total(of, tree.depths, -1)),
        measured(lambda of: 2 * _overlap(of, tree) / (_total(of, tree.depths, -2) + _total(of, tree.depths, -1))),
        Measured(float(same.mean()), accuracy_interval(top_true, top_pred, groups)),
        distance,
        within,
        n_errors,
        n_within,
        float(beside[y_true[wrong]].mean()) / (k - 1) if n_errors else 0.0,
    )


def _shared(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    return next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _overlap(counts: Counts, tree: Tree) -> FloatArray:
    """Return how many genres the true and the predicted paths share, summed over tracks."""
    return (counts * tree.common).sum(axis=(-2, -1))


def _total(counts: Counts, depths: IntArray, axis: int) -> FloatArray:
    """Return the lengths of paths summed over tracks: of predicted genres (axis -2) or of true ones (axis -1)."""
    return counts.sum(axis=axis) @ depths


def _distance(tree: Tree) -> Callable[[Counts], FloatArray]:
    def mean(counts: Counts) -> FloatArray:
        wrong = counts.sum(axis=(-2, -1)) - np.trace(counts, axis1=-2, axis2=-1)
        return (counts * tree.distances).sum(axis=(-2, -1)) / np.maximum(wrong, np.finfo(np.float64).tiny)

    return mean
