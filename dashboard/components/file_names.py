"""Names of downloaded files: what the page looks at, then what of it the file holds."""

import streamlit as st

from genre_core.takehome.naming import safe

_SUBJECT = "subject of files"


def about(subject: str) -> None:
    """Say what the files of this page are about: a run, data, a study."""
    st.session_state[_SUBJECT] = subject


def named(what: str) -> str:
    """Return what a file is called by, without its ending: `perceptron 4f1c validation reliability`."""
    return safe(f"{st.session_state.get(_SUBJECT, '')} {what}")
