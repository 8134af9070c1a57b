"""Whether few artists (or albums, or tracks) make up the errors of a genre."""

import streamlit as st

from dashboard.components.judged import Judged
from dashboard.components.table import table
from dashboard.services import one_genre
from dashboard.shell.address import plain
from dashboard.views.genres.one_genre import OneGenre
from dashboard.views.genres.text import groups_sentence


def level_of(judged: Judged) -> str:
    """Return what errors are counted by: the coarsest level of groups; empty where what is judged stands alone."""
    return judged.data.coarsest[0] if judged.data.coarsest and judged.outcome.groups is not None else ""


def draw(one: OneGenre) -> None:
    """Draw the finding and the table of the groups, the worst first."""
    judged, level = one.judged, level_of(one.judged)
    found = one_genre.whose_errors(judged.run, judged.part, one.number, judge=judged.judge)
    st.subheader(f"Errors by {level}", anchor=False)
    told = found.concentration
    st.markdown(plain(groups_sentence(told, one.name, level, judged.part), 600))
    if told is not None:
        st.caption("By chance: the same number of errors, spread over the tracks at random.")
    if not found.groups:
        return
    listed = {
        level: [judged.data.called(level, int(group.group)) for group in found.groups],
        "tracks": [group.n for group in found.groups],
        "wrong": [group.wrong for group in found.groups],
        "share wrong": [100 * group.wrong / group.n for group in found.groups],
    }
    share = st.column_config.NumberColumn("Share wrong", format="%.0f %%")
    titles = {level: level.capitalize(), "tracks": "Tracks", "wrong": "Wrong", "share wrong": share}
    alt = f"Errors of {one.name} by {level}, the worst first."
    table(listed, f"{one.key} groups", alt, n=len(found.groups), columns=titles, file=f"errors by {level}")
