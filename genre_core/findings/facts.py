"""Input of the rules: a complete run judged on one part, and what is known of how it was trained and split."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray, Part
from genre_core.diagnosis.rules import Diagnosis
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.report import Evaluation
from genre_core.findings.finding import Cells, Evidence, Section
from genre_core.findings.rates import Chosen


@dataclass(frozen=True)
class Score:
    """An accuracy with its interval, on `n` tracks."""

    accuracy: float
    interval: Interval
    n: int


@dataclass(frozen=True, eq=False)
class Facts:
    """A complete run judged on one part: tracks' genres y_true (n,), logits (n, n_genres), groups (n,) or None.

    `best` (n,) is what the best possible classifier answers, where it is known, and `knows_more` says that a leaky
    split lets the run know what `best` does not. `ordered` says that neighbors in the order of the genres may be
    alike. `true_genres` (n,) are there where `y_true` are labels that are wrong now and then. `validation` is
    the accuracy on validation, where another part is looked at. `straddlers` counts by level what a leaky split tears
    apart, where that is known. `diagnosis` says how it was trained.
    """

    part: Part
    evaluation: Evaluation
    y_true: IntArray
    logits: npt.NDArray[np.floating]
    groups: IntArray | None = None
    best: IntArray | None = None
    knows_more: bool = False
    ordered: bool = False
    leaky: bool = False
    straddlers: Mapping[str, int] = field(default_factory=dict)
    true_genres: IntArray | None = None
    validation: Score | None = None
    diagnosis: Diagnosis | None = None
    clean: bool = False

    @cached_property
    def y_pred(self) -> IntArray:
        """Return the answers of the run (n,)."""
        return np.asarray(self.logits.argmax(axis=1))

    @cached_property
    def y_prob(self) -> FloatArray:
        """Return the probabilities that the run gives, shape (n, n_genres)."""
        return softmax(self.logits)

    @cached_property
    def right(self) -> Chosen:
        """Return which answers are right (n,)."""
        return np.asarray(self.y_pred == self.y_true)

    @property
    def counts(self) -> IntArray:
        """Return the confusion counts (k, k)."""
        return self.evaluation.confusion_matrix.counts

    def matrix(self, *cells: Cells) -> Evidence:
        """Return the confusion matrix as evidence, or some of its cells."""
        return Evidence("evaluate", self.part, "matrix", cells, clean=self.clean)

    def page_of(self, genre: int, section: Section = "") -> Evidence:
        """Return the page of a genre as evidence."""
        return Evidence("genres", self.part, section, genre=genre, clean=self.clean)
