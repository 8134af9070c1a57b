"""A person's progress in lessons: kept in the session and in the browser, nowhere else."""

from collections.abc import Mapping

import streamlit as st
from pydantic import ValidationError

from dashboard.shell.mount import mount
from genre_core.values import Frozen

_KEY, _KNOWN, _COMPONENT = "done in lessons", "known of the browser", "browser memory"
_COOKIE = "genre-lab-welcomed"
"""The cookie that the browser sends from the second visit on, so that the page knows before it is drawn."""
_MOST = 200_000
"""Characters that are read back at most."""
_mount = mount(__file__)


class Answer(Frozen):
    """A person's answers in a step: the prediction, the run that came of it, and the sentence that explains it."""

    prediction: float | tuple[int, int] | None = None
    run: str = ""
    sentence: str = ""


class Done(Frozen):
    """A person's progress in a lesson: the step they are at, from 1, and their answers by the names of steps."""

    at: int = 1
    answers: Mapping[str, Answer] = {}


class Memory(Frozen):
    """All that is remembered of a person: lessons by name, and whether the first visit is over."""

    lessons: Mapping[str, Done] = {}
    welcomed: bool = False


def memory() -> Memory:
    """Return what the person did so far."""
    return st.session_state.get(_KEY, Memory())


def done_in(lesson: str) -> Done:
    """Return what the person did in a lesson."""
    return memory().lessons.get(lesson, Done())


def remember(done: Memory) -> None:
    """Keep what the person did; the browser has it when the page has run."""
    st.session_state[_KEY] = done


def answer_step(lesson: str, step: str, answer: Answer) -> None:
    """Keep what the person did in a step: for callbacks."""
    done = done_in(lesson)
    keep_lesson(lesson, done.model_copy(update={"answers": {**done.answers, step: answer}}))


def keep_lesson(lesson: str, done: Done) -> None:
    """Keep what the person did in a lesson: for callbacks."""
    remember(memory().model_copy(update={"lessons": {**memory().lessons, lesson: done}}))


def is_welcomed() -> bool:
    """Return whether this is not a first visit: the person hid the welcome, or did something in a lesson."""
    return memory() != Memory() or _COOKIE in st.context.cookies.to_dict()


def end_welcome() -> None:
    """Let the first visit be over: for callbacks."""
    remember(memory().model_copy(update={"welcomed": True}))


def browser_memory(step: str = "") -> None:
    """Let a new session learn what the browser kept, then the browser keep what it knows; begin a step at its top."""
    known = memory()
    text = "" if known == Memory() else known.model_dump_json()
    data = {"name": "genre-lab", "text": text, "cookie": _COOKIE, "step": step, "known": _KNOWN in st.session_state}
    _mount(key=_COMPONENT, data=data, height=0, on_kept_change=_read_back)


def came_back() -> bool:
    """Say, once in a session, that it has just learned what the browser kept."""
    is_new = st.session_state.get(_KNOWN) == "just now"
    if is_new:
        st.session_state[_KNOWN] = "for long"
    return is_new


def _read_back() -> None:
    """Put what the browser kept beneath what was done since."""
    kept = st.session_state[_COMPONENT].get("kept")
    if _KNOWN in st.session_state or not isinstance(kept, str) or len(kept) > _MOST:
        return
    st.session_state[_KNOWN] = "just now"
    try:
        before = Memory.model_validate_json(kept)
    except ValidationError:  # of another version
        before = Memory(welcomed=True)
    now = {name: _after(before.lessons.get(name, Done()), done) for name, done in memory().lessons.items()}
    remember(Memory(lessons={**before.lessons, **now}, welcomed=before.welcomed or memory().welcomed))


def _after(before: Done, now: Done) -> Done:
    """Return what was done in a lesson before and now; only what now was done where it has begun again."""
    return now if now == Done() else Done(at=now.at, answers={**before.answers, **now.answers})
