"""The tracks of one genre from typical to least typical, by the probability that the model gives to the genre."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.services.outcomes import Outcome
from genre_core.evaluation.metrics import softmax


@dataclass(frozen=True)
class GenreTrack:
    """One track of a genre: its row in the data, the probability of its genre, and what it was taken for.

    `rival` is the likeliest genre but its own.
    """

    row: int
    name: str
    probability: float
    taken_for: str
    rival: str
    rival_probability: float

    @property
    def recognised(self) -> bool:
        """Say whether it was taken for what it is."""
        return self.taken_for != self.rival


def tracks_of_genre(outcome: Outcome, names: Sequence[str], genre: int) -> list[GenreTrack]:
    """Return the tracks of a genre, the most typical first; `names` are those of all tracks of the data."""
    own = np.flatnonzero(outcome.y_true == genre)
    if not own.size:
        return []
    y_prob = softmax(outcome.logits[own])
    others = y_prob.copy()
    others[:, genre] = -1.0
    rivals, taken = others.argmax(axis=1), y_prob.argmax(axis=1)
    found = [
        GenreTrack(
            int(outcome.rows[position]),
            names[outcome.rows[position]],
            float(y_prob[at, genre]),
            outcome.genres[taken[at]],
            outcome.genres[rivals[at]],
            float(y_prob[at, rivals[at]]),
        )
        for at, position in enumerate(own)
    ]
    return sorted(found, key=lambda track: (-track.probability, track.row))
