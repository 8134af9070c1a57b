"""Optimism of picking the best of many trials, each at its best epoch.

The best of n noisy scores is partly the luckiest. I. Tsamardinos, E. Greasidou and G. Borboudakis, "Bootstrapping the
out-of-sample predictions for efficient and accurate cross-validation", Machine Learning 107 (2018): choose anew on part
of the judged tracks, and score what was chosen on the others. Here the epoch of each trial is chosen anew as well, and
the tracks are dealt into three parts, whole groups to one part: two choose and the third judges, each in turn, in many
dealings. More parts would choose a little better, but what they choose and what judges it then swing together.

`python -m tests.benchmarks.picking` compares the score to expect with the true accuracy of the trial that was chosen,
of 8 to 100 trials of 40 epochs. With 60 validation tracks the score as it was chosen is 11 to 13 points too high, the
score to expect on average from 0.5 points too low to 0.6 too high; with 120 tracks, from 0.4 too low to 0.7 too high.
The interval holds the true accuracy in 94 to 98 of 100 searches. The score to expect is too low where two thirds of the
tracks choose worse than all would, and too high where the same tracks decided which trials were pruned.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.count_statistics import macro_f1_of_counts
from genre_core.evaluation.intervals import Interval, Mask, Scorer, accuracy_interval, macro_f1_scorer, mean_interval
from genre_core.evaluation.resampled_matrices import resampled_matrices
from genre_core.studies.study import Plain, Result

PARTS, DEALINGS = 3, 20

EPOCHS_LEFT_IN = (
    "This estimate does not correct for choosing each trial's best epoch, so it is still a little too optimistic."
)

Said = npt.NDArray[Any]
"""A trial's class, or its loss, of each judged track (n,); or of several epochs (n_epochs, n)."""


@dataclass(frozen=True)
class Optimism(Plain):
    """The winner's score as it was chosen, and what is left of it on tracks that did not choose, with its interval.

    `of_epochs` says whether the choice of each trial's epoch is allowed for, beside the choice among trials.
    """

    n_trials: int
    chosen: float
    corrected: float
    interval: tuple[float, float]
    of_epochs: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return its fields as JSON can hold them; an interval without an end is [low, None]."""
        low, high = self.interval
        return {**super().to_json(), "interval": [low, None if high == math.inf else high]}

    @classmethod
    def from_json(cls, document: Result) -> "Optimism":
        """Read it back."""
        low, high = document["interval"]
        return super().from_json({**document, "interval": (low, math.inf if high is None else high)})

    @property
    def size(self) -> float:
        """Return by how much having picked the best flatters; never below 0 in the direction of the objective."""
        return abs(self.chosen - self.corrected)


@dataclass(frozen=True, eq=False)
class Judged:
    """A trial as each choice sees it, the choice on all tracks first.

    Its `scores` on the tracks that choose (1 + n_parts,), and which row of `said` (some, n) its epoch then is.
    """

    scores: FloatArray
    epochs: IntArray
    said: Said


@dataclass(frozen=True, eq=False)
class Choice:
    """A choice among trials that `n` tracks judge, which come in groups (n,) if they have any.

    `scorer` scores the columns of what was said (n, columns); `interval` is that of what was said of each track (n,).
    """

    n: int
    scorer: Callable[[Said], Scorer]
    interval: Callable[[Said], Interval]
    groups: IntArray | None = None
    maximize: bool = True
    seed: int = 0

    @cached_property
    def judging(self) -> Mask:
        """Return which tracks judge each choice (n_parts, n), the parts of each dealing one after the other."""
        rng = np.random.default_rng(self.seed)
        units = np.arange(self.n) if self.groups is None else np.unique(self.groups, return_inverse=True)[1]
        n_units = int(units.max()) + 1
        parts = np.stack([rng.permutation(np.arange(n_units) % PARTS)[units] for _ in range(DEALINGS)])
        judging: Mask = (parts[:, None] == np.arange(min(PARTS, n_units))[:, None]).reshape(-1, self.n)
        return judging[:0] if n_units == 1 else judging

    def judge(self, said: Said, epochs: Said | None = None, right: Mask | None = None) -> Judged:
        """Judge a trial by what it said of each track (n,).

        With `epochs` (n_epochs, n), what it said after each, and `right` (n_epochs, n), its epoch is the first of those
        that are most often right of the tracks that choose.
        """
        choosing = np.concatenate([np.ones((1, self.n), dtype=bool), ~self.judging])
        row, every = np.zeros(len(choosing), dtype=np.int64), said[None]
        if epochs is not None and right is not None:
            hits = right.astype(np.float32) @ choosing[1:].T.astype(np.float32)
            taken, row[1:] = np.unique(hits.argmax(axis=0), return_inverse=True)
            row[1:] += 1
            every = np.concatenate([every, epochs[taken].astype(said.dtype)])
        scores = self.scorer(every.T)(choosing.astype(np.float64))[np.arange(len(row)), row]
        return Judged(scores, row, every)

    def best(self, trials: Sequence[Judged], *, of_epochs: bool = False) -> Optimism | None:
        """Return what is left of the best trial's score; None where the tracks are all of one group."""
        if not len(self.judging):
            return None
        sign = 1.0 if self.maximize else -1.0
        scores = np.stack([trial.scores for trial in trials], axis=1)
        chosen = float(scores[0, np.argmax(sign * scores[0])])
        picked = np.argmax(sign * scores[1:], axis=1)
        n_parts = len(self.judging) // DEALINGS
        answers = np.zeros((DEALINGS, self.n), dtype=trials[0].said.dtype)
        for k, (trial, judging) in enumerate(zip(picked, self.judging, strict=True)):
            one = trials[trial]
            answers[k // n_parts, judging] = one.said[one.epochs[k + 1], judging]
        found = self.scorer(answers.T)(np.ones((1, self.n)))[0]
        # An estimate above what was seen is noise of the dealings: having picked never makes a score too low.
        corrected = sign * min(sign * float(found.mean()), sign * chosen)
        around = self.interval(answers[np.argmin(np.abs(found - corrected))])
        interval = min(around.low, corrected), max(around.high, corrected)
        return Optimism(len(trials), chosen, corrected, interval, of_epochs)


def mean_scorer(values: FloatArray) -> Scorer:
    """Return the scorer of a mean over tracks: values (n, n_trials), such as right or wrong, or each track's loss."""

    def score(weights: FloatArray) -> FloatArray:
        return (weights @ values) / weights.sum(axis=1, keepdims=True)

    return score


def by_accuracy(y: IntArray, groups: IntArray | None = None) -> Choice:
    """Return the choice by accuracy on tracks of the genres y (n,)."""

    def scorer(said: Said) -> Scorer:
        return mean_scorer((said == y[:, None]).astype(np.float64))

    return Choice(len(y), scorer, lambda said: accuracy_interval(y, said, groups), groups)


def by_macro_f1(y: IntArray, groups: IntArray | None = None) -> Choice:
    """Return the choice by macro-F1 on tracks of the genres y (n,)."""

    def interval(said: Said) -> Interval:
        k = int(max(y.max(), said.max())) + 1
        return resampled_matrices(y, said.astype(np.int64), k, groups).interval(macro_f1_of_counts)

    return Choice(len(y), lambda said: macro_f1_scorer(y, said, int(y.max()) + 1), interval, groups)


def by_loss(n: int, groups: IntArray | None = None) -> Choice:
    """Return the choice by the mean loss on n tracks, the lowest."""
    return Choice(n, mean_scorer, lambda said: mean_interval(said, groups, lowest=0.0), groups, maximize=False)
