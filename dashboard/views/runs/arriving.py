"""Archives of runs and models that are imported: where they are dropped, and what came of the last one."""

import streamlit as st

from dashboard.components.safely import refreshing
from dashboard.services import classroom, taking_home
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.views.runs import text as sentences
from genre_core.data.tables.formats import MAX_BYTES
from genre_core.errors import GenreLabError

POLL_SECONDS = 0.5
_PATH, _PROBLEM, _COUNT = "archive that arrives", "archive problem", "archives so far"


def import_button() -> None:
    """Draw the button behind which an archive is dropped; it closes once that was taken. In a class there is none."""
    if classroom.mine():
        return
    number = st.session_state.get(_COUNT, 0)
    with st.popover("Import runs", icon=":material/unarchive:", type="tertiary", key=f"import runs {number}"):
        key = f"archive {number}"  # a fresh one after each lets go of the bytes
        st.file_uploader(
            "An archive that Genre Lab exported: runs, or a model.", type="zip", key=key,
            max_upload_size=MAX_BYTES >> 20, on_change=_take, args=(key,),
        )  # fmt: skip
        st.caption(sentences.CHECKED)


def arriving() -> None:
    """Say how it goes with the last archive, and what came of it, until that is put away."""
    path, problem = str(st.session_state.get(_PATH, "")), st.session_state.get(_PROBLEM, "")
    if not path and not problem:
        return
    asked = taking_home.arrived(path) if path else None
    if asked and asked.waiting:
        refreshing(_wait, POLL_SECONDS)(path)
        return
    found, problem = (asked.found, asked.problem) if asked else (None, problem)
    said = f":material/error: {plain(problem, 1000)}"
    if found:
        said = f":material/check_circle: {plain(sentences.arrived(found))}"
    with st.container(key="arrived", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(said, width="content")
        if found and len(found.runs) == 1:
            st.button("Show it", key="show arrived", type="tertiary", on_click=_show, args=(found.runs[0],))
        st.button("Dismiss", key="dismiss arrived", type="tertiary", on_click=_dismiss)
    for note in sentences.notes(found.notes) if found else ():
        st.caption(plain(note, 1000))


def _wait(path: str) -> None:
    """Start the page anew when the archive has been taken in."""
    if not taking_home.arrived(path).waiting:
        st.rerun()
    st.caption(":material/hourglass_top: A worker checks the archive; its runs answer again, and sound is measured …")


def _take(key: str) -> None:
    """Hand what was dropped to a worker, and keep the sentence of what was wrong."""
    dropped = st.session_state[key]
    if dropped is None:
        return
    _dismiss()
    st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1
    try:
        st.session_state[_PATH] = taking_home.receive(dropped.getvalue())
    except GenreLabError as error:
        st.session_state[_PROBLEM] = str(error)


def _dismiss() -> None:
    st.session_state.pop(_PATH, None)
    st.session_state.pop(_PROBLEM, None)


def _show(run_id: str) -> None:
    _dismiss()
    address.look(run=run_id)
