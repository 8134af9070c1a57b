"""Repeat: one configuration with other seeds or on folds: how far its score moves by luck."""

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard.components import study_page
from dashboard.components.address_choice import address_choice
from dashboard.components.file_names import about
from dashboard.components.live import Parts, answer_part
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.plot import chart
from dashboard.components.right_about import choose_unit
from dashboard.components.ruler import ruler
from dashboard.components.usable import say_why_not, usable
from dashboard.components.view import beyond_plain, numbers
from dashboard.components.words import words
from dashboard.services import repetitions, studies, tables
from dashboard.services.repetitions import Repetition
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.text.studies import label
from dashboard.views.repeat import live as following
from dashboard.views.repeat import runs as repeated
from dashboard.views.repeat import text as sentences
from genre_core.settings.config import ExperimentConfig
from genre_core.studies.kinds import REPEATS
from genre_core.studies.repeats.config import Folds, OtherSeeds

WAYS: Mapping[str, Callable[[int], OtherSeeds | Folds]] = {
    "seeds of network and split": lambda n: OtherSeeds(times=n),
    "seeds of the network": lambda n: OtherSeeds(times=n, vary="network"),
    "seeds of the split": lambda n: OtherSeeds(times=n, vary="split"),
    "folds": lambda n: Folds(k=n),
    "folds, shuffled 5 times": lambda n: Folds(k=n, repeats=5),
}
"""Ways to repeat, by how they read after a number."""
FEWEST, MOST_SEEDS, MOST_FOLDS, USUAL = 2, 50, 20, 5
PARTS = {"validation": "Validation", "test": "Test"}
MOST_LETTERS = 1000
ANEW = {"part": None, "with": None}
"""Address parameters dropped with another repetition."""
BEFORE = answer_part(sentences.BEFORE.answer, sentences.BEFORE.reason)


def main() -> None:
    """Draw the page: the answer, the buttons, the curves, the runs; settings in the sidebar."""
    form = forms.sidebar_settings(
        tables.tables(), genres=tables.genres, columns=tables.columns, begins=tables.begins, looked_at="study"
    )
    able = usable(form)
    with st.container(key="repeat-page", gap="small"):
        found, parts = study_page.looked_at(st.query_params.get("study"), repetitions.repetition), None
        place = st.container(key="repeat-answer", gap="xsmall")
        with st.container(key="repeat-controls", horizontal=True, vertical_alignment="center", gap="small"):
            _controls(found, able.config)
        if found:
            with st.container(key="repeat-judged", horizontal=True, vertical_alignment="center", gap="small"):
                found = _judged(found)
                parts = following.parts(found)
                words(parts["progress"], "repeat progress", live="progress", width=230)
        say_why_not(able)
        with place:
            study_page.answer("repeat", parts, BEFORE)
        if found and parts:
            about(f"repetitions {found.study.id}")
            _repetition(found, parts, form.config)
        elif form.config:
            study_page.say_what_differs_from_run(form.config)
            ruler(following.preview(form.config.data), "repeat ruler before")
            st.caption(sentences.PREVIEW)


def _controls(found: Repetition | None, config: ExperimentConfig | None) -> None:
    """Draw the buttons and the choices."""
    study = found.study if found else None
    place = st.container(key="repeat-start", width="content")
    study_page.rest_button(
        study,
        "Trains the missing runs; finished runs stay.",
        "Stop now and keep the finished runs. You can continue the others later.",
    )
    how = st.session_state.get("how", next(iter(WAYS)))
    n = st.number_input(
        "How many", FEWEST, MOST_FOLDS if how.startswith("folds") else MOST_SEEDS, USUAL, key="times",
        bind="query-params", label_visibility="collapsed", width=110,
        help="How many seeds or folds. More: a narrower interval; it takes longer. 5 are usual.",
    )  # fmt: skip
    how = st.selectbox(
        "How",
        WAYS,
        key="how",
        bind="query-params",
        label_visibility="collapsed",
        width=240,
        help="Other seeds show how much luck changes a score. Folds judge everything outside the test part.",
    )
    with place:
        study_page.start_button(
            "Repeat", "repeat", config is not None and not (study and study.active), _repeat, config, how, n
        )
    study_page.former(
        "Earlier repetitions",
        REPEATS,
        study,
        label,
        lambda study_id: address.look(study=study_id, **ANEW),
        width=330,
    )


def _repeat(study_id: str, config: ExperimentConfig, how: str, n: int) -> None:
    def begin() -> None:
        studies.start_study(REPEATS, study_id, repetitions.repeats_config(config, WAYS[how](n)))

    study_page.start_and_look(begin, study=study_id, **ANEW)


def _judged(found: Repetition) -> Repetition:
    """Draw the choice of the part that other seeds are judged on, and of what is counted where rows are segments."""
    if not found.complete:
        return found
    unit, test = choose_unit(found.config.experiment.data), _is_test(found)
    return repetitions.repetition(found.study.id, test=test, unit=unit)


def _is_test(found: Repetition) -> bool:
    """Draw the choice of the part; the test part is judged only once it was opened."""
    if isinstance(found.config.what, Folds):
        return False
    part = address_choice("Part", "part", PARTS, help="Use validation for choosing and test for reporting.")
    if part == "test" and not found.opened:
        st.button("Open the test parts", icon=":material/lock_open:", key="open tests", help=sentences.CLOSED,
                  on_click=repetitions.open_repetition, args=(found.study.id,))  # fmt: skip
        return False
    return part == "test"


def _repetition(found: Repetition, parts: Parts, config: ExperimentConfig | None) -> None:
    if st.query_params.get("part") == "test" and found.part == "validation":
        st.caption(f":material/lock: {plain(sentences.CLOSED)}")
    if held_out := sentences.held_out(found):
        st.caption(plain(held_out, MOST_LETTERS))
    study_page.say_what_differs("repeat", config, found.config.experiment, "repeated", "repeated here")
    numbers(parts["numbers"], live="numbers")
    phone_parts({"curves": "Curves", "runs": "Runs", "compared": "Comparison"})
    with part("curves"), st.container(key="repeat-charts"):
        columns = st.columns(2, gap="medium")
    for name, column in zip(("loss", "accuracy"), columns, strict=True):
        with column:
            chart(parts[name], f"repeat {name}", height=following.HEIGHT, revision=found.study.id, live=name)
    with beyond_plain("runs"):
        with part("runs"):
            repeated.runs(found)
            repeated.matrix_of_folds(found)
        with part("compared"):
            repeated.comparison(found)
    following.follow(found)


main()
