"""The questions of an ear test, and how far a person has come with it: frozen records, as they are stored."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from genre_core.data.dataset import IntArray, Part

DONT_KNOW = -1
"""The answer “don't know”: not right, but not a genre either."""
UNHEARD = -2
"""Stands for an answer where a clip could not be heard: it counts for nobody."""

Kind = Literal["sound", "picture"]
Hard = Literal["any", "easier", "harder"]
"""Which pieces of generated music are asked about: all, or the half of each genre's that borrows least or most."""


class Item(NamedTuple):
    """One question: a row of the data by the name of its track, its true genre, and what it belongs to (`group`).

    Of a sound there are its `clip`, and the window's `start` and `length` in milliseconds. `borrowed` traits of a
    generated piece are a neighbor's; -1 where that is not known.
    """

    row: int
    track: str
    genre: int
    group: int = -1
    clip: str = ""
    start: int = 0
    length: int = 0
    borrowed: int = -1


@dataclass(frozen=True)
class EarTest:
    """Questions of an ear test in their order, the first `n_practice` of which do not count.

    They come from the `part` of a run's data, whose `source` is named as in `store.test_sets`. `level` is what groups
    are, such as `artist`; empty where each track stands alone.
    """

    run: str
    part: Part
    source: str
    seed: int
    kind: Kind
    genres: tuple[str, ...]
    items: tuple[Item, ...]
    n_practice: int = 0
    level: str = ""
    hard: Hard = "any"

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "EarTest":
        """Return what `to_json` wrote."""
        values = json.loads(text)
        values["genres"] = tuple(values["genres"])
        values["items"] = tuple(Item(*item) for item in values["items"])
        return cls(**values)

    @property
    def n_scored(self) -> int:
        """Return how many questions count."""
        return len(self.items) - self.n_practice

    @property
    def noun(self) -> str:
        """Return what one question is about."""
        return "clip" if self.kind == "sound" else "track"


class Answer(NamedTuple):
    """The answer to an item, None as long as nothing was, and how often its sound was played."""

    said: int | None = None
    plays: int = 0

    @property
    def counts(self) -> bool:
        """Say whether something was said to what was heard."""
        return self.said is not None and self.said != UNHEARD


@dataclass(frozen=True)
class Sitting:
    """An ear test as one person takes it: `answers` stand beside the items. `session` names a class, if any."""

    id: str
    test: EarTest
    answers: tuple[Answer, ...]
    created_at: float
    finished_at: float | None = None
    person: str = ""
    session: str = ""

    @property
    def at(self) -> int | None:
        """Return the number of the item that is asked now, counted from 0; None at the end."""
        if self.finished_at is not None:
            return None
        return next((number for number, answer in enumerate(self.answers) if answer.said is None), None)

    @cached_property
    def scored(self) -> tuple[int, ...]:
        """Return the numbers of the items that count and were answered."""
        numbers = range(self.test.n_practice, len(self.test.items))
        return tuple(number for number in numbers if self.answers[number].counts)

    @property
    def n_unheard(self) -> int:
        """Return how many items could not be heard."""
        return sum(answer.said == UNHEARD for answer in self.answers[self.test.n_practice :])

    @property
    def replays(self) -> int:
        """Return how often a clip that counts was played again after the first time."""
        return sum(max(0, self.answers[number].plays - 1) for number in self.scored)

    def y(self, numbers: Sequence[int]) -> IntArray:
        """Return the true genres of items (n,)."""
        return np.array([self.test.items[number].genre for number in numbers], dtype=np.int64)

    def said(self, numbers: Sequence[int]) -> IntArray:
        """Return what was said to items (n,), each of which was answered: a genre or `DONT_KNOW`."""
        return np.array([self.answers[number].said for number in numbers], dtype=np.int64)

    def groups(self, numbers: Sequence[int]) -> IntArray | None:
        """Return what items belong to (n,); None where each stands alone."""
        found = np.array([self.test.items[number].group for number in numbers], dtype=np.int64)
        return found if self.test.level and len(np.unique(found)) < len(found) else None
