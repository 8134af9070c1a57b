"""Ways into a matrix of many genres: one genre by its name, and the pairs that are confused most."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components.table import table
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.theme import count
from genre_core.evaluation.confusion import ConfusionMatrix

CSS = Path(__file__).with_suffix(".css")
MANY = 40
"""Genres from which on one looks for a name rather than reads them all."""
SHOWN, MOST = 8, 200
"""Pairs that are shown, and that are listed in all."""
HEIGHT = 640
"""Pixels from which on a drawing with a line for each genre scrolls in a place of its own."""
_FIND = "find a genre"


def find_genre(genres: Sequence[str], members: Sequence[Sequence[int]]) -> None:
    """Draw the search for a genre, whose row it chooses."""

    def choose() -> None:
        if (found := st.session_state[_FIND]) is not None:
            st.session_state[_FIND] = None
            address.look(cell=f"{members[found][0]}-*", track=None)

    st.html(CSS)
    st.selectbox(
        "Find a genre", range(len(genres)), index=None, key=_FIND, on_change=choose, width=190,
        format_func=genres.__getitem__, placeholder="Find a genre", label_visibility="collapsed",
    )  # fmt: skip


def tall(height: int) -> DeltaGenerator:
    """Return the place of a drawing of that height with a line for each genre."""
    return st.container(height=HEIGHT if height > HEIGHT else "content", border=False)


def worst_pairs(matrix: ConfusionMatrix, members: Sequence[Sequence[int]]) -> None:
    """Draw the cells with the most errors, each to be chosen, and the other ones folded."""
    pairs = matrix.commonest_errors(MOST)
    if not pairs:
        return
    st.markdown("**Confused most**")
    with st.container(key="worst-pairs", gap=None):
        for true, predicted, n in pairs[:SHOWN]:
            of = int(matrix.counts[true].sum())
            said = f"{matrix.genres[true]} taken for {matrix.genres[predicted]}: {n:,} of {of:,}"
            cell = f"{members[true][0]}-{members[predicted][0]}"
            st.button(
                plain(said), key=f"pair {cell}", icon=":material/arrow_forward:", type="tertiary",
                on_click=address.look, kwargs={"cell": cell, "track": None},
            )  # fmt: skip
    if rest := pairs[SHOWN:]:
        with st.expander(f"{count(len(rest), 'other pair')} of genres", type="compact", key="other pairs"):
            rows = [
                {"genre": matrix.genres[true], "taken for": matrix.genres[predicted], "tracks": n}
                for true, predicted, n in rest
            ]
            alt = "The other pairs that are confused, most common first."
            table(rows, "pairs of genres", alt, n=len(rows), most=8, file="pairs of genres")
