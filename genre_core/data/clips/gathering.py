"""Clips cut into windows, and what was measured on them gathered into one row of features for each window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from genre_core.data.clips.features import FEATURE_SETS, FeatureSet
from genre_core.data.clips.shards import Place, Window
from genre_core.data.clips.tagger.hearing import TAGGER_SETS, TaggerSet
from genre_core.data.clips.windows import starts
from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError, NotExtractedError
from genre_core.settings.config import SoundConfig

if TYPE_CHECKING:
    from genre_core.data.sources import Clips

SETS: Mapping[str, FeatureSet | TaggerSet] = {**FEATURE_SETS, **TAGGER_SETS}
"""Everything that can be measured, by its name in the settings."""


@dataclass(frozen=True, eq=False)
class Windowed:
    """Windows of clips (n,), and the number of the clip that each is cut from (n,)."""

    windows: tuple[Window, ...]
    of: IntArray


@dataclass(frozen=True, eq=False)
class Measured:
    """Features (n_kept, n_features) of the windows `rows` (n_kept,); `problems` say why others have none."""

    X: FloatArray
    names: tuple[str, ...]
    rows: IntArray
    problems: tuple[tuple[Window, str], ...]


def cut(clips: Sequence[str], seconds: Sequence[float], config: SoundConfig) -> Windowed:
    """Cut clips of those lengths into windows, as the configuration says."""
    windows: list[Window] = []
    of: list[int] = []
    for number, (clip, length) in enumerate(zip(clips, seconds, strict=True)):
        size = min(config.window or length, length)
        hop = config.hop or config.window or length
        for start in starts(length, config.window, hop, config.windows, "middle"):
            windows.append(Window(clip, round(1000 * start), round(1000 * size)))
            of.append(number)
    return Windowed(tuple(windows), np.array(of, dtype=np.int64))


def chosen_sets(config: SoundConfig) -> tuple[str, ...]:
    """Return the names of the feature sets that a configuration asks for.

    Raises
    ------
    DataError
        There is no such set.
    """
    import difflib

    for name in config.sets:
        if name not in SETS:
            close = difflib.get_close_matches(name, SETS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"choose from {', '.join(SETS)}."
            raise DataError(f"There is no feature set {name[:40]}: {hint}")
    return config.sets


def columns_of(config: SoundConfig) -> tuple[str, ...]:
    """Return the names of the features of a configuration; what two sets have is one column.

    Raises
    ------
    DataError
        There is no such set.
    """
    return tuple(dict.fromkeys(column for name in chosen_sets(config) for column in SETS[name].names))


def extractor_of(name: str) -> str:
    """Return the name under which what a feature set measures is kept: another version measures anew."""
    return f"{name}-{SETS[name].version}"


def missing(
    windows: Sequence[Window], config: SoundConfig, clips: "Clips", *, again: bool = False
) -> dict[Window, tuple[str, ...]]:
    """Return the windows on which something is not measured yet, with the feature sets that are missing.

    With `again` those that could not be measured are missing too.
    """
    names = dict.fromkeys(window.clip for window in windows)
    found: dict[Window, tuple[str, ...]] = {}
    for name in chosen_sets(config):
        known = clips.places(extractor_of(name), names)
        for window in windows:
            if window not in known or (again and known[window].row < 0):
                found[window] = (*found.get(window, ()), name)
    return found


def gather(windows: Sequence[Window], config: SoundConfig, clips: "Clips") -> Measured:
    """Return the features of windows, those of one set beside those of the next.

    Raises
    ------
    NotExtractedError
        Some windows are not measured yet.
    DataError
        No window could be measured, or what was measured is gone.
    """
    sets = chosen_sets(config)
    clip_names = dict.fromkeys(window.clip for window in windows)
    places: list[dict[Window, Place]] = [clips.places(extractor_of(name), clip_names) for name in sets]
    waiting = sum(any(window not in known for known in places) for window in windows)
    if waiting:
        raise NotExtractedError(waiting, len(windows))
    problems = tuple(
        (window, next(known[window].problem for known in places if known[window].row < 0))
        for window in windows
        if any(known[window].row < 0 for known in places)
    )
    silent = {window for window, _ in problems}
    rows = np.array([at for at, window in enumerate(windows) if window not in silent], dtype=np.int64)
    if not len(rows):
        raise DataError(f"No clip could be measured. {problems[0][1]}" if problems else "There is no clip to measure.")
    parts = [clips.values([known[windows[at]] for at in rows]) for known in places]
    names = [column for name in sets for column in SETS[name].names]
    columns = columns_of(config)
    X = np.concatenate(parts, axis=1).astype(np.float64)[:, [names.index(column) for column in columns]]
    return Measured(X, columns, rows, problems)
