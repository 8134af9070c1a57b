"""The head of pages that judge a complete run: which run, part and labels, and the answer or why there is none."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.file_names import about
from dashboard.components.judged import Judged
from dashboard.components.right_about import choose_judge
from dashboard.components.run_picker import run_picker
from dashboard.components.safely import refreshing
from dashboard.components.take_home import take_home
from dashboard.components.terms import numbers_line
from dashboard.services import datasets, openings, outcomes, runs
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text import evaluate_states
from dashboard.text.badges import Badge, badges, data_badge
from dashboard.text.evaluate_states import Step
from dashboard.text.train import Headline
from genre_core.data.dataset import Part
from genre_core.errors import GenreLabError
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.store.run_result import JUDGE, Judge
from genre_core.store.schema import Run

POLL_SECONDS = 1.0
FORGOTTEN = {"track": None}
"""What another part or another judge takes out of the address."""
PARTS: dict[Part, str] = {"validation": "Validation", "test": "Test"}
Place = st.delta_generator.DeltaGenerator
Answer = Callable[[Judged, Sequence[Badge]], None]


def judged_head(answer: Answer) -> Judged | None:
    """Draw the choice of what is judged, and beside it what `answer` draws; return what is judged.

    None where the run cannot be judged, and the head says why.
    """
    run = _looked_at()
    head, choice = st.columns([1.75, 1], gap="medium", vertical_alignment="top")
    with choice, st.container(key="choice", horizontal=True, vertical_alignment="top", gap="small"):
        run_picker(run)
        part, judge = _judged_by(run)
    if run is None:
        with head:
            say_headline(*evaluate_states.no_run(address.run_id(), bool(runs.listed(limit=1))))
        return None
    if run.state != "complete":
        with head:
            wait_for(run)
        return None
    opened = openings.openings_of([run])[run.id]
    if part == "test" and not opened.opened:
        with head:
            ask_to_open(evaluate_states.closed(run, opened), [run])
        return None
    marked = [*badges(run, opened if part == "test" else None), *data_badge(datasets.serious(run.config))]
    judged = _judged(run, part, judge, marked, head)
    if judged is not None:
        about(judged.file_name)
        with head:
            answer(judged, marked)
    return judged


def _looked_at() -> Run | None:
    """Return the run that the address names; without one the latest that is complete, which the address then names."""
    run_id = address.run_id()
    if run_id is not None:
        return runs.run(run_id)
    latest = runs.latest_complete()
    if latest is not None:
        address.look(run=latest.id)
    return latest


def _judged_by(run: Run | None) -> tuple[Part, Judge]:
    """Draw what a complete run is judged by: a part of the tracks, and the labels or the true genres (True)."""
    if run is None or run.state != "complete":
        return "validation", JUDGE
    held_out: dict[Part, str] = {"test": "Held-out fold"} if run.config.split.folds else {}
    meaning = (
        "Use validation for choosing. It also chose the best epoch, so its score is a little too optimistic. Use "
        "test for reporting."
    )
    part = address_choice("Part", "part", {**PARTS, **held_out}, help=meaning, on_change=FORGOTTEN)
    return part, choose_judge(run.config.data, FORGOTTEN)


def _judged(run: Run, part: Part, judge: Judge, marked: Sequence[Badge], head: Place) -> Judged | None:
    try:
        outcome, data = outcomes.outcome(run, part, judge=judge), datasets.dataset(run.config.data)
    except GenreLabError as error:  # its table was deleted, or it was made by another version
        with head:
            say_headline(*evaluate_states.no_data(run, part, str(error)), marked)
            take_home([run])  # a report is still to be had
        return None
    if outcome is None:
        with head:
            say_headline(*evaluate_states.not_complete(run))
        return None
    return Judged(run, part, outcome, data)


def ask_to_open(headline: Headline, closed: Sequence[Run], elsewhere: str = "") -> None:
    """Ask before the test parts of runs are shown for the first time; validation is `elsewhere`, or on this page."""
    st.header(plain(headline.answer), anchor=False)
    st.caption(plain(headline.reason), help=GLOSSARY["test opened"])
    label = "Open the test part" if len(closed) == 1 else f"Open {len(closed)} test parts"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(label, icon=":material/lock_open:", key="open test", on_click=openings.open_test,
                  args=[run.id for run in closed])  # fmt: skip
        if elsewhere:
            address.page_link(elsewhere, "Stay with validation")
        else:
            st.button("Stay with validation", type="tertiary", key="keep closed", on_click=address.look,
                      kwargs={"part": None})  # fmt: skip


def wait_for(run: Run) -> None:
    """Say how a run stands that is not complete, anew while it is active."""
    refreshing(_wait, POLL_SECONDS if run.active else None)(run)


def _wait(drawn: Run) -> None:
    """Say how a run stands, and start the page anew when it is complete."""
    run = runs.run(drawn.id)
    if run is None or run.state != drawn.state:
        st.rerun()
    say_headline(*evaluate_states.not_complete(run))


def say_headline(headline: Headline, step: Step | None = None, marked: Sequence[Badge] = ()) -> None:
    """Say why there is nothing to show, and draw the way to the next step."""
    st.header(plain(headline.answer), anchor=False)
    if marked:
        numbers_line("", marked)
    st.caption(plain(headline.reason))
    if step:
        address.page_link(step.page, step.label, icon=":material/arrow_forward:")
