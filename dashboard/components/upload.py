"""Add a table: files are read, joined, stored once and chosen; a bad one gets its sentence and changes nothing."""

import streamlit as st

from dashboard import forms, services
from dashboard.address import plain
from genre_core.errors import GenreLabError
from genre_core.tables.reading import MAX_BYTES

_PROBLEM, _COUNT = "upload problem", "uploads so far"


def upload() -> None:
    """Draw where files are dropped."""
    key = f"upload {st.session_state.get(_COUNT, 0)}"  # a fresh one after each upload lets go of the bytes
    st.file_uploader(
        "CSV or Parquet, a row for each track, a column that names its genre. Files chosen together are joined.",
        accept_multiple_files=True,
        max_upload_size=MAX_BYTES // 1024**2,
        key=key,
        on_change=_read,
        args=(key,),
    )


def upload_problem() -> None:
    """Say what was wrong with the last files, until others are chosen."""
    if problem := st.session_state.get(_PROBLEM, ""):
        st.error(plain(problem), icon=":material/error:")


def _read(key: str) -> None:
    """Store what was dropped and choose it, in the address as well."""
    files = [(file.name, file.getvalue()) for file in st.session_state[key] or ()]
    if not files:
        return
    st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1
    try:
        chosen = services.add_table(files)
    except GenreLabError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    st.session_state[_PROBLEM] = ""
    forms.choose_table(chosen)
