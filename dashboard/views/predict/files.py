"""Files that a person brings to be predicted: a table, a folder of sounds, or sound files."""

from typing import cast

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.services import predicting, server_files
from dashboard.services.predicting import Brought
from dashboard.shell.address import plain
from dashboard.views.predict import text as sentences
from genre_core.data.clips.uploads import check, is_sound
from genre_core.data.tables.formats import MAX_BYTES
from genre_core.errors import DataError, GenreLabError

_BROUGHT, _NAMES, _PROBLEM, _COUNT = "predict brought", "predict names", "predict problem", "predict uploads"
INSTEAD = "run `python -m genre_core predict RUN FOLDER` on the server"
_MEGABYTES = MAX_BYTES // 1024**2


def brought() -> Brought | None:
    """Draw where files are dropped, or those that were; return where these lie."""
    found: Brought | None = st.session_state.get(_BROUGHT)
    if found is None:
        _choose()
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="predict-files"):
        st.markdown(f":material/description: {plain(st.session_state[_NAMES])}", width="content")
        st.button("Choose other files", key="other files", icon=":material/restart_alt:", type="tertiary",
                  on_click=lambda: predicting.let_go(st.session_state.pop(_BROUGHT)))  # fmt: skip
    return found


def _choose() -> None:
    kind = address_choice("What to predict", "new", sentences.KINDS)
    key = f"new {kind} {st.session_state.get(_COUNT, 0)}"
    label = {"table": sentences.TABLE, "folder": sentences.FOLDER, "sounds": sentences.SOUNDS}[kind]
    st.file_uploader(
        label,
        accept_multiple_files="directory" if kind == "folder" else True,
        max_upload_size=_MEGABYTES,
        key=key,
        on_change=_take,
        args=(key, kind),
    )
    _offer()
    st.caption(sentences.KEPT)
    if problem := st.session_state.get(_PROBLEM, ""):
        st.caption(f":material/error: {plain(problem)}")


def _offer() -> None:
    """Draw the choice of what lies on the server, where anything does."""
    if offered := predicting.offered():
        name = st.selectbox(
            "Or from this server", offered, index=None, key="predict offered", format_func=server_files.title,
            placeholder="choose a table or a folder of sounds", width=420,
        )  # fmt: skip
        if name:
            st.button("Take it", key="take offered", icon=":material/download:", on_click=_take_offered, args=(name,))


def _take_offered(name: str) -> None:
    st.session_state[_PROBLEM] = ""
    try:
        st.session_state[_BROUGHT] = predicting.take_offered(name)
        st.session_state[_NAMES] = server_files.title(name)
    except GenreLabError as error:
        st.session_state[_PROBLEM] = str(error)


def _take(key: str, kind: str) -> None:
    """Keep what was dropped, or say why not."""
    st.session_state[_PROBLEM] = ""
    files = [file for file in st.session_state[key] or () if kind == "table" or is_sound(file.name)]
    try:
        check((file.size for file in files), INSTEAD)
        if not files and st.session_state[key]:
            raise DataError("None of these is a sound file.")
        if files:
            given = [(file.name, cast("bytes", file.getvalue())) for file in files]
            st.session_state[_BROUGHT] = predicting.bring(given, is_sound=kind != "table")
            first, more = files[0].name, len(files) - 1
            st.session_state[_NAMES] = f"{first} and {more:,} more" if more else first
            st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1  # a fresh one lets go of the bytes
    except GenreLabError as error:
        st.session_state[_PROBLEM] = str(error)
