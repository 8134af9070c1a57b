"""Evaluate: how many tracks a run gets right, which genres it confuses, and on which tracks."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard import address, services
from dashboard.address import plain
from dashboard.components import ruler as rulers
from dashboard.components.address_choice import address_choice
from dashboard.components.right_about import about_true_genres
from dashboard.components.run_picker import run_picker
from dashboard.components.safely import refreshing
from dashboard.components.terms import terms_line
from dashboard.sections.evaluate import confusions
from dashboard.sections.evaluate.judged import Judged
from dashboard.sentences import evaluate_states
from dashboard.sentences.badges import Badge, badges
from dashboard.sentences.evaluate import answer, limit_help, measured, scores_line
from dashboard.sentences.evaluate_states import Step
from dashboard.sentences.limits import known_already, limit_label
from dashboard.sentences.train import Headline
from dashboard.services import Outcome
from genre_core.dataset import Part
from genre_core.errors import GenreLabError
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.store import Openings, Run

CSS = Path(__file__).parents[1] / "components" / "evaluate.css"
POLL_SECONDS = 1.0
PARTS: dict[Part, str] = {"validation": "Validation", "test": "Test"}
SECTIONS = {"matrix": "Confusions"}


def main() -> None:
    """Draw the page: the answer, the matrix, and the tracks behind a cell of it."""
    st.html(CSS)
    with st.container(key="evaluate-page", gap="small"):
        run = _looked_at()
        head, choice = st.columns([1.75, 1], gap="medium", vertical_alignment="top")
        with choice, st.container(key="choice", horizontal=True, vertical_alignment="top", gap="small"):
            run_picker(run)
            part, clean = _judged_by(run)
        if run is None:
            asked_for = address.run_id()
            _say(head, *evaluate_states.no_run(asked_for, bool(services.store().runs(limit=1))))
        elif run.state != "complete":
            with head:
                refreshing(_wait, POLL_SECONDS if run.active else None)(run)
        else:
            opened = services.openings_of([run])[run.id]
            if part == "test" and not opened.opened:
                _closed(run, opened, head)
            else:
                _evaluate(run, part, clean, badges(run, opened if part == "test" else None), head)


def _looked_at() -> Run | None:
    """Return the run that the address names; without one the latest that is complete, which the address then names."""
    run_id = address.run_id()
    if run_id is not None:
        return services.run(run_id)
    latest = services.latest_complete()
    if latest is not None:
        address.look(run=latest.id)
    return latest


def _judged_by(run: Run | None) -> tuple[Part, bool]:
    """Draw what a complete run is judged by: a part of the tracks, and the labels or the true genres (True)."""
    if run is None or run.state != "complete":
        return "validation", False
    part = address_choice(
        "Part",
        "part",
        PARTS,
        help="Validation is for choosing; it chose the best epoch, so its score is a little too good. Test is for "
        "reporting.",
        on_change={"track": None},
    )
    return part, about_true_genres(run.config.data, {"track": None})


def _closed(run: Run, opened: Openings, head: "st.delta_generator.DeltaGenerator") -> None:
    """Ask before the test part of a run is shown for the first time."""
    headline = evaluate_states.closed(run, opened)
    with head:
        st.header(headline.answer, anchor=False)
        st.caption(headline.reason, help=GLOSSARY["test opened"])
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "Open the test part",
                icon=":material/lock_open:",
                key="open test",
                on_click=services.open_test,
                args=(run.id,),
            )
            st.button("Stay with validation", type="tertiary", key="keep closed", on_click=_stay_with_validation)


def _stay_with_validation() -> None:
    address.look(part=None)


def _wait(drawn: Run) -> None:
    """Say how a run stands, and start the page anew when it is complete."""
    run = services.run(drawn.id)
    if run is None or run.state != drawn.state:
        st.rerun()
    _say(st.container(), *evaluate_states.not_complete(run))


def _say(
    where: "st.delta_generator.DeltaGenerator", headline: Headline, step: Step, marked: Sequence[Badge] = ()
) -> None:
    with where:
        st.header(plain(headline.answer), anchor=False)
        if marked:
            terms_line((), marked)
        st.caption(plain(headline.reason))
        address.page_link(step.page, step.label, icon=":material/arrow_forward:")


def _evaluate(
    run: Run, part: Part, clean: bool, marked: Sequence[Badge], head: "st.delta_generator.DeltaGenerator"
) -> None:
    try:
        outcome, data = services.outcome(run, part, clean=clean), services.dataset(run.config.data)
    except GenreLabError as error:  # its table was deleted, or it was made by another version
        _say(head, *evaluate_states.no_data(run, part, str(error)), marked)
        return
    if outcome is None:
        _say(head, *evaluate_states.not_complete(run))
        return
    with head:
        _answer(run, outcome, part, marked)
    _ruler(run, outcome, part)
    _section(Judged(run, part, outcome, data))


def _section(judged: Judged) -> None:
    """Draw the section that the address names."""
    match address_choice("Section", "section", SECTIONS):
        case _:
            confusions.draw(judged)


def _answer(run: Run, outcome: Outcome, part: Part, marked: Sequence[Badge]) -> None:
    known = known_already(run)
    st.header(answer(outcome, part, known), anchor=False, help=limit_help(outcome, part, known))
    terms_line(scores_line(outcome.evaluation), marked)


def _ruler(run: Run, outcome: Outcome, part: Part) -> None:
    scores = outcome.evaluation
    name = "this model" if part == "test" else "this model, validation"
    diamond: rulers.Part = "test" if part == "test" else "validation"
    marks = [
        rulers.majority(scores.majority_accuracy),
        rulers.model(scores.accuracy, scores.accuracy_interval, name, diamond),
    ]
    if outcome.limit is not None:
        marks.append(rulers.bayes_limit(outcome.limit.accuracy, limit_label(run.config.data)))
    measure = f"accuracy on {measured(outcome, part)}"
    rulers.ruler(rulers.Ruler(tuple(marks), measure), key="evaluate ruler")


main()
