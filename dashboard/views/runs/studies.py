"""The list of studies: searches, repetitions and lenses, newest first, each to open and to delete."""

import hashlib

import streamlit as st

from dashboard.components.csv_download import csv_download
from dashboard.components.deleting import delete_or_keep
from dashboard.components.folded import folded
from dashboard.components.safely import refreshing
from dashboard.services import studies, workers
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text.studies import about
from dashboard.views.runs import studies_text as sentences
from dashboard.views.runs.studies_text import Row

POLL_SECONDS = 1.0
MOST = 200
ROWS_SHOWN, ROW_HEIGHT = 6, 35
PAGES = {
    "lens": ("views/lens/page.py", "lens"),
    "repeats": ("views/repeat/page.py", "study"),
    "search": ("views/tune/page.py", "study"),
}
"""Where a kind of study is looked at, and what names it in the address."""


def study_list() -> None:
    """Draw the list, folded, where there are any."""
    rows = _rows()
    if not rows:
        return
    label, active = sentences.how_many(rows, MOST, studies.n_under_way()), any(row.study.active for row in rows)
    listed = refreshing(_list, POLL_SECONDS if active else None)
    folded(label, "studies", listed, [row.study.id for row in rows], active)


def _rows() -> list[Row]:
    tables = workers.store().table_names()
    return [
        Row(kind.name, about(studies.config_or_none(kind, study), tables), study)
        for kind, study in studies.listed_studies(MOST)
    ]


def _list(drawn: list[str], active: bool) -> None:
    rows = _rows()
    ids = [row.study.id for row in rows]
    if ids != drawn or any(row.study.active for row in rows) != active:
        st.rerun()
    key = f"studies {hashlib.sha256(repr(ids).encode()).hexdigest()[:12]}"  # rows are chosen by number
    chosen = st.dataframe(
        sentences.columns(rows),
        hide_index=True,
        height=40 + ROW_HEIGHT * min(len(rows), ROWS_SHOWN),
        row_height=ROW_HEIGHT,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "kind": st.column_config.TextColumn("Study", width=110),
            "about": st.column_config.TextColumn("About", width=430),
            "state": st.column_config.TextColumn("State", width=110),
            "ago": st.column_config.DatetimeColumn("Made", width=130, format="distance"),
        },
        alt="Searches, repetitions and lenses, newest first: subject, state and time.",
    )["selection"]["rows"]
    csv_download(sentences.columns(rows), "Studies.csv", "studies")
    if not chosen:
        st.caption("Select a study to open it. Its page lists its runs.")
        return
    row = rows[chosen[0]]
    page, name = PAGES[row.study.kind]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        icon = ":material/arrow_forward:"
        address.page_link(page, plain(f"Open this {row.kind}: {row.about}"), icon, **{name: row.study.id})
        if st.button("Delete", icon=":material/delete:", key="delete study"):
            _ask(row)


@st.dialog("Delete this study?")
def _ask(row: Row) -> None:
    st.write(f"The {row.kind} of **{plain(row.about)}**. {sentences.what_goes(row)}")
    delete_or_keep(f"Delete {row.kind}", "study", studies.delete_study, row.study)
