"""Before an ear test: what it is, how many items, from which run's data, and earlier tests of this browser."""

from functools import partial

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.judged_head import PARTS, say_headline
from dashboard.components.run_picker import run_picker
from dashboard.services import datasets, ear, listening, runs
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text import evaluate_states
from dashboard.text.ear_tests import label
from dashboard.views.ear import text as sentences
from genre_core.data.dataset import Part
from genre_core.ear.sentences import published
from genre_core.ear.sitting import Hard
from genre_core.errors import GenreLabError
from genre_core.judging.ear import SIZES
from genre_core.store.runs import new_run_id
from genre_core.store.schema import Run

UNDRAWN, EARLIER = "why no ear test was begun", "earlier ear tests"


def draw(named: str | None) -> None:
    """Draw how to begin a test; `named` is one that the address names and that is not there."""
    if named:
        st.caption(f":material/error: {sentences.NO_TEST}")
    if problem := st.session_state.pop(UNDRAWN, ""):
        st.caption(f":material/error: {plain(problem)}")
    run = _looked_at()
    head, choice = st.columns([1.75, 1], gap="medium")
    with choice, st.container(key="choice"):
        run_picker(run)
    with head:
        if run is None:
            say_headline(*evaluate_states.no_run(address.run_id(), bool(runs.listed(limit=1))))
        elif run.state != "complete":
            say_headline(*evaluate_states.not_complete(run))
        else:
            _ask(run)
    _earlier()


def _looked_at() -> Run | None:
    """Return the run that the address names; without one the latest that can listen, else the latest complete one."""
    named = address.run_id()
    if named is not None:
        return runs.run(named)
    return next(iter(listening.listeners()), None) or runs.latest_complete()


def _ask(run: Run) -> None:
    try:
        noun = "clip" if datasets.dataset(run.config.data).heard else "track"
    except GenreLabError as error:  # its table was deleted
        st.header("This run cannot ask.", anchor=False)
        st.caption(plain(str(error)))
        return
    said = sentences.invitation(noun)
    st.header(plain(said.answer), anchor=False)
    st.caption(plain(said.reason))
    with st.container(key="ear-choices", horizontal=True, vertical_alignment="center", gap="small"):
        sizes = {str(size): f"{size} {noun}s" for size in SIZES}
        n = int(address_choice("How many", "n", sizes, default="24", help=sentences.SIZE_HELP))
        part: Part = "validation"
        if run.opened:
            part = address_choice("Part", "part", PARTS, help=sentences.PART_HELP)
        hard: Hard = "any"
        if sentences.about_data(run.config.data):
            hard = address_choice("How hard", "hard", sentences.HARD, help=sentences.HARD_HELP)
        begin = partial(_begin, new_run_id(), run, part, n, hard)  # named when drawn: a double click begins one
        st.button("Start", icon=":material/play_arrow:", type="primary", key="begin ear test", on_click=begin)
    about = (sentences.part_of(part), sentences.about_data(run.config.data))
    st.caption(plain(" ".join(filter(None, about))))
    if noun == "clip":
        st.caption(published())


def _begin(test_id: str, run: Run, part: Part, n: int, hard: Hard) -> None:
    try:
        ear.begin(test_id, run, part, n, seed=int(test_id[:7], 16), hard=hard)
    except GenreLabError as error:
        st.session_state[UNDRAWN] = str(error)
        return
    address.look(ear=test_id, n=None, part=None, hard=None, **{"with": None})


def _earlier() -> None:
    """Draw the list of this browser's tests, to be gone on with or looked at again."""
    labels = {one.id: label(one) for one in ear.own()}
    if not labels:
        return
    st.session_state[EARLIER] = None
    st.selectbox("Earlier ear tests", list(labels), index=None, format_func=lambda one: labels.get(one, ""),
                 key=EARLIER, placeholder="Open one of your earlier tests", label_visibility="collapsed", width=420,
                 on_change=_open)  # fmt: skip


def _open() -> None:
    address.look(ear=st.session_state[EARLIER])
