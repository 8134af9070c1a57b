"""Evaluate: how many tracks a run gets right, which genres it confuses, and on which tracks."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components import confusions
from dashboard.components import ruler as rulers
from dashboard.components.address_choice import address_choice
from dashboard.components.ensembles import beside_members
from dashboard.components.judged import Judged
from dashboard.components.judged_head import judged_head
from dashboard.components.ruler_marks import limit_marks, member_marks
from dashboard.components.take_home import take_home
from dashboard.components.terms import numbers_line
from dashboard.components.view import numbers, numbers_part
from dashboard.services import datasets, outcomes, runs
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text.badges import Badge
from dashboard.text.evaluate import answer, limit_help, scores_line, three
from dashboard.text.limits import known_already, limit_here_label, long_run
from dashboard.theme import percent
from dashboard.views.evaluate import (
    confidence,
    dont_know,
    doubtful_labels,
    elsewhere,
    few_clips,
    horse,
    sets,
    through_time,
)
from genre_core.bayes.recipe import recipe_known
from genre_core.settings.config import SoundConfig

SECTIONS = {
    "matrix": "Confusions",
    "epochs": "Through time",
    "confidence": "Confidence",
    "reject": "Don't know",
    "sets": "Prediction sets",
    "labels": "Doubtful labels",
    "elsewhere": "Other data",
    "few": "How many clips?",
    "horse": "Is it a horse?",
}

OWN_NUMBERS = ("confidence", "reject", "sets")
"""Sections with three numbers of their own."""


def main() -> None:
    """Draw the page: the answer, the matrix, and the tracks behind a cell of it."""
    with st.container(key="evaluate-page", gap="small"):
        judged = judged_head(_answer)
        if judged is not None:
            _section(judged)
        elif (run := runs.run(address.run_id())) is not None and run.state != "complete":
            through_time.draw_incomplete(run)


def _section(judged: Judged) -> None:
    """Draw the section that the address names."""
    with st.container(key="evaluate-sections", horizontal=True, vertical_alignment="center", gap="medium"):
        heard = isinstance(judged.run.config.data, SoundConfig)
        sections = {name: title for name, title in SECTIONS.items() if heard or name not in ("few", "horse")}
        section = address_choice("Section", "section", sections)
        part = None if judged.part == "validation" else judged.part
        icon = ":material/compare_arrows:"
        with st.container(key="evaluate-onward", horizontal=True, vertical_alignment="center", width="content"):
            address.page_link("views/compare/page.py", "Compare with …", icon, runs=judged.run.id, part=part)
            take_home([judged.run])
    if section == "matrix":
        _ruler(judged)
    if section not in OWN_NUMBERS:
        numbers(numbers_part(three(judged.outcome.evaluation)))
    match section:
        case "epochs":
            through_time.draw(judged)
        case "confidence":
            confidence.draw(judged)
        case "reject":
            dont_know.draw(judged)
        case "sets":
            sets.draw(judged)
        case "labels":
            doubtful_labels.draw(judged)
        case "elsewhere":
            elsewhere.draw(judged)
        case "few":
            few_clips.draw(judged)
        case "horse":
            horse.draw(judged)
        case _:
            confusions.draw(judged)


def _answer(judged: Judged, marked: Sequence[Badge]) -> None:
    known = known_already(judged.run, judged.outcome.unit)
    said = answer(judged.outcome, judged.part, known)
    explained = limit_help(judged.outcome, judged.part, known, judged.limit_in_the_long_run)
    if with_recipe := datasets.recipe_limit(judged.run.config.data, clean=judged.clean):
        explained = recipe_known(percent(with_recipe.accuracy))
    st.header(said, anchor=False, help=explained)
    numbers_line(scores_line(judged.outcome.evaluation), marked)


def _ruler(judged: Judged) -> None:
    scores, part = judged.outcome.evaluation, judged.part
    name = "this model" if part == "test" else "this model, validation"
    model = rulers.model(
        scores.accuracy, scores.accuracy_interval, name, part, too_few=scores.confusion_matrix.too_few()
    )
    marks = [rulers.majority(scores.majority_accuracy), model]
    if judged.run.config.averaged_with:
        marks += member_marks(judged.run, part)
    if judged.outcome.limit is not None:
        label = limit_here_label(judged.run.config.data, judged.outcome.unit)
        marks.append(rulers.bayes_limit(judged.outcome.limit.accuracy, label))
    else:
        marks += limit_marks(judged.run.config.data, judged.outcome.unit, clean=judged.clean)
    told = outcomes.tags_alone(judged.run, part, judge=judged.judge)
    if told:
        marks.append(rulers.tags_alone(told))
    rulers.ruler(rulers.Ruler(tuple(marks), f"accuracy on {judged.measured}"), key="evaluate ruler", height=72)
    if in_the_long_run := judged.limit_in_the_long_run:
        with st.container(key="long-run"):
            st.caption(long_run(in_the_long_run))
    if told and told.sentence:
        st.caption(plain(told.sentence))
    if judged.run.config.averaged_with:
        beside_members(judged.run, part)


main()
