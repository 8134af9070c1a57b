"""Predict: a run answers for new tracks of a table or of sound, once it was said what of them is used."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from dashboard.components.address_choice import address_menu
from dashboard.components.judged_head import say_headline
from dashboard.components.number_fields import reject_below
from dashboard.components.run_picker import run_picker
from dashboard.components.safely import refreshing
from dashboard.services import predicting, runs
from dashboard.services.predicting import Seen, Wanted
from dashboard.shell import address
from dashboard.text import evaluate_states
from dashboard.views.predict import answer
from dashboard.views.predict import text as sentences
from dashboard.views.predict.files import brought as choose_files
from dashboard.views.predict.used import said_of, used
from genre_core.store.schema import Run

LOOK_SECONDS = 0.3


def main() -> None:
    """Draw the run, what it is to answer for, what of that is used, and its answers."""
    with st.container(key="predict-page", gap="small"):
        run = runs.run(address.run_id()) if address.run_id() else runs.latest_complete()
        head, choice = st.columns([1.75, 1], gap="medium")
        with choice, st.container(key="predict-choice", horizontal=True, vertical_alignment="bottom", gap="small"):
            run_picker(run)
            ready = run is not None and run.state == "complete"
            threshold = reject_below("predict threshold", sentences.THRESHOLD_HELP) if ready else 0.0
            level = float(address_menu("Prediction sets", "level", sentences.LEVEL, width=150)) / 100 if ready else 0.0
        with head:
            place = st.container()
        if run is None or not ready:
            with place:
                nothing = evaluate_states.no_run(address.run_id(), bool(runs.listed(limit=1)))
                say_headline(*(evaluate_states.not_complete(run) if run else nothing))
            return
        _predict(run, threshold, level, place)


def _predict(run: Run, threshold: float, level: float, place: st.delta_generator.DeltaGenerator) -> None:
    files = choose_files()
    if files is None:
        with place:
            say_headline(sentences.waiting())
        return
    said = said_of(files)
    asked = predicting.seen(run, files, said)
    if asked.found is None:
        with place:
            _wait_or_say(asked.problem, "Reading …", lambda: predicting.seen(run, files, said).waiting,
                         partial(predicting.forget_seen, run, files, said))  # fmt: skip
        return
    order = used(run.id, files, asked.found)
    if order is None:
        with place:
            say_headline(sentences.found(asked.found))
    elif _is_measured(asked.found, place):
        _answers(run, Wanted(order.brought, order.said, order.unit, level), threshold, place)


def _is_measured(seen: Seen, place: st.delta_generator.DeltaGenerator) -> bool:
    """Return whether all clips are measured, or draw how far that is."""
    done, problem = predicting.measured(seen.tasks)
    if problem:
        with place:
            say_headline(evaluate_states.no_answer(problem))
    elif done < len(seen.tasks):
        with place:
            st.header("Measuring the clips …", anchor=False)
            refreshing(_measure, LOOK_SECONDS)(seen)
    return not problem and done == len(seen.tasks)


def _measure(seen: Seen) -> None:
    """Draw how many clips are measured; start the page anew when all are, or one failed."""
    done, problem = predicting.measured(seen.tasks)
    if problem or done == len(seen.tasks):
        st.rerun()
    st.progress(done / len(seen.tasks))


def _answers(run: Run, wanted: Wanted, threshold: float, place: st.delta_generator.DeltaGenerator) -> None:
    asked = predicting.answers(run, wanted)
    if asked.found is None:
        with place:
            _wait_or_say(asked.problem, "Predicting …", lambda: predicting.answers(run, wanted).waiting,
                         partial(predicting.forget_answers, run, wanted))  # fmt: skip
        return
    with place:
        answer.draw_head(asked.found, threshold)
    answer.draw(run, asked.found, predicting.shown(run, wanted, asked.found, threshold))


def _wait_or_say(problem: str, doing: str, waits: Callable[[], bool], again: Callable[[], None]) -> None:
    """Say what a worker is doing, or what was wrong with it and how to try again."""
    if not problem:
        st.header(doing, anchor=False)
        refreshing(_wait, LOOK_SECONDS)(waits)
        return
    say_headline(evaluate_states.no_answer(problem))
    st.button("Try again", icon=":material/refresh:", key="again", type="tertiary", on_click=again)


def _wait(waits: Callable[[], bool]) -> None:
    """Start the page anew when the answer is there."""
    if not waits():
        st.rerun()
    st.caption("A worker does it.")


main()
