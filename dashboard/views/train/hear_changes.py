"""How training clips are changed, to hear: a clip as it is, and after each change that the settings ask for."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.components.folded import folded
from dashboard.components.player import Heard, player
from dashboard.components.safely import refreshing
from dashboard.services import clips, sounds
from dashboard.services.datasets import sound_shape
from dashboard.services.workers import store
from dashboard.theme import GAP, percent
from genre_core.data.clips.changes import CHANGES, noisy, pitched, stretched
from genre_core.data.clips.features.fourier import SAMPLE_RATE, Float32
from genre_core.data.clips.features.mels import band_hz, hz_band
from genre_core.data.clips.sounds import samples
from genre_core.data.dataset import Dataset
from genre_core.data.sources import unmeasured
from genre_core.data.splitting import split_dataset
from genre_core.explaining.masks import analysis_of, heard_through
from genre_core.networks.config import MUTED, Augmentation
from genre_core.networks.spectrograms import SpectrogramNetworkConfig
from genre_core.settings.config import ExperimentConfig, SoundConfig, SplitConfig
from genre_core.settings.names import all_settings
from genre_core.text import count

OF_EACH_GENRE = 3
"""Training clips that are offered."""
COPIES = {
    "slower": f"6{GAP}% slower",
    "faster": f"6{GAP}% faster",
    "lower": "a semitone lower",
    "higher": "a semitone higher",
}
OWN_SHARE = 0.7
"""How much of a mix is the clip itself, in the one that is played."""
EXPLAINED = (
    "You hear each random change at its strongest. In training, each clip gets another one in every epoch, and all of "
    "them at once. Where a part is muted, the network gets the average of the training clips."
)
EXPLAINED_COPIES = "Changed copies stand beside the clip itself and stay the same in every epoch."


def draw(config: ExperimentConfig) -> None:
    """Draw the way to hear them, where clips are changed in training."""
    if not isinstance(config.data, SoundConfig) or not (
        any(_changes(config)) or config.train.mixup or config.data.changes
    ):
        return
    folded("Hear the changed clips", "hear changes", refreshing(_choose), config, config.data)


def _changes(config: ExperimentConfig) -> Augmentation:
    """Return how clips are changed, with times in milliseconds."""
    return config.model.augmentation(0.001)


@st.cache_resource(show_spinner=False, max_entries=8)
def _offered(config: SoundConfig, split: SplitConfig) -> tuple[Dataset, tuple[int, ...]]:
    """Return the windows that can be cut, and the first training rows of each genre; raises DataError."""
    data = unmeasured(config, store())
    train = np.sort(split_dataset(data, split).train)
    first = [train[data.y[train] == genre][:OF_EACH_GENRE] for genre in range(len(data.genres))]
    return data, tuple(np.concatenate(first).tolist())


def _choose(config: ExperimentConfig, of: SoundConfig) -> None:
    sounds.clips(of)  # those that are generated can be heard from now on
    data, rows = _offered(of, config.split)
    names = {row: f"{sounds.title_of(of, data.tracks[row])} ({data.genres[data.y[row]]})" for row in rows}
    row = st.selectbox("Training clip", rows, format_func=names.__getitem__, key="changed clip", width=320)
    other = next((one for one in rows if data.y[one] != data.y[row]), row)
    changes, whole, gain = _changes(config), _sound(data, row), sounds.sound_of(of, data.heard[row].clip).gain
    found = [("As it is", "", whole), *_changed(whole, changes, sound_shape(of).inputs[0])]
    found += [("Changed copy", COPIES[change], CHANGES[change].of(whole)) for change in of.changes]
    if config.train.mixup:
        mix = OWN_SHARE * whole + (1 - OWN_SHARE) * np.resize(_sound(data, other), len(whole))
        detail = f"{percent(OWN_SHARE, decimals=0)} of it, {percent(1 - OWN_SHARE, decimals=0)} of {names[other]}"
        found.append((all_settings()["train.mixup"].title, detail, mix))
    heard = [
        Heard(clips.keep(clips.wav_of(sound)), title, detail=detail, length=len(sound) / SAMPLE_RATE, gain=gain)
        for title, detail, sound in found
    ]
    player(heard, key="player changes", title=names[row], together=len({one.length for one in heard}) == 1)
    if any(changes) or config.train.mixup:
        st.caption(EXPLAINED)
    if of.changes:
        st.caption(EXPLAINED_COPIES)


def _sound(data: Dataset, row: int) -> Float32:
    window = data.heard[row]
    return _samples(window.clip, window.start / 1000, window.length / 1000)


@lru_cache(maxsize=4)
def _samples(clip: str, start: float, seconds: float) -> Float32:
    return samples(clips.find(clip), start, seconds)


def _changed(whole: Float32, by: Augmentation, n_mels: int) -> Iterator[tuple[str, str, Float32]]:
    """Yield the title of each change, its size in words, and the sound after it."""
    rng = np.random.default_rng(0)  # the same sound each time the page is drawn
    titles = {name: all_settings()[f"model.{name}"].title for name in SpectrogramNetworkConfig.changes}
    analysis = analysis_of("logmel")
    shape = (analysis.triangles.shape[1], 1 + len(whole) // analysis.hop)
    if by.crop:
        n = min(len(whole), round(by.crop / 1000 * SAMPLE_RATE))
        start = int(rng.integers(len(whole) - n + 1))
        yield titles["crop"], f"{by.crop / 1000:g}{GAP}s of it", whole[start : start + n]
    if by.mute_frames:
        size, said = by.mute_frames / 1000, f"{MUTED} moments of {by.mute_frames / 1000:g}{GAP}s"
        mask = _muted(shape[1], size * SAMPLE_RATE / analysis.hop, rng)[None]
        yield titles["mute_seconds"], said, heard_through(whole, np.broadcast_to(mask, shape), analysis)
    if by.mute_bands:
        said = f"{MUTED} ranges of {count(by.mute_bands, 'band')}"
        mask = _muted(shape[0], by.mute_bands * shape[0] / n_mels, rng)[:, None]
        yield titles["mute_bands"], said, heard_through(whole, np.broadcast_to(mask, shape), analysis)
    if by.gain:
        yield titles["gain"], f"{by.gain:g}{GAP}dB softer", whole * np.float32(10 ** (-by.gain / 20))
    if by.noise:
        yield titles["noise"], f"{by.noise:g} of its amplitude", noisy(whole, by.noise, rng)
    if by.shift:
        band = float(hz_band(2000, n_mels))
        ratio = float(band_hz(band + by.shift, n_mels) / band_hz(band, n_mels))
        said = f"{by.shift:g} {'band' if by.shift == 1 else 'bands'} up: {12 * np.log2(ratio):.1f} semitones"
        yield titles["shift"], said, pitched(whole, ratio)
    if by.stretch:
        yield titles["stretch"], f"{percent(by.stretch, decimals=0)} faster", stretched(whole, 1 + by.stretch)


def _muted(n: int, width: float, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Return a mask (n,) without ranges of that width at random places."""
    size = min(max(1, round(width)), n // (2 * MUTED))
    mask = np.ones(n, dtype=bool)
    for start in rng.integers(n - size + 1, size=MUTED).tolist():
        mask[start : start + size] = False
    return mask
