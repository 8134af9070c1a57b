"""The report as it is handed in, with the links that download it."""

import hashlib
from collections.abc import Sequence

import streamlit as st

from dashboard.components.safely import refreshing
from dashboard.components.take_home import download_link, link
from dashboard.services import taking_home
from dashboard.shell.address import plain
from dashboard.text.take_home import REPORT
from dashboard.views.report.writing import AT
from genre_core.store.schema import Run

LOOK_SECONDS, HEIGHT = 0.5, 760
SHOWN = "report.html"


def draw(runs: Sequence[Run]) -> None:
    """Draw the report, at the section that was written in last; or say that it is being written, or why it is not."""
    found = taking_home.made_of(SHOWN, runs)
    if found.waiting:
        refreshing(_wait, LOOK_SECONDS)(runs)
    elif found.found is None:
        st.caption(f":material/error: {plain(found.problem)}")
        st.button("Try again", key="report again", icon=":material/refresh:", type="tertiary",
                  on_click=taking_home.forget, args=(SHOWN, runs))  # fmt: skip
    else:
        with st.container(key="report-downloads", horizontal=True, gap="medium"):
            for name, form in REPORT.forms.items():
                if made := taking_home.made_of(name, runs).found:
                    download_link(name, form, runs, made)
        # An address that changes with the words, so that the browser shows the latest ones.
        now = hashlib.sha256(found.found.content).hexdigest()[:12]
        base = st.get_option("server.baseUrlPath").strip("/")
        place = f"/{base}/{link(SHOWN, runs)}" if base else f"/{link(SHOWN, runs)}"
        st.iframe(f"{place}?look={now}#{st.session_state.get(AT, '')}", height=HEIGHT, alt="The report")


def _wait(runs: Sequence[Run]) -> None:
    """Start the page anew when the report is written."""
    if not taking_home.made_of(SHOWN, runs).waiting:
        st.rerun()
    st.caption(":material/hourglass_top: A worker writes the report, which takes a few seconds …")
