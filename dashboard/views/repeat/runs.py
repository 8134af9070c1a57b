"""Parts of Repeat below its charts: the runs, the matrix of the folds, and another repetition."""

import streamlit as st

from dashboard.components.file_names import named
from dashboard.components.folded import folded
from dashboard.components.live import title_part
from dashboard.components.matrix import matrix
from dashboard.components.plot import plot
from dashboard.components.ruler import Ruler, ruler
from dashboard.components.safely import refreshing
from dashboard.components.study_page import study_choice
from dashboard.components.table import COUNT, table
from dashboard.components.tables import matrix_table
from dashboard.components.words import words
from dashboard.figures.matrix import live_view, matrix_view
from dashboard.services import repetitions, studies
from dashboard.services.repetitions import Repetition
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text.studies import label
from dashboard.views.repeat import text as sentences
from dashboard.views.repeat.figures import PROBABILITIES, probability_bar
from dashboard.views.repeat.live import mean_mark
from genre_core.errors import GenreLabError
from genre_core.evaluation.practical import MOST_REGION, REGION
from genre_core.evaluation.repeated_scores import LEAST_SCORES
from genre_core.studies.kinds import REPEATS
from genre_core.studies.repeats.config import Folds
from genre_core.studies.repeats.summary import runs_to_show
from genre_core.training.predictions import Unit

TABLE_SECONDS = 1.0
ROWS_SHOWN = 12
MOST_LETTERS = 1000


def runs(found: Repetition) -> None:
    """Draw the runs; the chosen one can be opened."""
    if not found.runs:
        return
    st.subheader("The runs", anchor=False)
    refreshing(_runs, TABLE_SECONDS if found.study.active else None)(found.study.id, found.part, found.unit)


def _runs(study_id: str, part: str, unit: Unit) -> None:
    found = repetitions.repetition(study_id, test=part == "test", unit=unit)
    ids = [run.id for run in found.runs.values()]
    chosen = st.query_params.get("run")
    table(
        sentences.rows(found),
        f"runs of {study_id} {len(ids)}",
        "The runs of this repetition: state, epochs, accuracy and macro-F1.",
        n=len(ids),
        most=ROWS_SHOWN,
        row_height=35,
        columns={f"{sentences.noun(found)}s": st.column_config.NumberColumn(format=COUNT)},
        on_pick=lambda at: address.look(run=None if at is None else ids[at]),
        at=ids.index(chosen) if chosen in ids else None,
        file="runs",
    )
    _open_chosen(found)


def _open_chosen(found: Repetition) -> None:
    number = next((n for n, run in found.runs.items() if run.id == st.query_params.get("run")), None)
    if number is None:
        st.caption("Select a run to open it.")
        return
    run, name = found.runs[number], found.config.name(number)
    with st.container(horizontal=True, gap="small"):
        if run.state == "complete":
            part = found.part if found.part == "test" else None
            address.page_link(
                "views/evaluate/page.py", f"Evaluate {name}", icon=":material/arrow_forward:", run=run.id, part=part
            )
        address.page_link("views/train/page.py", "Its curves", icon=":material/show_chart:", run=run.id)


def matrix_of_folds(found: Repetition) -> None:
    """Draw the matrix over all held-out folds."""
    confusion, what = found.matrix, found.config.what
    if confusion is None or not isinstance(what, Folds):
        return
    st.subheader("Held-out folds together", anchor=False)
    nouns = sentences.tracks(found)
    view = matrix_view(confusion, nouns=nouns) if what.repeats == 1 else live_view(confusion, nouns=nouns)
    try:
        score = repetitions.pooled_score(found)
    except GenreLabError as error:
        score = None
        st.caption(f":material/error: {plain(f'No interval for the share below: {error}')}")
    st.caption(plain(sentences.pooled(found, score), MOST_LETTERS))
    matrix(view, key="matrix of folds", label="Confusion matrix of the held-out folds")
    file_name = f"{named('all folds')}.csv"
    folded("As a table", "folds as a table", matrix_table, confusion, "fold matrix table", file_name)


def comparison(found: Repetition) -> None:
    """Draw what it takes to show a difference, the choice of another repetition, and whether this one is better."""
    if len(found.complete) < LEAST_SCORES:
        return
    st.subheader("Compare with other settings", anchor=False)
    _plan(found)
    others = [study for study in studies.latest_studies(REPEATS) if study.id != found.study.id]
    if not others:
        st.caption(sentences.NO_OTHER)
        return
    named = st.query_params.get("with")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        study_choice(
            "Compared with",
            others,
            named,
            lambda study: label(study, studies.config_or_none(REPEATS, study)),
            lambda study_id: address.look(**{"with": study_id}),
            placeholder="Choose a repetition of other settings",
            width=520,
        )
        region = _region() if named else REGION
    if named:
        _compared(found, named, region)


def _plan(found: Repetition) -> None:
    """Draw how many runs a difference takes that a person gives."""
    assert found.summary is not None
    with st.container(key="repeat-plan", horizontal=True, vertical_alignment="bottom", gap="small"):
        given = st.number_input(
            "Difference to show (points)", 0.1, 50.0, 1.0, 0.5, "%.1f", key="difference", bind="query-params",
            help="In accuracy, between these settings and others that are repeated in the same way.", width=210,
        )  # fmt: skip
        st.caption(plain(sentences.planned(given / 100, runs_to_show(found.summary, given / 100))), width="stretch")


def _region() -> float:
    """Draw the choice of the difference that is too small to matter; return it as a rate."""
    given = st.number_input(
        "Too small to matter (± points)", 0.0, 100 * MOST_REGION, 100 * REGION, 0.5, "%.1f", key="region",
        bind="query-params", help=sentences.REGION, width=230,
    )  # fmt: skip
    return given / 100


def _compared(found: Repetition, named: str, region: float) -> None:
    try:
        tested = found.part != found.config.part
        theirs = repetitions.repetition(named, test=tested, unit=found.unit)
    except GenreLabError as error:
        st.caption(f":material/error: {plain(str(error))}")
        return
    if tested and not theirs.opened:
        st.caption(f":material/lock: {plain(sentences.OTHERS_CLOSED)}")
        return
    compared = repetitions.compare_repetitions(found, theirs, region)
    headline = sentences.compared(found, compared)
    words(title_part(headline.answer, headline.reason), "compared words")
    if compared.found:
        drawn = probability_bar(compared.found)
        plot(drawn, "probabilities", height=PROBABILITIES, alt=sentences.probabilities_said(compared.found))
    if found.summary and theirs.summary:
        ours = mean_mark(found, found.summary.accuracy, "these settings")
        other = mean_mark(theirs, theirs.summary.accuracy, "those settings", "other")
        ruler(Ruler((ours, other), f"accuracy of both on {sentences.tracks(found)}"), "compared ruler")
