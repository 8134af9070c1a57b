"""The class that this browser is in: as a student, who has a seat, or as the teacher."""

import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

import numpy as np
import streamlit as st

from dashboard.services.people import person, person_of
from dashboard.services.workers import store
from genre_core.classroom.names import read_code
from genre_core.classroom.plan import MOST_AT_ONCE, ClassPlan
from genre_core.data.dataset import IntArray
from genre_core.ear.sitting import Sitting
from genre_core.errors import ClassError, GenreLabError, QuotaError, RunStateError
from genre_core.settings.config import ExperimentConfig
from genre_core.store.classes import Class, Entry, Kind, Seat
from genre_core.store.schema import Run, RunState
from genre_core.studies.tuning.optimism import Optimism, by_accuracy

_MINE, _SEEN, _TOLD = "class and seat", "page told to the class", "told to the class"
SEEN_SECONDS = 20.0
WRONG_CODES, PER_SECONDS = 10, 60.0
"""How many wrong codes one browser may try in this time."""
NO_COOKIE = "A class needs cookies to find your seat again: allow them for this site, and open the link again."
TOO_MANY_CODES = "That was too many wrong codes: wait a minute, and check the letters."


@st.cache_resource(show_spinner=False)
def _wrong_codes() -> dict[str, deque[float]]:
    return defaultdict(deque)


def arrive() -> None:
    """Find the seat of this browser, which everything else here asks for: once at the start of each page."""
    me = person()
    st.session_state[_MINE] = store().classes.seat_of(me) if me else None


def mine() -> tuple[Class, Seat] | None:
    """Return the class that this browser is a student of, and its seat; None where it is of none."""
    found: tuple[Class, Seat] | None = st.session_state.get(_MINE)
    return found


def taught() -> Class | None:
    """Return the class that this browser teaches."""
    me = person()
    return store().classes.of_teacher(me) if me else None


def join(text: str) -> Class:
    """Take a seat in the class of a code. Raises ClassError where that cannot be."""
    me = person()
    if not me:
        raise ClassError(NO_COOKIE)
    tries = _wrong_codes()[me]
    while tries and tries[0] < time.monotonic() - PER_SECONDS:
        tries.popleft()
    if len(tries) >= WRONG_CODES:
        raise ClassError(TOO_MANY_CODES)
    try:
        store().classes.join(text, me)
    except ClassError:
        tries.append(time.monotonic())
        raise
    arrive()
    found = mine()
    if found is None or found[0].code != read_code(text):
        raise ClassError("You are in a later class already: leave it first.")
    return found[0]


def leave() -> None:
    """Give up the seat."""
    if found := mine():
        with suppress(GenreLabError):
            store().classes.leave(found[0].code, person())
        st.session_state[_MINE] = None


def tell_page(page: str) -> None:
    """Let the class know which page this student sees."""
    found, told = mine(), st.session_state.get(_SEEN, ("", 0.0))
    if found is None or (told[0] == page and time.monotonic() - told[1] < SEEN_SECONDS):
        return
    st.session_state[_SEEN] = (page, time.monotonic())
    store().classes.seen(found[1], page)


def take_over(code: str, key: str) -> bool:
    """Let this browser be the teacher's of a class; return whether the key is right."""
    me = person()
    return bool(me) and store().classes.take_over(code.upper(), key, me)


def seats(code: str) -> list[Seat]:
    """Return the students of a class."""
    return store().classes.seats(code)


def begin(plan: ClassPlan) -> tuple[str, str]:
    """Begin a class that this browser teaches; return its code and the key for another browser."""
    me = person()
    if not me:
        raise ClassError(NO_COOKIE)
    for run_id in store().classes.sweep():
        _forget(run_id)
    return store().classes.begin(plan, me)


def delete(code: str) -> None:
    """Forget a class, what was said in it and what was trained in it."""
    for run_id in store().classes.delete(code):
        _forget(run_id)


def _forget(run_id: str) -> None:
    with suppress(RunStateError):  # deleted by its student, or training just now
        store().delete(run_id)


def allow(config: Any) -> None:
    """Raise ClassError where this browser is a student who may not train a configuration, or work with one."""
    found = mine()
    config = getattr(config, "experiment", None) or getattr(config, "base", config)
    if found is None or not isinstance(config, ExperimentConfig):
        return
    if problem := found[0].plan.why_not(config):
        raise ClassError(problem)


def begin_run(run_id: str) -> None:
    """Count a run as this student's. Raises a StoreError where too many are under way, or were trained."""
    if found := mine():
        active: Sequence[RunState] = ("queued", "running")
        if len(store().runs(MOST_AT_ONCE, active, whose=found[1])) >= MOST_AT_ONCE:
            raise QuotaError(f"You have {MOST_AT_ONCE} runs under way: wait for one of them, or stop it.")
        store().classes.begin_run(found[1], run_id)


def check_sight(run_id: str) -> None:
    """Raise RunStateError where this browser is a student and a run belongs to another class."""
    _check_sight(mine(), run_id)


def check_sight_of(cookies: Mapping[str, str], run_ids: Iterable[str]) -> None:
    """Raise RunStateError where a browser with these cookies is a student, and a run belongs to another class."""
    me = person_of(cookies)
    if found := store().classes.seat_of(me) if me else None:
        for run_id in run_ids:
            _check_sight(found, run_id)


def _check_sight(found: tuple[Class, Seat] | None, run_id: str) -> None:
    if found and store().classes.class_of(run_id) not in ("", found[0].code):
        raise RunStateError(f"There is no run named {run_id} in this class.")


def whose() -> Seat | Literal["outside"]:
    """Return whose runs this browser lists: a student's own, or those of no class."""
    found = mine()
    return found[1] if found else "outside"


def tell(kind: Kind, about: str, value: Any) -> None:
    """Let the class know what this student predicted, got or wrote; nothing happens outside a class that goes on."""
    if found := mine():
        with suppress(ClassError):
            store().classes.enter(found[1], kind, about, value)


def tell_once(kind: Kind, about: str, value: Any) -> None:
    """Let the class know it, as `tell` does, unless this session has told the same already."""
    told = st.session_state.setdefault(_TOLD, {})
    if mine() and told.get((kind, about)) != value:
        told[kind, about] = value
        tell(kind, about, value)


def waits(about: str) -> bool:
    """Say whether the result of a question waits until the teacher shows it to all together."""
    found = mine()
    return found is not None and found[0].plan.together and about not in store().classes.revealed(found[0].code)


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


def ear_tests(code: str) -> list[Sitting]:
    """Return the ear tests of a class in which anything was answered."""
    return [sitting for sitting in store().ear_tests.of_session(code) if sitting.scored]


def best_of(ids: tuple[str, ...]) -> Optimism | None:
    """Return what is left of the best accuracy of complete runs once it is allowed for that the best was picked.

    Of runs on several validation parts, those on the commonest one are asked; None of fewer than two.
    """
    return _best_of(ids)


@st.cache_data(show_spinner=False, max_entries=32)
def _best_of(ids: tuple[str, ...]) -> Optimism | None:
    by_part = defaultdict[str, list[Run]](list)
    for run_id in ids:
        with suppress(RunStateError):
            run = store().run(run_id)
            by_part[str(run.context.get("test_hash"))].append(run)
    same = max(by_part.values(), key=len, default=[])
    if len(same) < 2:
        return None
    labels, groups = (_saved(same[0].id, name) for name in ("validation_labels", "validation_groups"))
    if labels is None:
        return None
    choice = by_accuracy(labels, groups)
    answers = (store().predictions(run.id, run.best_epoch or 1) for run in same)
    return choice.best([choice.judge(said) for said in answers if len(said) == len(labels)])


def _saved(run_id: str, name: str) -> IntArray | None:
    saved = store().artifact(run_id, name)
    kind = np.uint8 if name == "validation_labels" else np.int32
    return None if saved is None else np.frombuffer(saved, dtype=kind).astype(np.int64)


def runs_of_class(entries: Sequence[Entry]) -> list[tuple[int, Run]]:
    """Return the runs of a class's students, each with the number of the seat."""
    found = []
    for entry in entries:
        if entry.kind == "run":
            with suppress(RunStateError):
                found.append((entry.number, store().run(entry.about)))
    return found
