"""Clips behind the rows of data that can be heard: how long and how loud each is."""

from typing import NamedTuple

import streamlit as st

from dashboard.services.workers import store
from genre_core.data.clips.collection import Collection
from genre_core.errors import DataError
from genre_core.settings.config import DatasetConfig

EVEN_LOUDNESS = -24.0
"""Loudness (dB RMS) to which louder clips are turned down, so that loudness tells nothing."""


class Sound(NamedTuple):
    """Length of a clip in seconds, and the factor (at most 1) that makes it as loud as others."""

    seconds: float
    gain: float


def sound_of(config: DatasetConfig, clip: str) -> Sound:
    """Return how long and how loud a clip is; of one that is not in a collection, nothing is known."""
    return _sounds(config.stored[0]).get(clip, Sound(0.0, 1.0)) if config.stored else Sound(0.0, 1.0)


@st.cache_resource(show_spinner=False, max_entries=8)
def _sounds(table: str) -> dict[str, Sound]:
    try:
        frame = Collection.from_parquet(store().read_table(table)).frame
    except DataError:  # no longer stored
        return {}
    columns = (frame[name] for name in ("clip", "seconds", "loudness"))
    return {
        clip: Sound(float(seconds), gain_of(float(loudness))) for clip, seconds, loudness in zip(*columns, strict=True)
    }


def gain_of(loudness: float) -> float:
    """Return the factor (at most 1) that turns a clip of that loudness (dB RMS) down to the even one."""
    return float(min(1.0, 10 ** ((EVEN_LOUDNESS - loudness) / 20)))
