"""A source made for tests: windows of tracks, each a spectrogram (8, 16), in a memory-mapped file beside the labels."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np

from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Spectrograms
from genre_core.errors import DataError
from genre_core.settings.config import SOURCES, SourceConfig
from genre_core.values import setting

GENRES = ("Bass", "Middle", "Treble")
BANDS, FRAMES, WINDOWS, N_TRACKS = 8, 16, 4, 60


class TonesConfig(SourceConfig):
    """Windows of tones, low, middle or high."""

    title = "windows of tones"
    module = __name__

    source: Literal["tones"] = "tones"
    folder: str = setting("", "Folder", "The folder that holds the spectrograms.", max_length=500)


def load(config: TonesConfig, tables: object = None) -> Dataset:
    """Return the windows; their spectrograms stay in their file."""
    path = Path(config.folder) / "tones.npy"
    if not config.folder or not path.exists():
        raise DataError("No folder of tones is chosen.")
    track = np.repeat(np.arange(N_TRACKS), WINDOWS)
    names = tuple(f"{of}.{window}" for of in range(N_TRACKS) for window in range(WINDOWS))
    return Dataset(Spectrograms(np.load(path, mmap_mode="r")), track % len(GENRES), GENRES, names, {"track": track})


def write_tones(folder: Path) -> dict[str, str]:
    """Write the spectrograms; return the settings that choose them."""
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(N_TRACKS), WINDOWS) % len(GENRES)
    values = rng.normal(size=(len(y), BANDS, FRAMES)) + 0.2 * (np.arange(BANDS)[:, None] // 3 == y[:, None, None])
    np.save(folder / "tones.npy", values.astype(np.float32))
    return {"data.source": "tones", "data.folder": str(folder)}


@contextmanager
def registered() -> Iterator[None]:
    """Put the source among those there are."""
    SOURCES["tones"] = TonesConfig
    try:
        yield
    finally:
        del SOURCES["tones"]
