"""Runs beside each other on the same tracks: what tells the first from each of the others, kept for the next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.figures.matrix import MatrixView
from dashboard.services.datasets import dataset
from dashboard.services.matrix_views import arranged, difference_view
from dashboard.services.outcomes import Outcome, outcome
from dashboard.services.workers import store
from dashboard.text.run_names import told_apart
from genre_core.data.dataset import Dataset, Part
from genre_core.errors import GenreLabError
from genre_core.evaluation.comparison import Answers, Comparison, compare_all, why_incomparable
from genre_core.evaluation.confusion import Normalization
from genre_core.evaluation.merging import members_of
from genre_core.evaluation.ordering import Order, genre_order
from genre_core.store.run_result import JUDGE, Judge
from genre_core.store.schema import Run

LETTERS = "ABCDEF"


@dataclass(frozen=True, eq=False)
class Side:
    """One of the runs that are compared: its name, which no other of them has, and what it says of the tracks.

    Where its name is too long, its letter stands for it: A for the run looked at.
    """

    run: Run
    name: str
    outcome: Outcome
    letter: str = "A"

    @property
    def title(self) -> str:
        """Return its letter and its name: `B · overlapping`."""
        return f"{self.letter} · {self.name}"


@dataclass(frozen=True, eq=False)
class Compared:
    """The run looked at, those that can be compared with it, and what tells it from each of them.

    `left_out` says of each other run, by its id, why it cannot be compared. `data` are those of the run looked at.
    """

    first: Side
    others: tuple[Side, ...]
    comparisons: tuple[Comparison, ...]
    data: Dataset
    left_out: dict[str, str]

    def lettered(self, number: int) -> Comparison:
        """Return what tells the first from one of the others, with letters for their names."""
        found = self.comparisons[number]
        return replace(found, first=self.first.letter, second=self.others[number].letter)

    def against(self, run_id: str | None) -> int:
        """Return the number of the run of that name among the others, 0 where it is none of them."""
        return next((number for number, side in enumerate(self.others) if side.run.id == run_id), 0)


def names_of(runs: Sequence[Run]) -> list[str]:
    """Return what tells runs from each other: `learning rate 0.001` and `learning rate 0.05`, or their own names."""
    return told_apart(runs, store().table_names())


def compared(runs: Sequence[Run], part: Part, *, judge: Judge = JUDGE) -> Compared | None:
    """Compare the first of some complete runs with each of the others; None where its own tracks are gone."""
    key = tuple((run.id, run.attempt, run.opened, name) for run, name in zip(runs, names_of(runs), strict=True))
    return _compared(key, part, judge)


def why_not(of: Run, part: Part, *, judge: Judge = JUDGE) -> str:
    """Say why a run cannot be compared with any other."""
    try:
        found = outcome(of, part, judge=judge)
    except GenreLabError as error:
        return f"{of.name} cannot be compared. {error}"
    return "" if found else f"{of.name} has no predictions in the store: train it again to compare it."


@st.cache_resource(show_spinner=False, max_entries=32)
def _compared(key: tuple[tuple[str, int, bool, str], ...], part: Part, judge: Judge) -> Compared | None:
    sides, left_out = list[tuple[Side, Answers]](), dict[str, str]()
    for run_id, _, _, name in key:
        run = store().run(run_id)
        try:
            side = _side(run, name, part, judge)
        except GenreLabError as error:  # its table was deleted, or it was made by another version
            left_out[run_id] = f"{run.name} cannot be compared. {error}"
            continue
        if side is None:
            left_out[run_id] = f"{run.name} has no predictions in the store: train it again to compare it."
        elif sides and (why := why_incomparable(sides[0][1], side[1])):
            left_out[run_id] = why
        else:
            sides.append(side)
    if not sides or key[0][0] in left_out:
        return None
    found = compare_all(sides[0][1], [answers for _, answers in sides[1:]])
    data = dataset(sides[0][0].run.config.data)
    first, *others = (replace(side, letter=letter) for letter, (side, _) in zip(LETTERS, sides, strict=False))
    return Compared(first, tuple(others), found, data, left_out)


def _side(run: Run, name: str, part: Part, judge: Judge) -> tuple[Side, Answers] | None:
    found = outcome(run, part, judge=judge)
    if found is None:
        return None
    tracks = dataset(run.config.data).tracks
    answers = Answers(
        run.name,
        run.config.data.identity,
        found.genres,
        tuple(tracks[row] for row in found.rows.tolist()),
        found.y_true,
        found.logits.argmax(axis=1),
        found.groups,
    )
    return Side(run, name, found), answers


def moved(of: Compared, number: int) -> npt.NDArray[np.bool_]:
    """Return on which tracks (n,) the run looked at and another one give different answers."""
    one, two = (side.outcome.logits.argmax(axis=1) for side in (of.first, of.others[number]))
    return np.asarray(one != two)


def compared_view(of: Compared, number: int, by: Normalization, order: Order, nouns: str) -> MatrixView:
    """Return the confusion counts of the run looked at less those of another one, as they are drawn."""
    first, other = of.first, of.others[number]
    matrix = first.outcome.evaluation.confusion_matrix
    best = other.outcome.evaluation.confusion_matrix
    view = difference_view(matrix, best, of.comparisons[number].matrix, by, nouns=nouns)
    named = replace(view, versus=(first.letter, other.letter))
    return arranged(named, genre_order(matrix, order), members_of(len(matrix.genres), ()))
