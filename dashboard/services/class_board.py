"""A class as its teacher sees it: who is there, what was said, what was trained, and how good the best of it is."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from dashboard.services.workers import store
from genre_core.data.dataset import IntArray
from genre_core.ear.sitting import Sitting
from genre_core.errors import RunStateError
from genre_core.store.schema import Run
from genre_core.studies.tuning.optimism import Choice, Judged, Optimism, by_accuracy
from genre_core.workers.commands import delete_left


def delete(code: str) -> None:
    """Forget a class, what was said in it and what was trained in it."""
    delete_left(store(), store().classes.delete(code))


def ear_tests(code: str) -> list[Sitting]:
    """Return the ear tests of a class in which anything was answered."""
    return [sitting for sitting in store().ear_tests.of_session(code) if sitting.scored]


def ear_tests_by_seat(code: str) -> list[tuple[int | None, Sitting]]:
    """Return the ear tests of a class, each with the number of the seat; None of a student who has left."""
    numbers = store().classes.numbers(code)
    return [(numbers.get(sitting.person), sitting) for sitting in ear_tests(code)]


@dataclass(frozen=True, eq=False)
class _Memory:
    """Runs of a class as they were read last, and their answers as they are judged, by part, run and attempt."""

    runs: dict[str, Run] = field(default_factory=dict)
    judged: dict[tuple[str, str, int], Judged | None] = field(default_factory=dict)


@st.cache_resource(show_spinner=False, max_entries=8)
def _memory(code: str) -> _Memory:
    return _Memory()


def runs(code: str) -> list[tuple[int, Run]]:
    """Return the runs of a class's students, each with the number of the seat; only what has changed is read again."""
    known = _memory(code).runs
    found = store().runs_of_class(code, known)
    known.update({run.id: run for _, run in found})
    return found


def best_of(code: str, complete: Sequence[Run]) -> Optimism | None:
    """Return what is left of the best accuracy of complete runs once it is allowed for that the best was picked.

    Of runs on several validation parts, those on the commonest one are asked; None of fewer than two.
    """
    return _best_of(code, " ".join(f"{run.id}.{run.attempt}" for run in complete), complete)


@st.cache_resource(show_spinner=False, max_entries=32)
def _best_of(code: str, named: str, _complete: Sequence[Run]) -> Optimism | None:
    by_part = defaultdict[str, list[Run]](list)
    for run in _complete:
        by_part[str(run.context.get("test_hash"))].append(run)
    part, same = max(by_part.items(), key=lambda item: len(item[1]), default=("", []))
    choice = _choice(same[0].id) if same else None
    if choice is None:
        return None
    known = _memory(code).judged
    for run in same:
        if (part, run.id, run.attempt) not in known:
            known[part, run.id, run.attempt] = _judged(run, choice)
    judged = [one for run in same if (one := known[part, run.id, run.attempt])]
    return choice.best(judged) if len(judged) > 1 else None


@st.cache_resource(show_spinner=False, max_entries=8)
def _choice(run_id: str) -> Choice | None:
    """Return the choice by accuracy on the validation part of a complete run; None where the part is not kept."""
    labels, groups = _saved(run_id, "validation_labels", np.uint8), _saved(run_id, "validation_groups", np.int32)
    return None if labels is None else by_accuracy(labels, groups)


def _judged(run: Run, choice: Choice) -> Judged | None:
    try:
        said = store().predictions(run.id, run.best_epoch or 1)
    except RunStateError:  # an ensemble has no epochs
        return None
    return choice.judge(said) if len(said) == choice.n else None


def _saved(run_id: str, name: str, kind: Any) -> IntArray | None:
    saved = store().artifact(run_id, name)
    return None if saved is None else np.frombuffer(saved, dtype=kind).astype(np.int64)
