"""Runs that listen to a sound: which can, the sound that a person brought along, and what a worker makes of it."""

import tempfile
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from dashboard.services import clips, sounds, workers
from dashboard.services.datasets import dataset
from dashboard.services.exploring import data_of
from dashboard.services.runs import COMPLETE, listed
from dashboard.services.workers import store
from genre_core.data.clips.reading import one_line
from genre_core.data.clips.sounds import SAMPLE_RATE
from genre_core.data.sources import Clip
from genre_core.data.splitting import split_dataset
from genre_core.errors import ClipError
from genre_core.judging.hearing import Hearing, closed_clips, read_sound
from genre_core.settings.config import SoundConfig
from genre_core.settings.ensembles import is_mixed
from genre_core.store.schema import Run
from genre_core.workers.listening import Sound, listen_on

MOST_RUNS = 200
KEPT_SECONDS = 1500
MOST_SOUNDS = 16
"""Sounds that are kept decoded, of at most five minutes each: 200 MB."""
_listeners = ThreadPoolExecutor(4, "genre-lab-listening")


class Brought(NamedTuple):
    """A sound to be heard: the name under which the player has it, what it is called, its length, and its gain.

    `own` is there where it is no clip of the store: its identity, the length of its file, and what is heard as a WAV.
    """

    name: str
    title: str
    seconds: float
    gain: float = 1.0
    own: Sound | None = None


def can_listen(run: Run) -> bool:
    """Say whether a run learned from sound, in one way."""
    return isinstance(data_of(run), SoundConfig) and not is_mixed(run.config)


def listeners() -> list[Run]:
    """Return the complete runs that can listen, newest first."""
    return [run for run in listed(MOST_RUNS, COMPLETE) if can_listen(run)]


def bring(file_id: str, title: str, data: bytes) -> Brought:
    """Read a sound that was uploaded or recorded, and keep it in memory for a while; raises ClipError."""
    found = _brought(file_id, one_line(title), data)
    if found.own:
        *_, wav = found.own
        clips.keep(wav)  # others' sounds may have taken its place
    return found


@st.cache_resource(show_spinner=False, max_entries=MOST_SOUNDS, ttl=KEPT_SECONDS)
def _brought(file_id: str, title: str, _data: bytes) -> Brought:
    with tempfile.TemporaryDirectory(prefix="genre-lab-") as folder:
        path = Path(folder) / f"{Path(title).stem[:60] or 'sound'}{Path(title).suffix[:10]}"
        try:
            path.write_bytes(_data)
        except (OSError, ValueError) as error:
            raise ClipError("The server could not take this sound: give its file another name.") from error
        clip, seconds, samples = read_sound(path)
    wav = clips.wav_of(samples)
    return Brought(clips.keep(wav), title, len(samples) / SAMPLE_RATE, own=(clip, seconds, wav))


def offered(run: Run) -> Sequence[Clip]:
    """Return the clips of a run's own data, those of validation first; raises DataError.

    Those of its test part are not among them while that is closed.
    """
    config = run.config.data
    assert isinstance(config, SoundConfig)
    data = dataset(config)
    closed = closed_clips(data, run.config.split, opened=run.opened)
    held = {data.heard[row].clip for row in split_dataset(data, run.config.split).validation}
    kept = [clip for clip in sounds.clips(config) if clip.clip not in closed]
    return sorted(kept, key=lambda clip: clip.clip not in held)


def of_clip(run: Run, clip: Clip) -> Brought:
    """Return a clip of the run's data as a sound to be heard."""
    found = sounds.sound_of(run.config.data, clip.clip)
    return Brought(clip.clip, clip.name, found.seconds or clip.seconds, found.gain)


def hearing(run: Run, sound: Brought) -> "Future[Hearing]":
    """Return what a worker is making of a sound, begun where nobody has asked before.

    Its result raises GenreLabError where the run cannot listen, or the sound cannot be heard.
    """
    return _hearing(run.id, run.attempt, run.opened, sound.name, sound)


@st.cache_resource(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def _hearing(run_id: str, attempt: int, opened: bool, name: str, _sound: Brought) -> "Future[Hearing]":
    return _listeners.submit(lambda: Hearing.from_json(ask(run_id, _sound.own or name)))


def ask(run_id: str, sound: Sound | str) -> dict[str, Any]:
    """Let a worker listen; raises GenreLabError."""
    return listen_on(workers.client(), store().url, run_id, sound)


def forget(run: Run, sound: Brought) -> None:
    """Forget what came of listening, so that it is tried again."""
    _hearing.clear(run.id, run.attempt, run.opened, sound.name, sound)
