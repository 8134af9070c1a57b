"""The run looked at, where it was trained on the tracks that the page shows."""

import streamlit as st

from dashboard.components.run_picker import run_labels
from dashboard.components.terms import numbers_line
from dashboard.services import exploring, runs
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text.badges import badges
from dashboard.views.data import text as sentences
from genre_core.settings.config import DatasetConfig
from genre_core.store.schema import Run

KEY = "run on these tracks"


def run_on(config: DatasetConfig) -> Run | None:
    """Return the run looked at if it is complete and saw these tracks, else the latest one that did."""
    asked_for = runs.run(address.run_id())
    if asked_for and asked_for.state == "complete" and exploring.data_of(asked_for) == config:
        return asked_for
    return next(iter(exploring.runs_on(config)), None)


def choose_run(config: DatasetConfig) -> Run | None:
    """Draw the choice of a run on these tracks, or what to do where there is none."""
    current = run_on(config)
    if current is None:
        asked_for = runs.run(address.run_id())
        st.caption(plain(f"{_why_not(asked_for, config)}{sentences.NO_RUN}"))
        address.page_link("views/train/page.py", "Train on these tracks", icon=":material/play_arrow:")
        return None
    names = run_labels([*exploring.runs_on(config), current])
    st.session_state[KEY] = current.id
    st.selectbox(
        "Run", names, key=KEY, format_func=lambda run_id: names[run_id], label_visibility="collapsed", on_change=_choose
    )
    if len(names) > 1:
        asked_for = runs.run(address.run_id())
        is_asked_for = asked_for is not None and asked_for.id == current.id
        st.caption(plain(sentences.ASKED_FOR if is_asked_for else f"{_why_not(asked_for, config)}{sentences.LATEST}"))
    return current


def say_of(run: Run | None, text: str) -> None:
    """Draw what is said of a run's numbers, or of none, and below it what is unusual about them."""
    st.caption(plain(text))
    if run is not None and (marked := badges(run)):
        numbers_line("", marked)


def _why_not(asked_for: Run | None, config: DatasetConfig) -> str:
    """Say why the run that the address names is not the one to show."""
    if asked_for is None:
        return ""
    if exploring.data_of(asked_for) != config:
        return f"{asked_for.name} was trained on other tracks. "
    return f"{asked_for.name} is not complete. "


def _choose() -> None:
    address.look(run=st.session_state[KEY])
