"""Extraction of features from clips: the button that begins it, and how far it is."""

from typing import Literal

import streamlit as st

from dashboard.components.safely import refreshing
from dashboard.components.study_page import study_progress
from dashboard.services import extractions
from dashboard.services.extractions import Extracting
from dashboard.services.studies import stop_study
from dashboard.shell.address import plain
from dashboard.theme import count
from genre_core.settings.config import DatasetConfig, SoundConfig

LOOK_SECONDS = 0.5


def extraction(config: DatasetConfig) -> None:
    """Draw how far the features of clips are extracted, or the button that begins it; the page follows its end."""
    now = extractions.extracting(config)
    active = now is not None and now.study.active
    width: Literal["stretch", "content"] = "stretch" if active else "content"
    with st.container(key="extraction", horizontal=True, vertical_alignment="center", gap="small", width=width):
        if now and active:
            refreshing(_progress, LOOK_SECONDS)(config)
            st.button("Stop", icon=":material/stop:", key="stop extraction", on_click=stop_study,
                      args=(now.study.id,), help="What is measured already is kept.")  # fmt: skip
            return
        label = "Continue measuring" if now and now.n_done else "Measure the clips"
        st.button(label, icon=":material/graphic_eq:", type="primary", key="extract", on_click=extractions.extract,
                  args=(config,))  # fmt: skip
        if now and now.study.error:
            st.caption(f":material/error: {plain(now.study.error)}")


def _progress(config: DatasetConfig) -> None:
    now = extractions.extracting(config)
    if now is None or not now.study.active:
        st.rerun()
    noun = "window" if isinstance(config, SoundConfig) and config.window else "clip"
    study_progress(now.study, now.share, progress_sentence(now, noun))


def progress_sentence(now: Extracting, noun: str = "clip") -> str:
    """Say how far an extraction is, how fast it goes, and how long it will take."""
    if not now.n_windows:
        return "Waiting for a worker."
    done = f"{now.n_done:,} of {count(now.n_windows, noun)} measured"
    if now.left is None:
        return f"{done}: the first take longest."
    return f"{done}, {now.speed:.2g} {noun}s a second, about {_time(now.left)} left."


def _time(seconds: float) -> str:
    return count(max(1, round(seconds)), "second") if seconds < 90 else count(round(seconds / 60), "minute")
