"""Clips of the data that can be heard: which there are, where they come from, how long and how loud each is."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from dashboard.services.datasets import dataset
from dashboard.services.outcomes import predictions
from dashboard.services.workers import store
from genre_core.data.clips.collection import Collection
from genre_core.data.dataset import FloatArray
from genre_core.data.genres import in_order
from genre_core.data.music.composing import compose
from genre_core.data.music.piece import Piece
from genre_core.data.music.score import PianoRoll, piano_roll
from genre_core.data.sources import Clip, clips_of, recipes_of
from genre_core.errors import DataError
from genre_core.evaluation.metrics import softmax
from genre_core.settings.config import MUSIC_GENRES, DatasetConfig, MusicConfig, SoundConfig
from genre_core.settings.genres import genre_names
from genre_core.store.schema import Run

EVEN_LOUDNESS = -24.0
"""Loudness (dB RMS) to which louder clips are turned down, so that loudness tells nothing."""


Along = tuple[tuple[float, float, FloatArray], ...]
"""Windows of a clip: start and length in seconds, and the probability of every genre (n_genres,)."""


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
    """Return the genres of a configuration's clips, in the order that they have once measured; raises DataError."""
    if isinstance(config, MusicConfig):
        return list(genre_names(MUSIC_GENRES))
    return list(in_order(clip.genre for clip in clips(config)))


@st.cache_resource(show_spinner=False, max_entries=8)
def collection(content_hash: str) -> Collection:
    """Return a stored collection; raises DataError."""
    return Collection.from_parquet(store().read_table(content_hash))


def sound_of(config: DatasetConfig, clip: str) -> Sound:
    """Return how long and how loud a clip is; of one that is not in a collection, nothing is known."""
    if isinstance(config, MusicConfig):
        return Sound(config.seconds, 1.0)
    return _sounds(config.stored[0]).get(clip, Sound(0.0, 1.0)) if config.stored else Sound(0.0, 1.0)


def title_of(config: DatasetConfig, name: str) -> str:
    """Return what the player calls a clip or a window of it: a generated one has a number alone."""
    return f"Clip {name}" if isinstance(config, MusicConfig) else name


@st.cache_resource(show_spinner=False, max_entries=8)
def rows_of_clips(config: SoundConfig) -> dict[str, tuple[int, ...]]:
    """Return the rows that are cut from each clip, in the order of time; raises DataError."""
    rows: dict[str, list[int]] = {}
    heard = dataset(config).heard
    for row in sorted(range(len(heard)), key=lambda row: heard[row].start):
        rows.setdefault(heard[row].clip, []).append(row)
    return {clip: tuple(of) for clip, of in rows.items()}


def says_along(run: Run, clip: str) -> Along:
    """Return what a completed run says along a clip that is cut into windows; nothing where clips are not cut.

    Of each window there are its start and length in seconds, and the probability of every genre (n_genres,). Windows of
    a test part that is closed are left out. Raises DataError.
    """
    config, answers = run.config.data, predictions(run)
    if not isinstance(config, SoundConfig) or not config.window or answers is None:
        return ()
    heard = dataset(config).heard
    known = [row for row in rows_of_clips(config)[clip] if np.isfinite(answers.logits[row]).all()]
    rows = list({heard[row].start: row for row in known}.values())  # a clip may be listed twice
    shares = softmax(answers.logits[rows]) if rows else ()
    return tuple(
        (heard[row].start / 1000, heard[row].length / 1000, probabilities)
        for row, probabilities in zip(rows, shares, strict=True)
    )


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


class Composed(NamedTuple):
    """A generated clip: the piece that was drawn, and the piano roll of its score."""

    piece: Piece
    roll: PianoRoll


@st.cache_resource(show_spinner=False, max_entries=64)
def composed(clip: str) -> Composed | None:
    """Return the score of a clip by its identity; None of one that was recorded, or that is not known here."""
    found = store().clips.find(clip)
    if found is None or not found.recipe:
        return None
    piece = Piece.model_validate_json(found.recipe)
    return Composed(piece, piano_roll(compose(piece)))
