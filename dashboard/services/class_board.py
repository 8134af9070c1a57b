"""A class as its teacher sees it: who is there, what was said, what was trained, and how good the best of it is."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from dashboard.services.caching import cached_by_run
from dashboard.services.workers import store
from genre_core.data.dataset import IntArray
from genre_core.ear.sitting import Sitting
from genre_core.errors import RunStateError
from genre_core.store.classes import Entry, Seat
from genre_core.store.schema import Run
from genre_core.studies.tuning.optimism import Choice, Judged, Optimism, by_accuracy

MOST_RUNS = 4096
"""Runs of classes that a server keeps in mind."""


def seats(code: str) -> list[Seat]:
    """Return the students of a class."""
    return store().classes.seats(code)


def entries(code: str) -> list[Entry]:
    """Return what the students of a class said and did."""
    return store().classes.entries(code)


def revealed(code: str) -> frozenset[str]:
    """Return the questions whose results the class sees."""
    return store().classes.revealed(code)


def reveal(code: str, about: str) -> None:
    """Let the class see the result of a question."""
    store().classes.reveal(code, about)


def remove(code: str, entry: Entry) -> None:
    """Take away what a student said."""
    store().classes.remove(code, entry)


def close(code: str) -> None:
    """End a class; its board stays until it is deleted."""
    store().classes.close(code)


def delete(code: str) -> None:
    """Forget a class, what was said in it and what was trained in it."""
    for run_id in store().classes.delete(code):
        store().delete(run_id)


def ear_tests(code: str) -> list[Sitting]:
    """Return the ear tests of a class in which anything was answered."""
    return [sitting for sitting in store().ear_tests.of_session(code) if sitting.scored]


def runs(code: str) -> list[tuple[int, Run]]:
    """Return the runs of a class's students, each with the number of the seat; only what has changed is read again."""
    known = _known(code)
    found = store().runs_of_class(code, known)
    known.update({run.id: run for _, run in found})
    return found


@st.cache_resource(show_spinner=False, max_entries=8)
def _known(code: str) -> dict[str, Run]:
    return {}


def best_of(complete: Sequence[Run]) -> Optimism | None:
    """Return what is left of the best accuracy of complete runs once it is allowed for that the best was picked.

    Of runs on several validation parts, those on the commonest one are asked; None of fewer than two.
    """
    return _best_of(tuple((run.id, run.attempt) for run in complete), complete)


@st.cache_data(show_spinner=False, max_entries=32)
def _best_of(names: tuple[tuple[str, int], ...], _complete: Sequence[Run]) -> Optimism | None:
    by_part = defaultdict[Any, list[Run]](list)
    for run in _complete:
        by_part[run.context.get("test_hash")].append(run)
    same = max(by_part.values(), key=len, default=[])
    choice = _choice(same[0]) if same else None
    judged = [one for one in (_judged(run, choice) for run in same) if one] if choice else []
    return choice.best(judged) if choice and len(judged) > 1 else None


@cached_by_run(8)
def _choice(run: Run) -> Choice | None:
    labels, groups = _saved(run.id, "validation_labels", np.uint8), _saved(run.id, "validation_groups", np.int32)
    return None if labels is None else by_accuracy(labels, groups)


@cached_by_run(MOST_RUNS)
def _judged(run: Run, _choice: Choice) -> Judged | None:
    try:
        said = store().predictions(run.id, run.best_epoch or 1)
    except RunStateError:  # an ensemble has no epochs
        return None
    return _choice.judge(said) if len(said) == _choice.n else None


def _saved(run_id: str, name: str, kind: Any) -> IntArray | None:
    saved = store().artifact(run_id, name)
    return None if saved is None else np.frombuffer(saved, dtype=kind).astype(np.int64)
