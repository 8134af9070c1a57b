"""Sources of data: one file each, with the `load(config, tables)` of a configuration in `SOURCES`."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

import numpy.typing as npt

from genre_core.data.clips.gathering import Windowed, cut
from genre_core.data.clips.shards import Padded, Place, Window
from genre_core.data.clips.sounds import Location
from genre_core.data.dataset import Dataset
from genre_core.data.genres import in_order
from genre_core.settings.config import DatasetConfig, SoundConfig


class Tables(Protocol):
    """Where stored tables are read from."""

    def read_table(self, content_hash: str) -> bytes:
        """Return a stored table as Parquet, or raise DataError where there is none of that hash."""
        ...

    def open_table(self, content_hash: str) -> BinaryIO:
        """Return a stored table as a file that can be read in part, or raise DataError where there is none."""
        ...

    @property
    def clips(self) -> "Clips":
        """Return where what was measured on clips is read from."""
        ...


class Clips(Protocol):
    """Where what was measured on clips is read from."""

    @property
    def folder(self) -> Path:
        """Return the folder that keeps the pretrained tagger, where it was fetched."""
        ...

    def places(self, extractor: str, clips: Iterable[str]) -> dict[Window, Place]:
        """Return what is known of the windows of clips, as far as an extractor has measured them."""
        ...

    def values(self, places: Iterable[Place]) -> npt.NDArray[Any]:
        """Return the numbers (n, …) that lie in those places, or raise DataError where they are gone."""
        ...

    def n_left_out(self) -> int:
        """Return how many windows could not be measured, of all clips."""
        ...

    def padded(self, places: Sequence[Place], shape: tuple[int, int]) -> Padded:
        """Return spectrograms (n, *shape) that lie in those places, to be read when they are needed."""
        ...


class Clip(NamedTuple):
    """A clip of a source, with its identity, the name that is shown of it, its genre, and its length in seconds."""

    clip: str
    name: str
    genre: str
    seconds: float


def load_dataset(config: DatasetConfig, tables: Tables | None = None) -> Dataset:
    """Generate or read the tracks that a configuration names.

    Raises DataError where the source cannot provide them; the sentence says why and what to do.
    """
    return import_module(config.module).load(config, tables)


def unmeasured(config: SoundConfig, tables: Tables) -> Dataset:
    """Return the rows of a source before anything is measured on them: without inputs; raises DataError."""
    return import_module(config.module).unmeasured(config, tables)


def clips_of(config: SoundConfig, tables: Tables) -> tuple[Clip, ...]:
    """Return the clips of a source, before anything is measured on them; raises DataError."""
    return import_module(config.module).clips_of(config, tables)


def windows_of(config: SoundConfig, tables: Tables) -> tuple[Window, ...]:
    """Return the windows of sound that the rows of a source are; raises DataError."""
    return _cut(clips_of(config, tables), config).windows


def longest_window(config: DatasetConfig, tables: Tables) -> float:
    """Return how many seconds of sound a row holds at most, infinity where it is none; raises DataError."""
    if not isinstance(config, SoundConfig):
        return math.inf
    return max(window.length for window in windows_of(config, tables)) / 1000


def genre_sizes(config: DatasetConfig, tables: Tables) -> Mapping[str, int]:
    """Return how many rows or clips each genre of stored tracks has, whichever are used; none where none are chosen.

    Raises DataError where they are not stored, or no column of them holds genres.
    """
    if "genres" not in type(config).model_fields:
        return {}
    every = config.model_copy(update={"genres": "", "min_tracks": 1})
    if isinstance(every, SoundConfig):
        sizes = Counter(clip.genre for clip in clips_of(every, tables))
        return {genre: sizes[genre] for genre in in_order(sizes)}
    return import_module(every.module).genre_sizes(every, tables)


def counts_of(config: SoundConfig, tables: Tables) -> Mapping[str, int]:
    """Return how many windows each genre of a source has, before any is measured; raises DataError."""
    clips = clips_of(config, tables)
    return Counter(clips[number].genre for number in _cut(clips, config).of.tolist())


def _cut(clips: Sequence[Clip], config: SoundConfig) -> Windowed:
    return cut([one.clip for one in clips], [one.seconds for one in clips], config)


def recipes_of(config: SoundConfig) -> Mapping[str, Location]:
    """Return the recipes of clips that are generated, which a store does not know before it is told."""
    return import_module(config.module).recipes_of(config)
