"""The class that this browser is in: as a student, who has a seat, or as the teacher."""

import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

import streamlit as st

from dashboard.services.people import person, person_of
from dashboard.services.workers import store
from genre_core.classroom.names import read_code
from genre_core.classroom.plan import MOST_AT_ONCE, ClassPlan
from genre_core.errors import ClassError, GenreLabError, QuotaError, RunStateError
from genre_core.store.classes import Class, Kind, Seat
from genre_core.store.schema import RunState
from genre_core.studies.in_class import why_not
from genre_core.values import Frozen
from genre_core.workers.commands import delete_left

_MINE, _SEEN, _TOLD = "class and seat", "page told to the class", "told to the class"
SEEN_SECONDS = 20.0
SEAT_SECONDS, CLASS_SECONDS = 5.0, 300.0
"""For how long a server that is asked all the time believes what it read of a browser's seat and of a run's class."""
WRONG_CODES, WRONG_FROM_A_PLACE, PER_SECONDS = 10, 100, 60.0
"""How many wrong codes one browser, and all behind one address, may try in this time: cookies can be thrown away."""
NO_COOKIE = "A class needs cookies to find your seat again: allow them for this site, and open the link again."
TOO_MANY_CODES = "That was too many wrong codes: wait a minute, and check the letters."


@st.cache_resource(show_spinner=False)
def _wrong_codes() -> deque[tuple[float, str]]:
    return deque()


def _lately_wrong() -> list[str]:
    """Return the browser and the place of each wrong code of late."""
    tries = _wrong_codes()
    while tries and tries[0][0] < time.monotonic() - PER_SECONDS:
        tries.popleft()
    return [who for _, who in tries]


def arrive() -> None:
    """Find the seat of this browser, which everything else here asks for: once at the start of each page."""
    me = person()
    st.session_state[_MINE] = store().classes.seat_of(me) if me else None


def mine() -> tuple[Class, Seat] | None:
    """Return the class that this browser is a student of, and its seat; None where it is of none."""
    return st.session_state.get(_MINE)


def taught() -> Class | None:
    """Return the class that this browser teaches."""
    me = person()
    return store().classes.of_teacher(me) if me else None


def join(text: str) -> Class:
    """Take a seat in the class of a code. Raises ClassError where that cannot be."""
    me = person()
    if not me:
        raise ClassError(NO_COOKIE)
    wrong, place = _lately_wrong(), f"at {st.context.ip_address}"
    if wrong.count(me) >= WRONG_CODES or wrong.count(place) >= WRONG_FROM_A_PLACE:
        raise ClassError(TOO_MANY_CODES)
    try:
        store().classes.join(text, me)
    except ClassError:
        _wrong_codes().extend((time.monotonic(), who) for who in (me, place))
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


def begin(plan: ClassPlan) -> tuple[str, str]:
    """Begin a class that this browser teaches; return its code and the key for another browser."""
    me = person()
    if not me:
        raise ClassError(NO_COOKIE)
    delete_left(store(), store().classes.sweep())
    return store().classes.begin(plan, me)


def allow(config: Frozen) -> None:
    """Raise ClassError where this browser is a student who may not train a configuration, or start a study of one."""
    found = mine()
    if found and (problem := why_not(found[0].plan, config)):
        raise ClassError(problem)


def has_page(page: str) -> bool:
    """Say whether one of the pages that a teacher can leave out is there for this browser."""
    found = mine()
    return found is None or page in found[0].plan.pages


def pace_for(chosen: str) -> str:
    """Return the pace at which runs train: the one that a student's teacher has fixed, else the one that is chosen."""
    return fixed_pace() or chosen


def fixed_pace() -> str:
    """Return the pace that the teacher has fixed for this student's class; empty where there is none."""
    found = mine()
    return found[0].plan.pace if found else ""


def begin_run(run_id: str) -> None:
    """Count a run as this student's. Raises a StoreError where too many are under way, or were trained."""
    if found := mine():
        active: Sequence[RunState] = ("queued", "running")
        if len(store().runs(MOST_AT_ONCE, active, whose=found[1])) >= MOST_AT_ONCE:
            raise QuotaError(f"You have {MOST_AT_ONCE} runs under way: wait for one of them, or stop it.")
        store().classes.begin_run(found[1], run_id)


def begin_study(study_id: str) -> None:
    """Count a study as this student's. Raises ClassError where their class is over, or they have done too much."""
    if found := mine():
        store().classes.begin_study(found[1], study_id)


def check_sight(made_id: str) -> None:
    """Raise RunStateError where this browser is a student, and a run or a study belongs to another class."""
    if found := mine():
        _check_sight(found[0].code, _class_of(made_id), made_id)


def check_sight_of(cookies: Mapping[str, str], made_ids: Iterable[str]) -> None:
    """Raise RunStateError where a browser with these cookies is a student, and a run or study is of another class.

    Who follows one asks this all the time, so of what belongs to no class no seat is looked for.
    """
    for made_id in made_ids:
        if (code := _class_of(made_id)) and (found := _seat_of(person_of(cookies))):
            _check_sight(found[0].code, code, made_id)


def check_teacher(cookies: Mapping[str, str], code: str) -> None:
    """Raise ClassError where a browser with these cookies does not teach a class."""
    room, me = store().classes.find(code), person_of(cookies)
    if room is None or not me or room.teacher != me:
        raise ClassError("This class is another teacher's.")


def check_student(cookies: Mapping[str, str], followed: str) -> None:
    """Raise ClassError where a browser with these cookies has no seat in a class, `followed` as CODE/question."""
    found = _seat_of(person_of(cookies))
    if found is None or found[0].code != followed.partition("/")[0]:
        raise ClassError("You have no seat in this class.")


def _check_sight(own: str, code: str, made_id: str) -> None:
    if code not in ("", own):
        raise RunStateError(f"There is nothing named {made_id} in this class.")


@st.cache_resource(show_spinner=False, max_entries=4096, ttl=CLASS_SECONDS)
def _class_of(made_id: str) -> str:
    return store().classes.class_of(made_id)  # known before the run is there, and never another one


@st.cache_resource(show_spinner=False, max_entries=512, ttl=SEAT_SECONDS)
def _seat_of(me: str) -> tuple[Class, Seat] | None:
    return store().classes.seat_of(me) if me else None


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


def waits(about: str) -> str:
    """Return the code of the class in which a question's result waits until the teacher shows it; empty otherwise."""
    found = mine()
    if found is None or not found[0].plan.together or is_shown(found[0].code, about):
        return ""
    return found[0].code


def is_shown(code: str, about: str) -> bool:
    """Say whether the teacher has shown a class the result of a question."""
    return about in store().classes.revealed(code)
