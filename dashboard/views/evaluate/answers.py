"""The matrix of answers where some are held back: a last column for "don't know", and the tracks of its cells."""

import streamlit as st

from dashboard.components.address_choice import address_menu
from dashboard.components.cell_tracks import tracks_in
from dashboard.components.confusions import ORDERS, SHARES
from dashboard.components.judged import Judged
from dashboard.components.matrix import matrix, picked
from dashboard.components.matrix_table import view_table
from dashboard.components.tracks import judged_tracks
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.shell.cells import Selection
from dashboard.theme import percent
from dashboard.views.evaluate import rejecting as services
from dashboard.views.evaluate.answers_text import answer_cells, answers_sentence, answers_title
from dashboard.views.evaluate.rejecting import AnswerMatrix, Rejected, Rule
from genre_core.errors import ConfigError
from genre_core.evaluation.glossary import GLOSSARY

ANSWERS = "answers"


def draw(judged: Judged, rule: Rule, seen: Rejected) -> None:
    """Draw the matrix, and beside it the tracks of what is chosen of it."""
    st.subheader(f"Predictions by true genre, on {judged.measured}", anchor=False)
    left, right = st.columns([2.1, 1], gap="medium")
    with left:
        with st.container(key="answers-choices", horizontal=True, vertical_alignment="center", gap="small"):
            by = address_menu("Show", "by", SHARES, width=145)
            order = address_menu("Order", "order", ORDERS, width=160)
        threshold = seen.overall.threshold
        found = services.answer_matrix(judged.run, judged.part, threshold, rule, by=by, order=order)
        if found is None:
            return
        chosen = _chosen(len(judged.outcome.genres))
        matrix(
            found.view,
            ANSWERS,
            selected=chosen.text if chosen else "",
            on_pick=_pick,
            label=(
                f"Predictions of {judged.run.name} on {judged.measured}; the last column counts tracks that are not "
                "answered"
            ),
            note=(
                f"{judged.run.name} on {judged.measured}, answering at a {rule.score} of {percent(threshold)} or above."
            ),
            said=answers_sentence(found.matrix, chosen, found.view.nouns) if chosen else "",
        )
    noun = judged.outcome.noun
    with right:
        if chosen is None:
            st.caption(
                f"Select a cell, a row or a column to see its {noun}s. The last column holds the {noun}s that are not "
                "answered."
            )
        else:
            _tracks(judged, found, chosen, seen, rule.method != "none")
    view_table(found.view, "answers", f"{judged.file_name} answers.csv")


def _chosen(n_genres: int) -> Selection | None:
    """Return what of the matrix is chosen (`answer`), if the matrix has it; the last column counts as a genre."""
    text = st.query_params.get("answer")
    if not text:
        return None
    try:
        found = Selection.of(text, n_genres + 1)
        if any(rows and n_genres in rows for rows, _ in found.blocks):
            raise ConfigError("the last column is not a genre")
    except ConfigError:
        said = f"answer is “{text[:40]}” in this link, but true genres are 0 to {n_genres - 1}, answers 0 to"
        address.note(f"{said} {n_genres}; no cell is chosen.")
        return None
    return found


def _pick() -> None:
    address.look(answer=picked(ANSWERS), track=None)


def _tracks(judged: Judged, found: AnswerMatrix, chosen: Selection, seen: Rejected, scaled: bool) -> None:
    cells = answer_cells(found.matrix, chosen)
    with st.container(key="cell", gap=None):
        title = answers_title(found.matrix, chosen)
        with st.container(key="cell-head", horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(plain(title), anchor=False)
            address.close_button("close answers", "answer", "track")
        said = answers_sentence(found.matrix, chosen, found.view.nouns)
        st.caption(plain(said, longest=900), help=GLOSSARY["Wilson interval"])
        tracks = tracks_in(judged.outcome, judged.data, cells[judged.outcome.y_true, seen.given])
        if not len(tracks):
            st.caption("No track is in this cell." if chosen.kind == "cell" else "No track is in these cells.")
            return
        if scaled:
            st.caption("The listed probabilities are those before scaling.")
        judged_tracks(judged, tracks, f"{judged.file_name} answers {title}")
