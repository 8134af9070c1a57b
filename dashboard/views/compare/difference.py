"""Where two runs answer otherwise: the difference matrix, and the tracks that moved from cell to cell."""

import numpy as np
import streamlit as st

from dashboard.components.address_choice import address_menu
from dashboard.components.cell_tracks import Chosen as Tracks
from dashboard.components.cell_tracks import in_cells
from dashboard.components.confusions import ORDERS
from dashboard.components.file_names import named
from dashboard.components.matrix import matrix, picked
from dashboard.components.matrix_table import view_table
from dashboard.components.phone_parts import part
from dashboard.components.terms import terms_table
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.shell.cells import Selection
from dashboard.text.cells import selection_title
from dashboard.views.compare import comparing, moved
from dashboard.views.compare import text as sentences
from dashboard.views.compare.chosen import Chosen
from dashboard.views.compare.verdict import choose_other
from genre_core.evaluation.confusion import Normalization
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.takehome.naming import file_name

MATRIX = "difference matrix"
SHARES: dict[Normalization, str] = {"count": "Counts", "true": "% of true", "all": "% of all"}


def draw(chosen: Chosen) -> None:
    """Draw the difference matrix, and beside it the tracks behind what is chosen of it."""
    of = chosen.compared
    cells = address.selection(len(of.first.outcome.genres))
    left, right = st.columns([1.7, 1.3], gap="medium")
    with left, part("difference"):
        _matrix(chosen, cells)
    with right, st.container() if cells else part("moved"):
        _tracks(chosen, cells)


def _matrix(chosen: Chosen, cells: Selection | None) -> None:
    of, found = chosen.compared, chosen.pair
    with st.container(key="difference-choices", horizontal=True, vertical_alignment="center", gap="small"):
        choose_other(chosen)
        by = address_menu("Show", "by", SHARES, width=145)
        order = address_menu("Order", "order", ORDERS, width=160)
    view = comparing.compared_view(of, chosen.number, by, order, chosen.nouns)
    pair = f"{found.first} minus {found.second}"
    matrix(
        view,
        MATRIX,
        selected=cells.text if cells else "",
        on_pick=_pick,
        label=f"Difference matrix: {pair}, on {chosen.nouns}",
        note=sentences.matrix_sentence(found, found.matrix),
        said=_said(chosen, cells) if cells else "",
    )
    view_table(view, "difference", f"{file_name(of.first.run)} less {file_name(chosen.other.run)}.csv")


def _pick() -> None:
    address.look(cell=picked(MATRIX), track=None)


def _here(chosen: Chosen, cells: Selection | None) -> tuple[Tracks, int, int]:
    """Return which tracks moved, into or out of the chosen cells where some are; and how many each run alone has there.

    A track moved if the two runs give different answers for it.
    """
    of = chosen.compared
    found = comparing.moved(of, chosen.number)
    if cells is None:
        return found, 0, 0
    ours, theirs = in_cells(of.first.outcome, cells), in_cells(of.others[chosen.number].outcome, cells)
    return (
        np.asarray(found & (ours | theirs)),
        int(np.count_nonzero(ours & ~theirs)),
        int(np.count_nonzero(theirs & ~ours)),
    )


def _said(chosen: Chosen, cells: Selection | None) -> str:
    here, ours, theirs = _here(chosen, cells)
    names = chosen.compared.first.letter, chosen.other.letter
    return sentences.moved_sentence(int(here.sum()), *names, (ours, theirs), cells)


def _tracks(chosen: Chosen, cells: Selection | None) -> None:
    """Draw the tracks that moved; without a choice also how often each of the two is right."""
    here, _, _ = _here(chosen, cells)
    matrix_of = chosen.compared.first.outcome.evaluation.confusion_matrix
    with st.container(key="moved-head", horizontal=True, vertical_alignment="center", gap="small"):
        title = "Tracks that moved" if cells is None else f"Moved: {selection_title(matrix_of, cells)}"
        st.subheader(plain(title), anchor=False, help=None if cells else GLOSSARY["difference matrix"])
        if cells is not None:
            address.close_button("close cell", "cell", "track")
    if cells is None:
        terms_table(
            sentences.agreement_rows(chosen.pair), f"Who is right, on {chosen.nouns}", f"{named('who is right')}.csv"
        )
    st.caption(plain(_said(chosen, cells)))
    if here.any():
        moved.draw(chosen, here)
