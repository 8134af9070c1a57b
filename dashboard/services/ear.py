"""Ear tests: which run can ask, what a person hears of an item, and a person beside runs and other people."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from dashboard.services import classroom, clips, runs
from dashboard.services.commands import act
from dashboard.services.datasets import dataset
from dashboard.services.outcomes import StandardScores, standard_scores
from dashboard.services.people import person
from dashboard.services.workers import store
from genre_core.data.clips.loudness import as_loud_as
from genre_core.data.clips.sounds import SAMPLE_RATE
from genre_core.data.dataset import Dataset, IntArray, Part
from genre_core.ear.agreement import Side, Together
from genre_core.ear.sentences import Who
from genre_core.ear.sitting import EarTest, Hard, Item, Sitting
from genre_core.errors import GenreLabError, RunStateError
from genre_core.judging.ear import draw_test, person_side, run_side, why_unlike
from genre_core.store.ear_tests import ARRIVED
from genre_core.store.schema import Run
from genre_core.text import capitalized

LOUDNESS = -23.0
"""Loudness of each clip in LUFS, by ITU-R BS.1770: that of European broadcasts (EBU R 128)."""
MOST_RUNS = 200
MOST_FEATURES = 40
"""Features of a picture, at most: those in which the genres' averages differ most."""


class Heard(NamedTuple):
    """The sound of an item: its name, which says nothing of it, and its length in seconds."""

    name: str
    seconds: float


class Compared(NamedTuple):
    """A person beside another one who took the same test, and the `numbers` of the items that both answered."""

    together: Together
    numbers: Sequence[int]


class Picture(NamedTuple):
    """A track's features and each genre's averages in standard scores: rows (1 + n_genres, n_features)."""

    rows: Any
    features: tuple[str, ...]
    n_left_out: int


def sitting(test_id: str | None) -> Sitting | None:
    """Return an ear test as far as it is answered.

    None where there is none of that name, it is another class's, or it came with a run that is not to be seen here.
    """
    try:
        found = store().ear_tests.sitting(test_id) if test_id else None
    except RunStateError:
        return None
    if found is None or found.session not in ("", _session()):
        return None
    return None if found.person == ARRIVED and runs.run(found.test.run) is None else found


def _session() -> str:
    """Return what tests of this browser are pooled by: the code of its class, if any."""
    mine = classroom.mine()
    return mine[0].code if mine else ""


def own() -> list[Sitting]:
    """Return the ear tests of this browser, newest first."""
    return store().ear_tests.of_person(person())


def arrived() -> list[Sitting]:
    """Return the ear tests that came with runs from another store, of runs that are to be seen here, newest first."""
    return [one for one in store().ear_tests.of_person(ARRIVED) if runs.run(one.test.run) is not None]


def who(test: Sitting) -> Who:
    """Return who took a test: you, whose browser it is, or they."""
    return "you" if test.person == person() else "they"


def label(test: Sitting) -> str:
    """Return how who took a test is called in charts, tables and lists."""
    return capitalized(who(test))


def begin(test_id: str, run: Run, part: Part, n: int, seed: int, hard: Hard = "any") -> None:
    """Draw an ear test and begin it; raises GenreLabError where it cannot be drawn."""
    test = draw_test(store(), runs.find(run.id), dataset(run.config.data), part, n, seed, hard)
    store().ear_tests.begin(test_id, test, person(), _session())


def begin_same(test_id: str, of: Sitting) -> None:
    """Begin a test that asks the same again, for somebody else."""
    store().ear_tests.begin(test_id, of.test, person(), _session())


def answer(test_id: str, number: int, said: int) -> None:
    """Keep an answer, and end the test with the last one."""

    def keep() -> None:
        store().ear_tests.answer(test_id, number, said)
        if store().ear_tests.sitting(test_id).at is None:
            store().ear_tests.finish(test_id)

    act(keep)


def play(test_id: str, number: int) -> None:
    """Count that an item was played."""
    act(lambda: store().ear_tests.play(test_id, number))


def finish(test_id: str) -> None:
    """End a test before its last item."""
    act(lambda: store().ear_tests.finish(test_id))


def forget(test_id: str) -> None:
    """Delete a test with its answers."""
    act(lambda: store().ear_tests.delete(test_id))


def heard(item: Item) -> Heard:
    """Return what is heard of an item: its window alone, as loud as all others, by a name that tells nothing.

    Raises ClipError where it cannot be heard.
    """
    wav, seconds = _wav(item.clip, item.start, item.length)
    return Heard(clips.keep(wav), seconds)  # others' sounds may have taken its place


@st.cache_resource(show_spinner=False, max_entries=64, ttl=1500)
def _wav(clip: str, start: int, length: int) -> tuple[bytes, float]:
    sound = as_loud_as(clips.window(clip, start / 1000, length / 1000), LOUDNESS)
    return clips.wav_of(sound), len(sound) / SAMPLE_RATE


def picture(test: Sitting, item: Item) -> Picture | None:
    """Return the features of an item beside the genres' training averages; None where they are gone."""
    run = runs.run(test.test.run)
    scores = None if run is None else standard_scores(run)
    if scores is None or item.row >= len(scores.X):
        return None
    shown = _most_telling(scores)
    rows = np.vstack([scores.X[item.row], scores.means])[:, shown]
    return Picture(rows, tuple(scores.features[at] for at in shown.tolist()), len(scores.features) - len(shown))


def _most_telling(scores: StandardScores) -> IntArray:
    """Return the features in which averages differ most, in the order of the data."""
    spread = np.nanvar(scores.means, axis=0)
    return np.sort(np.argsort(-spread, kind="stable")[:MOST_FEATURES])


def data_of(test: EarTest) -> Dataset | None:
    """Return the data that a test's items are of; None where they are gone, or the run that asked is."""
    run = runs.run(test.run)
    with suppress(GenreLabError):
        return None if run is None else dataset(run.config.data)
    return None


def likely_runs(test: Sitting) -> list[Run]:
    """Return the complete runs that can answer the same items, the run that asked first."""
    found = [run for run in runs.listed(MOST_RUNS, runs.COMPLETE) if not why_unlike(run, test.test)]
    asked = runs.run(test.test.run)
    if asked is not None and asked.state == "complete":
        found = [asked, *(run for run in found if run.id != asked.id)]
    return found


def same_items(test: Sitting, named: str | None) -> list[Sitting]:
    """Return other finished tests that asked the same: those of this browser, and the one that a link has named."""
    known = {one.id: one for one in (*own(), *filter(None, [sitting(named)]))}
    return [other for other in known.values() if other.id != test.id and other.at is None and other.test == test.test]


def beside_run(test: Sitting, run: Run, name: str) -> Compared | None:
    """Return a person beside a run by `name`; None where no item is left. Raises DataError where it cannot answer."""
    side, numbers = run_side(store(), runs.find(run.id), dataset(run.config.data), test)
    if side is None:
        return None
    return Compared(Together(person_side(test, numbers), replace(side, name=name)), numbers)


def beside_person(test: Sitting, other: Sitting, name: str) -> Compared | None:
    """Return a person beside another one by `name`; None where both have answered nothing in common."""
    numbers = [number for number in test.scored if number in set(other.scored)]
    if not numbers:
        return None
    return Compared(Together(person_side(test, numbers), person_side(other, numbers, name)), numbers)


def alone(test: Sitting) -> Side | None:
    """Return a person's own answers; None where there is none that counts."""
    return person_side(test, test.scored) if test.scored else None
