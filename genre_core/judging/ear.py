"""Ear tests of stored runs: which rows are asked about, and what a run answers to the very same ones.

Rows come from the validation part, or from a test part that was opened, and from no track that training holds a row of.
A run's answers are read anew each time, through the gate, so a closed test part stays closed.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from genre_core.data.dataset import PARTS, Dataset, IntArray, Part
from genre_core.data.music.piece import Piece
from genre_core.data.music.recipe import TRAITS
from genre_core.ear.agreement import Side
from genre_core.ear.drawing import as_hard, draw
from genre_core.ear.sitting import EarTest, Hard, Item, Sitting
from genre_core.errors import DataError
from genre_core.evaluation.intervals import Mask
from genre_core.store.gate import need_open, predictions_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.store.test_sets import source_of
from genre_core.text import count
from genre_core.training.predictions import Predictions

SIZES = (12, 24, 48)
FEWEST = 6
N_PRACTICE = 3
N_TRAITS = len(TRAITS)


def draw_test(store: RunStore, run: Run, data: Dataset, part: Part, n: int, seed: int, hard: Hard = "any") -> EarTest:
    """Draw an ear test of `n` items from a part of a complete run's data: as many of each genre, of a track one.

    Generated music may be asked about by how `hard` it is.
    Raises RunStateError where it is the test part, and nobody has opened it, and DataError where the part has too few
    tracks, or the run's answers are not stored.
    """
    need_open(run, part)
    if not data.heard and not data.features:
        raise DataError(f"These data hold {data.inputs.noun}: there is nothing to hear, and no features to draw.")
    every = _answers(store, run, data)
    y, rows = _true(data), _candidates(every, data, part)
    borrowed = _borrowed(store, [data.heard[row].clip for row in rows.tolist()] if data.heard else [])
    if hard != "any":
        rows = rows[as_hard(y[rows], np.array([borrowed.get(data.heard[row].clip, -1) for row in rows]), hard)]
    tracks = data.groups["track"][rows] if data.in_segments else rows
    drawn = draw(y[rows], tracks, len(data.genres), n, N_PRACTICE, seed)
    if len(drawn.scored) < FEWEST:
        noun = "clip" if data.heard else "track"
        there = count(len(drawn.scored) + len(drawn.practice), noun)
        raise DataError(
            f"The {part} part has {there} that can be asked about, and an ear test needs at least {FEWEST} besides "
            f"{N_PRACTICE} for practice: train on more {noun}s, or with a larger {part} part."
        )
    asked = rows[np.concatenate([drawn.practice, drawn.scored])]
    return EarTest(
        run.id,
        part,
        source_of(run.config.data),
        seed,
        "sound" if data.heard else "picture",
        data.genres,
        tuple(_item(data, y, row, borrowed) for row in asked.tolist()),
        len(drawn.practice),
        data.coarsest[0] if data.coarsest else "",
        hard,
    )


def why_unlike(run: Run, test: EarTest) -> str:
    """Say why a run cannot answer an ear test's items; empty where it can."""
    if source_of(run.config.data) != test.source:
        return f"{run.name} learned from other data."
    if set(run.context.get("genres", ())) != set(test.genres):
        return f"{run.name} has other genres."
    return ""


def run_side(store: RunStore, run: Run, data: Dataset, sitting: Sitting) -> tuple[Side | None, list[int]]:
    """Return what a run says to the items that a person has answered, and which items these are.

    Items are left out that the run was trained on, or that lie in a test part of its that is closed. None where no item
    is left.
    Raises DataError where the run's answers are not stored, or are not about these data.
    """
    test, every = sitting.test, _answers(store, run, data)
    row_of = {name: row for row, name in enumerate(data.tracks)}
    trained = _in_training(every, data)
    known = {
        number: row
        for number in sitting.scored
        if (row := row_of.get(test.items[number].track)) is not None
        and np.isfinite(every.logits[row]).all()
        and not trained[row]
    }
    if not known:
        return None, []
    genre = np.array([test.genres.index(name) for name in data.genres], dtype=np.int64)
    said = genre[every.logits[list(known.values())].argmax(axis=1)]
    return _side(run.name, sitting, list(known), said), list(known)


def person_side(sitting: Sitting, numbers: Sequence[int], name: str = "you") -> Side:
    """Return what a person has said to items."""
    return _side(name, sitting, numbers, sitting.said(numbers))


def borrowed_by(sitting: Sitting, numbers: Sequence[int]) -> IntArray:
    """Return how many traits of items (n,) are a neighbor's; -1 where that is not known."""
    return np.array([sitting.test.items[number].borrowed for number in numbers], dtype=np.int64)


def _side(name: str, sitting: Sitting, numbers: Sequence[int], said: IntArray) -> Side:
    test = sitting.test
    return Side(name, test.genres, sitting.y(numbers), said, sitting.groups(numbers), test.level)


def _answers(store: RunStore, run: Run, data: Dataset) -> Predictions:
    every = predictions_of(store, run)
    if every is None:
        raise DataError(f"The answers of {run.name} are not stored: train it again.")
    if len(every) != len(data) or not np.array_equal(every.y, data.y):
        raise DataError(f"The data have changed since {run.name} was trained: train it again.")
    return every


def _true(data: Dataset) -> IntArray:
    """Return the genres that ears can hear: the true ones, where labels are wrong now and then."""
    return data.y if data.y_clean is None else data.y_clean


def _in_training(every: Predictions, data: Dataset) -> Mask:
    """Return which rows (n_samples,) are of a track that training holds a row of."""
    trained = every.part == PARTS.index("train")
    return np.isin(data.groups["track"], data.groups["track"][trained]) if data.in_segments else trained


def _candidates(every: Predictions, data: Dataset, part: Part) -> IntArray:
    return np.flatnonzero((every.part == PARTS.index(part)) & ~_in_training(every, data))


def _borrowed(store: RunStore, clips: Sequence[str]) -> Mapping[str, int]:
    """Return how many traits each generated clip has borrowed."""
    found = store.clips.locations(clips) if clips else {}
    return {
        clip: len(Piece.model_validate_json(where.recipe).borrowed) for clip, where in found.items() if where.recipe
    }


def _item(data: Dataset, y: IntArray, row: int, borrowed: Mapping[str, int]) -> Item:
    group = int(data.coarsest[1][row]) if data.coarsest else -1
    heard = data.heard[row] if data.heard else None
    where = (heard.clip, heard.start, heard.length, borrowed.get(heard.clip, -1)) if heard else ()
    return Item(row, data.tracks[row], int(y[row]), group, *where)
