"""Which genres are taken for which: the matrix, the tracks behind a cell of it, and what stands out."""

from collections.abc import Sequence

import streamlit as st

from dashboard import address, services
from dashboard.address import plain
from dashboard.cell_tracks import Cell, in_cell, tracks_of
from dashboard.components.address_choice import address_choice
from dashboard.components.matrix import matrix, picked
from dashboard.components.scores import genre_table, score_table
from dashboard.components.tables import matrix_table
from dashboard.sections.evaluate.judged import Judged
from dashboard.sections.track import listed
from dashboard.sentences.evaluate import cell_label, cell_sentence, findings
from dashboard.sentences.limits import known_already
from genre_core.evaluation.confusion import Normalization
from genre_core.evaluation.glossary import GLOSSARY

MATRIX = "matrix"
SHARES: dict[Normalization, str] = {
    "count": "Counts",
    "true": "% of true",
    "predicted": "% of predicted",
    "all": "% of all",
}


def draw(judged: Judged) -> None:
    """Draw the matrix, beside it the chosen cell's tracks or what stands out, and under it every score."""
    cell = address.cell(len(judged.outcome.genres))
    left, right = st.columns([2.1, 1], gap="medium")
    with left:
        _matrix(judged, cell)
    with right:
        if cell is None:
            _what_stands_out(judged)
        else:
            with st.container(key="cell", gap=None):
                _cell(judged, cell, judged.data.tracks)
    _all_scores(judged)


def _matrix(judged: Judged, cell: Cell | None) -> None:
    by = address_choice("Show", "by", SHARES)
    view = services.confusions(judged.run, judged.part, by, clean=judged.clean)
    if view is None:
        return
    label = f"Confusion matrix of {judged.run.name} on {judged.measured}"
    matrix(view, MATRIX, selected=cell, on_pick=_pick, label=label)


def _pick() -> None:
    address.look(cell=picked(MATRIX), track=None)


def _look_at(cell: Cell) -> None:
    address.look(cell=cell, track=None)


def _what_stands_out(judged: Judged) -> None:
    st.subheader("What stands out", anchor=False)
    with st.container(key="findings", gap="small"):
        for number, finding in enumerate(findings(judged.outcome, judged.part, known_already(judged.run))):
            with st.container(gap=None):
                st.markdown(plain(finding.text))
                if finding.cell is not None:
                    st.button(
                        cell_label(judged.outcome, finding.cell),
                        key=f"finding {number}",
                        icon=":material/arrow_forward:",
                        type="tertiary",
                        on_click=_look_at,
                        args=(finding.cell,),
                    )
        st.caption("Choose a cell of the matrix to see its tracks.")


def _cell(judged: Judged, cell: Cell, names: Sequence[str]) -> None:
    outcome, named = judged.outcome, f"{judged.file_name} {cell[0]}-{cell[1]}"
    title, sentence = cell_sentence(outcome, judged.part, cell)
    found = tracks_of(outcome, names, in_cell(outcome, cell))
    with st.container(key="cell-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(plain(title), anchor=False)
        st.button("Close", icon=":material/close:", type="tertiary", key="close cell", on_click=_close_cell)
    st.caption(plain(sentence), help=GLOSSARY["Wilson interval"])
    if not len(found):
        st.caption("No track is in this cell.")
        return
    listed.draw(judged, found, named)


def _close_cell() -> None:
    address.look(cell=None, track=None)


def _all_scores(judged: Judged) -> None:
    left, right = st.columns([2.1, 1], gap="medium")
    with left:
        st.subheader(f"By genre, on {judged.measured}", anchor=False)
        genre_table(judged.outcome.evaluation, f"{judged.part} tracks", f"{judged.file_name} genres.csv")
    with right:
        st.subheader(f"All scores, on {judged.measured}", anchor=False)
        score_table(judged.outcome, judged.measured)
    opened = st.expander("The matrix as a table", key="matrix as a table", type="compact", on_change="rerun")
    if opened.open:
        with opened:
            matrix_table(judged.outcome.evaluation.confusion_matrix, "matrix table", f"{judged.file_name} matrix.csv")
