"""Clips of the data that can be heard: which there are, where they come from, how long and how loud each is."""

from typing import NamedTuple

import streamlit as st

from dashboard.services.workers import store
from genre_core.data.clips.collection import Collection
from genre_core.data.sources import Clip, clips_of, recipes_of
from genre_core.errors import DataError
from genre_core.settings.config import DatasetConfig, SoundConfig

EVEN_LOUDNESS = -24.0
"""Loudness (dB RMS) to which louder clips are turned down, so that loudness tells nothing."""


class Sound(NamedTuple):
    """Length of a clip in seconds, and the factor (at most 1) that makes it as loud as others."""

    seconds: float
    gain: float


@st.cache_resource(show_spinner=False, max_entries=8)
def clips(config: SoundConfig) -> tuple[Clip, ...]:
    """Return the clips of a configuration that can be used, be they measured or not; raises DataError.

    Those that are generated can be heard from now on; StoreError where the store does not take note of them.
    """
    found = clips_of(config, store())
    if recipes := recipes_of(config):
        store().clips.put(recipes)
    return found


def genres(config: SoundConfig) -> list[str]:
    """Return the genres of a configuration's clips in alphabetical order; raises DataError."""
    return sorted({clip.genre for clip in clips(config)}, key=str.casefold)


@st.cache_resource(show_spinner=False, max_entries=8)
def collection(content_hash: str) -> Collection:
    """Return a stored collection; raises DataError."""
    return Collection.from_parquet(store().read_table(content_hash))


def sound_of(config: DatasetConfig, clip: str) -> Sound:
    """Return how long and how loud a clip is; of one that is not in a collection, nothing is known."""
    return _sounds(config.stored[0]).get(clip, Sound(0.0, 1.0)) if config.stored else Sound(0.0, 1.0)


@st.cache_resource(show_spinner=False, max_entries=8)
def _sounds(table: str) -> dict[str, Sound]:
    try:
        frame = collection(table).frame
    except DataError:  # no longer stored
        return {}
    columns = (frame[name] for name in ("clip", "seconds", "loudness"))
    return {
        clip: Sound(float(seconds), gain_of(float(loudness))) for clip, seconds, loudness in zip(*columns, strict=True)
    }


def gain_of(loudness: float) -> float:
    """Return the factor (at most 1) that turns a clip of that loudness (dB RMS) down to the even one."""
    return float(min(1.0, 10 ** ((EVEN_LOUDNESS - loudness) / 20)))
