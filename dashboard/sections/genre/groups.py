"""Whether few artists (or albums, or tracks) make up the errors of a genre."""

import streamlit as st

from dashboard import services
from dashboard.address import plain
from dashboard.sections.genre.one_genre import OneGenre
from dashboard.sentences.genre import groups_sentence
from genre_core.dataset import Dataset

ROWS_SHOWN = 12


def level_of(data: Dataset) -> str:
    """Return what errors are counted by: the coarsest level of groups; empty where rows stand alone."""
    return data.coarsest[0] if data.coarsest else ""


def draw(one: OneGenre) -> None:
    """Draw the finding and the table of the groups, the worst first."""
    judged, level = one.judged, level_of(one.judged.data)
    found = services.whose_errors(judged.run, judged.part, one.number, clean=judged.clean)
    st.subheader(f"Errors by {level}", anchor=False)
    st.markdown(plain(groups_sentence(found, one.name, level, judged.part), 600))
    if found is None:
        return
    st.caption(f"By chance: the same errors dealt to the tracks at random, whatever {level} they are of.")
    table = {
        level: [f"{level} {group.group + 1}" for group in found.groups],
        "tracks": [group.n for group in found.groups],
        "wrong": [group.wrong for group in found.groups],
        "share wrong": [100 * group.wrong / group.n for group in found.groups],
        "of all errors": [100 * group.wrong / found.n_errors for group in found.groups],
    }
    number = st.column_config.NumberColumn
    st.dataframe(
        table,
        hide_index=True,
        key=f"{one.key} groups",
        height=36 + 35 * min(ROWS_SHOWN, len(found.groups)),
        column_config={
            "share wrong": number("Share wrong", format="%.0f %%"),
            "of all errors": number("Of all errors", format="%.1f %%"),
        },
        alt=f"Errors of {one.name} by {level}, the worst first.",
    )
