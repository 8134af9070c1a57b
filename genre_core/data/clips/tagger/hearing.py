"""Hearing of the tagger in a clip: for each 3 seconds an embedding and the probabilities of 50 tags."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from genre_core.data.clips.features.mels import hz_to_mel, mel_to_hz, triangles
from genre_core.data.clips.tagger.about import WARNING
from genre_core.data.clips.tagger.network import Floats, Network
from genre_core.data.clips.tagger.tags import TAGS
from genre_core.errors import DataError
from genre_core.networks.musicnn_layers import N_EMBEDDING, N_MELS

SAMPLE_RATE, N_FFT, HOP = 16_000, 512, 256
N_FRAMES = 187
"""Frames of one window: 3 seconds."""


class TaggerSet(NamedTuple):
    """Columns that the tagger gives for a clip, described as a `FeatureSet` is."""

    name: str
    title: str
    help: str
    version: int
    names: tuple[str, ...]


TAGGER_SETS: Mapping[str, TaggerSet] = {
    one.name: one
    for one in (
        TaggerSet(
            "tagger",
            "Embedding of a pretrained tagger",
            "200 numbers in which a network describes music that it has learned to tag. No single one has a meaning, "
            f"but genres lie further apart in them than in other features. {WARNING}",
            1,
            tuple(f"embedding_{number:03d}" for number in range(1, N_EMBEDDING + 1)),
        ),
        TaggerSet(
            "tags",
            "Tags of a pretrained tagger",
            "How probable each of 50 tags is, such as rock, sad or female vocalists, according to a network that has "
            f"learned them from listeners. {WARNING}",
            1,
            tuple("tag_" + tag.lower().replace(" ", "_").replace("-", "_") for tag in TAGS),
        ),
    )
}
"""Feature sets that need the tagger, by name."""


class Heard(NamedTuple):
    """Embeddings (n_windows, 200) and probabilities of the tags (n_windows, 50)."""

    embedding: Floats
    tags: Floats


def extract_tagger(samples: Floats, sample_rate: int, network: Network) -> dict[str, Floats]:
    """Return the values (n_columns,) of each set in `TAGGER_SETS` for mono sound: means over its windows.

    Raises DataError where there is no sound, or some of it is no number.
    """
    if sample_rate != SAMPLE_RATE:
        import soxr

        samples = soxr.resample(samples, sample_rate, SAMPLE_RATE)
    heard = embed(samples, network)
    return {"tagger": heard.embedding.mean(axis=0), "tags": heard.tags.mean(axis=0)}


def embed(samples: Floats, network: Network, hop: float = 3.0) -> Heard:
    """Hear mono sound at 16 kHz in windows of 3 seconds that begin every `hop` seconds.

    What is left after the last whole window is not heard; sound shorter than a window is one window as it is.
    Raises DataError where there is no sound, or some of it is no number.
    """
    mels = log_mels(checked(samples))
    if len(mels) <= N_FRAMES:
        return Heard(*network(mels[None]))
    step = max(1, int(hop * SAMPLE_RATE / HOP))
    starts = range(0, len(mels) - N_FRAMES + 1, step)
    return Heard(*network(np.stack([mels[start : start + N_FRAMES] for start in starts])))


def checked(samples: Floats) -> Floats:
    """Return mono sound as it is; raises DataError where there is none, or some of it is no number."""
    if not len(samples) or not np.isfinite(samples).all():
        raise DataError("The sound has no samples, or some that are no numbers: decode it again.")
    return samples


def log_mels(samples: Floats) -> Floats:
    """Return log-mels (1 + n_samples // 256, 96) of mono sound at 16 kHz, as the network was trained on them.

    They are log10(10000 P + 1) of the power P in each mel band, by librosa's definitions and rounded to half precision.
    """
    from scipy.fft import rfft

    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, N_FFT // 2), N_FFT)[::HOP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)
    power = np.square(np.abs(rfft(frames * window.astype(np.float32), axis=1))) @ mel_triangles()
    rounded = np.minimum(power, np.finfo(np.float16).max).astype(np.float16).astype(np.float32)
    return np.log10(10_000 * rounded + 1, dtype=np.float32)


@cache
def mel_triangles() -> Floats:
    """Return how much each bin counts in each mel band: (257, 96)."""
    corners = mel_to_hz(np.linspace(0, hz_to_mel(SAMPLE_RATE / 2), N_MELS + 2))
    return triangles(np.arange(N_FFT // 2 + 1) * SAMPLE_RATE / N_FFT, corners)
