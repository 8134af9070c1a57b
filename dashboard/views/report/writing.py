"""Fields for a person's name and own paragraphs, one for each section of the report."""

from collections.abc import Mapping

import streamlit as st

from dashboard.services import workers
from dashboard.shell.address import plain
from dashboard.views.report import text as sentences
from genre_core.errors import StoreError
from genre_core.store.own_words import LONGEST
from genre_core.store.schema import Run
from genre_core.takehome.report import AUTHOR, HEADINGS

HEIGHT, LONGEST_NAME = 104, 200
AT = "report at"
"""Key of the session: the section that was written in last, which the preview shows."""
_UNSAVED = "report unsaved"


def draw(run: Run) -> None:
    """Draw the fields, with what was written there."""
    words = workers.store().own_words.of(run.id)
    key = _begun(run.id, AUTHOR, words)
    st.text_input("Your name", key=key, max_chars=LONGEST_NAME, on_change=_keep, args=(run.id, AUTHOR, key))
    _say_unsaved(run.id, AUTHOR, key)
    for number, (name, heading) in enumerate(HEADINGS.items(), 1):
        key = _begun(run.id, name, words)
        st.text_area(
            f"{number}. {heading.title}", key=key, height=HEIGHT, max_chars=LONGEST, placeholder=heading.ask,
            on_change=_keep, args=(run.id, name, key),
        )  # fmt: skip
        _say_unsaved(run.id, name, key)


def _begun(run_id: str, name: str, words: Mapping[str, str]) -> str:
    """Fill a field that is new on the page with what was written there, and return its key."""
    key = f"own {run_id} {name}"
    if key not in st.session_state:
        unsaved = _unsaved().get((run_id, name))
        st.session_state[key] = unsaved[0] if unsaved else words.get(name, "")
    return key


def _say_unsaved(run_id: str, name: str, key: str) -> None:
    if unsaved := _unsaved().get((run_id, name)):
        st.caption(f":material/error: {plain(sentences.UNSAVED.format(unsaved[1]))}")
        st.button("Save it", key=f"save {key}", icon=":material/save:", type="tertiary", on_click=_keep,
                  args=(run_id, name, key))  # fmt: skip


def _unsaved() -> dict[tuple[str, str], tuple[str, str]]:
    """Return what could not be saved, by run and section, each with the reason: it outlives a change of pages."""
    return st.session_state.setdefault(_UNSAVED, {})


def _keep(run_id: str, section: str, key: str) -> None:
    """Keep what was written with the run; where that cannot be, in the session."""
    st.session_state[AT] = section
    said = st.session_state[key]
    try:
        workers.store().own_words.write(run_id, section, said)
        _unsaved().pop((run_id, section), None)
    except StoreError as error:
        _unsaved()[run_id, section] = (said, str(error))
