"""The tracks behind cells of the confusion matrix: pure functions from an outcome to columns and rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dashboard.services.outcomes import Outcome
from dashboard.shell.cells import Selection
from genre_core.data.dataset import Dataset, FloatArray, IntArray
from genre_core.evaluation.merging import Merges, mapping_of, members_of
from genre_core.evaluation.metrics import softmax

Chosen = npt.NDArray[np.bool_]
"""Which of an outcome's tracks (n,)."""


@dataclass(frozen=True, eq=False)
class ListedTracks:
    """Tracks as their list shows them, by column; every array is (n,), and `genres` names the class numbers.

    `rows` are numbers in the data set, counted from 0. `confidence` is the probability of the predicted genre, `margin`
    that less the probability of the second choice, `loss` −ln of the probability of the true genre, in nats.
    `group_names` are what groups are called by their number, `titles` what all rows of the data are called.
    """

    genres: tuple[str, ...]
    rows: IntArray
    names: tuple[str, ...]
    true: IntArray
    predicted: IntArray
    second: IntArray
    confidence: FloatArray
    margin: FloatArray
    loss: FloatArray
    groups: IntArray | None
    group_names: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def one_true(self) -> bool:
        """Say whether all are truly of one genre, so that it needs no column."""
        return len(np.unique(self.true)) < 2

    @cached_property
    def one_predicted(self) -> bool:
        """Say whether all are taken for one genre, so that it needs no column."""
        return len(np.unique(self.predicted)) < 2

    @property
    def called(self) -> list[str]:
        """Return what the group of each track is called: its own name, or its number from 1."""
        groups = [] if self.groups is None else self.groups.tolist()
        return [self.group_names[n] if n < len(self.group_names) else str(n + 1) for n in groups]

    @property
    def titled(self) -> list[str]:
        """Return the title of each track, nothing where none has another one than its name."""
        found = [self.titles[row] for row in self.rows.tolist()] if self.titles else []
        return found if any(title and title != name for title, name in zip(found, self.names, strict=False)) else []

    def position(self, row: int) -> int | None:
        """Return where a row of the data stands in the list, counted from 0; None: it does not."""
        found = np.flatnonzero(self.rows == row)
        return int(found[0]) if found.size else None

    def where(self, kept: npt.NDArray[np.bool_] | IntArray) -> "ListedTracks":
        """Return the tracks of a mask (n,), or at positions, in that order."""
        at = np.flatnonzero(kept) if kept.dtype == np.bool_ else kept
        arrays = ("rows", "true", "predicted", "second", "confidence", "margin", "loss")
        names = tuple(self.names[position] for position in at.tolist())
        groups = None if self.groups is None else self.groups[at]
        return replace(self, names=names, groups=groups, **{name: getattr(self, name)[at] for name in arrays})


@dataclass(frozen=True)
class Choice:
    """One genre with the probability that the model gives it for one track."""

    genre: str
    probability: float
    role: str


def in_cells(outcome: Outcome, selection: Selection, merges: Merges = ()) -> Chosen:
    """Return which tracks the chosen cells count, where some genres count as one."""
    members = members_of(len(outcome.genres), merges)
    mapping = mapping_of(members)
    return np.asarray(selection.mask(members)[mapping[outcome.y_true], mapping[outcome.logits.argmax(axis=1)]])


def tracks_in(outcome: Outcome, data: Dataset, chosen: Chosen) -> ListedTracks:
    """Return the chosen tracks of an outcome, the surest first, with the names that the data give them."""
    level = data.coarsest[0] if data.coarsest else ""
    found = tracks_of(outcome, data.names(outcome.unit), chosen)
    return replace(found, group_names=data.group_names.get(level, ()), titles=data.titles)


def tracks_of(outcome: Outcome, names: Sequence[str], chosen: Chosen) -> ListedTracks:
    """Return the chosen tracks of an outcome, the surest first; `names` are those of all tracks of the data."""
    at = np.flatnonzero(chosen)
    logits = outcome.logits[at].astype(np.float64)
    y_prob, inside = softmax(logits), np.arange(len(at))
    predicted, true = logits.argmax(axis=1), outcome.y_true[at].astype(np.int64)
    confidence = y_prob[inside, predicted]
    others = logits.copy()
    others[inside, predicted] = -np.inf
    second = others.argmax(axis=1)
    highest = logits.max(axis=1)
    log_sum = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1))
    rows = outcome.rows[at]
    found = ListedTracks(
        outcome.genres,
        rows,
        tuple(names[row] for row in rows.tolist()),
        true,
        predicted,
        second,
        confidence,
        confidence - y_prob[inside, second],
        log_sum - logits[inside, true],
        None if outcome.groups is None else outcome.groups[at],
    )
    return found.where(np.lexsort((rows, -confidence)))


def choices(outcome: Outcome, row: int) -> list[Choice]:
    """Return all genres with their probability for the track of that row of the data, the likeliest first."""
    at = int(np.flatnonzero(outcome.rows == row)[0])
    return choices_of(outcome.logits[at], int(outcome.y_true[at]), outcome.genres)


def choices_of(logits: npt.NDArray[np.floating], true: int, genres: Sequence[str]) -> list[Choice]:
    """Return all genres with their probability by logits (n_genres,), the likeliest first."""
    y_prob = softmax(logits[None])[0]
    predicted = int(logits.argmax())
    order = np.argsort(-y_prob, kind="stable")
    return [Choice(genres[g], float(y_prob[g]), _role(int(g), true, predicted)) for g in order]


def _role(genre: int, true: int, predicted: int) -> str:
    roles = [role for role, which in (("predicted", predicted), ("true", true)) if genre == which]
    return ", ".join(roles)
