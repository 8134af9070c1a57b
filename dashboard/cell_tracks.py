"""The tracks behind one cell of the confusion matrix: pure functions from an outcome to rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.services import Outcome
from genre_core.evaluation.metrics import softmax

Cell = tuple[int, int]
"""True and predicted genre, counted from 0."""


@dataclass(frozen=True)
class ListedTrack:
    """One track as the list shows it; `row` is its number in the data set, counted from 0.

    `confidence` is the probability of the predicted genre, `margin` that less the probability of the second choice.
    """

    row: int
    name: str
    group: str | None
    confidence: float
    second: str
    margin: float


@dataclass(frozen=True)
class Choice:
    """One genre with the probability that the model gives it for one track."""

    genre: str
    probability: float
    role: str


def tracks_of(outcome: Outcome, names: Sequence[str], cell: Cell) -> list[ListedTrack]:
    """Return exactly the tracks that a cell counts, the surest first; `names` are those of all tracks of the data."""
    true, predicted = cell
    chosen = np.flatnonzero((outcome.y_true == true) & (outcome.logits.argmax(axis=1) == predicted))
    if not chosen.size:
        return []
    y_prob = softmax(outcome.logits[chosen])
    others = y_prob.copy()
    others[:, predicted] = -1.0
    second = others.argmax(axis=1)
    groups = None if outcome.groups is None else outcome.groups[chosen]
    found = [
        ListedTrack(
            int(outcome.rows[position]),
            names[outcome.rows[position]],
            None if groups is None else str(groups[at] + 1),
            float(y_prob[at, predicted]),
            outcome.genres[second[at]],
            float(y_prob[at, predicted] - y_prob[at, second[at]]),
        )
        for at, position in enumerate(chosen)
    ]
    return sorted(found, key=lambda track: (-track.confidence, track.row))


def choices(outcome: Outcome, row: int) -> list[Choice]:
    """Return all genres with their probability for the track of that row of the data, the likeliest first."""
    at = int(np.flatnonzero(outcome.rows == row)[0])
    y_prob = softmax(outcome.logits[at : at + 1])[0]
    true, predicted = int(outcome.y_true[at]), int(outcome.logits[at].argmax())
    order = np.argsort(-y_prob, kind="stable")
    return [Choice(outcome.genres[g], float(y_prob[g]), _role(int(g), true, predicted)) for g in order]


def _role(genre: int, true: int, predicted: int) -> str:
    roles = [role for role, which in (("predicted", predicted), ("true", true)) if genre == which]
    return ", ".join(roles)
