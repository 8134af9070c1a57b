"""The ear tests of a class pooled: all answers of all its tests, and what most of those who heard an item said."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from genre_core.ear.agreement import Side
from genre_core.ear.sitting import DONT_KNOW, Item, Sitting

FEWEST_VOTES = 2
"""Answers that an item needs for a majority."""
Heard = tuple[str, int]
"""The key of an item among tests: the source of the data, and its row."""


def pooled(sittings: Sequence[Sitting]) -> Side | None:
    """Return all answers that count of the tests on the same genres as most; None where there is none.

    Several people hear the same item, so an item is a group: intervals hold for other items, and other people.
    """
    same = _alike(sittings)
    answers = [(heard, item, said) for sitting in same for heard, item, said in _answers(sitting)]
    if not answers:
        return None
    numbers = {heard: number for number, heard in enumerate(dict.fromkeys(heard for heard, _, _ in answers))}
    groups = np.array([numbers[heard] for heard, _, _ in answers])
    y, said = (np.array(values) for values in zip(*((item.genre, said) for _, item, said in answers), strict=True))
    return Side("the class", same[0].test.genres, y, said, groups, "item")


def majority(sittings: Sequence[Sitting]) -> Side | None:
    """Return what most said of each item that several answered, “don't know” where two genres have as many votes."""
    same = _alike(sittings)
    votes, items = defaultdict[Heard, list[int]](list), dict[Heard, Item]()
    for sitting in same:
        for heard, item, said in _answers(sitting):
            votes[heard].append(said)
            items[heard] = item
    several = [heard for heard, said in votes.items() if len(said) >= FEWEST_VOTES]
    if not several:
        return None
    y = np.array([items[heard].genre for heard in several])
    return Side("the majority", same[0].test.genres, y, np.array([_elected(votes[heard]) for heard in several]))


def _alike(sittings: Sequence[Sitting]) -> list[Sitting]:
    """Return the tests whose genres are those of most."""
    genres = Counter(sitting.test.genres for sitting in sittings if sitting.scored)
    return [sitting for sitting in sittings if genres and sitting.test.genres == genres.most_common(1)[0][0]]


def _answers(sitting: Sitting) -> list[tuple[Heard, Item, int]]:
    items = sitting.test.items
    said = sitting.said(sitting.scored).tolist()
    return [
        ((sitting.test.source, items[number].row), items[number], answer)
        for number, answer in zip(sitting.scored, said, strict=True)
    ]


def _elected(votes: Sequence[int]) -> int:
    """Return the genre with the most votes, `DONT_KNOW` where none has more than all others."""
    genres = Counter(vote for vote in votes if vote != DONT_KNOW).most_common(2)
    if not genres or (len(genres) == 2 and genres[0][1] == genres[1][1]):
        return DONT_KNOW
    return genres[0][0]
