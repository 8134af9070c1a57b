"""What the tagger hears in a clip: for each 3 seconds an embedding and the probabilities of 50 tags."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from genre_core.data.clips.tagger.network import N_EMBEDDING, N_MELS, Floats, Network
from genre_core.data.clips.tagger.tags import TAGS
from genre_core.errors import DataError

SAMPLE_RATE, N_FFT, HOP = 16_000, 512, 256
N_FRAMES = 187
"""Frames of one window: 3 seconds."""

EMBEDDING_COLUMNS = tuple(f"embedding_{number:03d}" for number in range(1, N_EMBEDDING + 1))
TAG_COLUMNS = tuple("tag_" + tag.lower().replace(" ", "_").replace("-", "_") for tag in TAGS)
TAGGER_SETS: Mapping[str, tuple[str, ...]] = {"tagger": EMBEDDING_COLUMNS, "tags": TAG_COLUMNS}
"""Feature sets that need the tagger, with the names of their columns."""
TAGGER_VERSION = 1
"""Goes up when any of their values changes."""


class Heard(NamedTuple):
    """Embeddings (n_windows, 200) and probabilities of the tags (n_windows, 50)."""

    embedding: Floats
    tags: Floats


def log_mels(samples: Floats) -> Floats:
    """Return log-mels (n_frames, 96) of mono sound at 16 kHz, as the network was trained on them.

    The power in each mel band by librosa's definition, rounded to half precision, then log10(10000 · power + 1).
    """
    import librosa

    power = librosa.feature.melspectrogram(y=samples, sr=SAMPLE_RATE, n_fft=N_FFT, hop_length=HOP, n_mels=N_MELS).T
    most = np.finfo(np.float16).max
    rounded = np.minimum(power, most).astype(np.float16).astype(np.float32)
    return np.asarray(np.log10(10_000 * rounded + 1), dtype=np.float32)


def embed(samples: Floats, network: Network, hop: float = 3.0) -> Heard:
    """Hear mono sound at 16 kHz in windows of 3 seconds that begin every `hop` seconds.

    What is left after the last whole window is not heard; sound shorter than a window is one window as it is.

    Raises
    ------
    DataError
        There is no sound.
    """
    if not len(samples):
        raise DataError("This clip is empty: there is nothing to hear.")
    mels = log_mels(np.pad(samples, (0, max(0, N_FFT - len(samples)))))
    if len(mels) <= N_FRAMES:
        return Heard(*network(mels[None]))
    step = max(1, int(hop * SAMPLE_RATE / HOP))
    starts = range(0, len(mels) - N_FRAMES + 1, step)
    return Heard(*network(np.stack([mels[start : start + N_FRAMES] for start in starts])))


def extract_tagger(samples: Floats, sample_rate: int, network: Network) -> dict[str, Floats]:
    """Return the values of each set in `TAGGER_SETS` for mono sound: means over its windows."""
    if sample_rate != SAMPLE_RATE:
        import soxr

        samples = soxr.resample(samples, sample_rate, SAMPLE_RATE)
    heard = embed(samples, network)
    return {"tagger": heard.embedding.mean(axis=0), "tags": heard.tags.mean(axis=0)}
