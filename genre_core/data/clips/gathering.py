"""Clips cut into windows, and what was measured on them gathered into one row for each window."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.changes import CHANGES
from genre_core.data.clips.features import FEATURE_SETS, FeatureSet
from genre_core.data.clips.shards import Place, Window
from genre_core.data.clips.spectrograms import MUSICNN, SPECTROGRAM_SETS, SpectrogramSet, shape_of
from genre_core.data.clips.tagger.about import weights_path
from genre_core.data.clips.tagger.hearing import TAGGER_SETS, TaggerSet
from genre_core.data.clips.tagger.network import read_weights
from genre_core.data.clips.windows import starts
from genre_core.data.dataset import IntArray
from genre_core.data.inputs import Copy, Features, Inputs, Rows, Spectrograms
from genre_core.errors import DataError, NotExtractedError
from genre_core.settings.config import SoundConfig

if TYPE_CHECKING:
    from genre_core.data.sources import Clips

SETS: Mapping[str, FeatureSet | TaggerSet | SpectrogramSet] = {**FEATURE_SETS, **TAGGER_SETS, **SPECTROGRAM_SETS}
"""Everything that can be measured, by its name in the settings."""


@dataclass(frozen=True, eq=False)
class Windowed:
    """Windows of clips (n,), and the number of the clip that each is cut from (n,)."""

    windows: tuple[Window, ...]
    of: IntArray


@dataclass(frozen=True, eq=False)
class Measured:
    """Inputs (n_kept rows) of the windows `rows` (n_kept,); `problems` say why others have none."""

    inputs: Inputs
    rows: IntArray
    problems: tuple[tuple[Window, str], ...]


Gather = Callable[[Sequence[Window], SoundConfig, "Clips"], Measured]
"""Gathers what was measured on windows."""


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

    Raises DataError where there is no such set, or a spectrogram does not stand alone.
    """
    import difflib

    for name in config.sets:
        if name not in SETS:
            close = difflib.get_close_matches(name, SETS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"choose from {', '.join(SETS)}."
            raise DataError(f"There is no feature set {name[:40]}: {hint}")
        if name in SPECTROGRAM_SETS and len(config.sets) > 1:
            others = ", ".join(other for other in config.sets if other != name)
            raise DataError(f"The feature set {name} is a spectrogram and stands alone: choose it without {others}.")
    return config.sets


def needs_tagger(config: SoundConfig) -> bool:
    """Return whether what is measured is of use only where the pretrained tagger is there."""
    return not {*TAGGER_SETS, MUSICNN}.isdisjoint(config.sets)


def columns_of(config: SoundConfig) -> tuple[str, ...]:
    """Return the names of the features of a configuration; what two sets have is one column.

    Raises DataError where there is no such set.
    """
    return tuple(dict.fromkeys(column for name in chosen_sets(config) for column in SETS[name].names))


def input_shape(windows: Sequence[Window], config: SoundConfig) -> tuple[int, ...]:
    """Return the shape of what a network is given of each window, before any is measured; raises DataError."""
    if chosen_sets(config)[0] in SPECTROGRAM_SETS:
        return shape_of(chosen_sets(config)[0], windows, config.window)
    return (len(columns_of(config)),)


def frame_seconds(config: SoundConfig) -> float:
    """Return the seconds between two frames of what a network is given of each window; 0 of features."""
    found = SPECTROGRAM_SETS.get(chosen_sets(config)[0])
    return found.frame_seconds if found else 0.0


def with_change(name: str, change: str) -> str:
    """Return the name of a feature set of sound that was changed before; as it is: ""."""
    return f"{name} {change}" if change else name


def sets_and_copies(config: SoundConfig) -> list[str]:
    """Return the names of all that is measured: the feature sets, and after them those of each copy."""
    return [with_change(name, change) for change in ("", *config.changes) for name in chosen_sets(config)]


def extractor_of(name: str) -> str:
    """Return the name under which what a set measures is kept; each version of it and of its change has its own."""
    of, _, change = name.partition(" ")
    own = f"{of}-{SETS[of].version}"
    return f"{own}-{change}-{CHANGES[change].version}" if change else own


def missing(
    windows: Sequence[Window],
    config: SoundConfig,
    clips: "Clips",
    *,
    again: bool = False,
    learned: Collection[Window] | None = None,
) -> dict[Window, tuple[str, ...]]:
    """Return the windows on which something is not measured yet, with the feature sets that are missing.

    Copies are missing of what is `learned` alone; None: of all windows, as each is learned in one split or another.

    With `again` those that could not be measured are missing too. Whoever needs the tagger has its tags beside: what
    they tell without training is a baseline.
    """
    names = dict.fromkeys(window.clip for window in windows)
    found: dict[Window, tuple[str, ...]] = {}
    beside = ("tags",) if needs_tagger(config) else ()
    for name in dict.fromkeys((*sets_and_copies(config), *beside)):
        known = clips.places(extractor_of(name), names)
        for window in windows if learned is None or " " not in name else learned:
            if window not in known or (again and known[window].row < 0):
                found[window] = (*found.get(window, ()), name)
    return found


def gather(windows: Sequence[Window], config: SoundConfig, clips: "Clips") -> Measured:
    """Return the features of windows, those of one set beside those of the next; or their spectrograms.

    Copies need be there only of what is learned, which is looked up when that is known.
    Raises NotExtractedError where some windows are not measured yet, and DataError where no window could be measured,
    what was measured is gone, or a spectrogram would be too long.
    """
    sets = chosen_sets(config)
    clip_names = dict.fromkeys(window.clip for window in windows)
    every: list[dict[Window, Place]] = [
        clips.places(extractor_of(name), clip_names) for name in sets_and_copies(config)
    ]
    places, copies = every[: len(sets)], every[len(sets) :]
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
    found = [[known[windows[at]] for at in rows] for known in places]
    kept = [windows[at] for at in rows]
    if sets[0] in SPECTROGRAM_SETS:
        shape = shape_of(sets[0], windows, config.window)
        keys = "\n".join(f"{extractor_of(sets[0])} {windows[at]}" for at in rows)
        identity = hashlib.sha256(keys.encode()).hexdigest()
        array, one = clips.padded(found[0], shape), SPECTROGRAM_SETS[sets[0]]
        changed = tuple(
            _copy(clips.padded([known.get(window, Place("", -1)) for window in kept], shape), [known], kept)
            for known in copies
        )
        weights = partial(read_weights, weights_path(clips.folder)) if needs_tagger(config) else None
        inputs = Spectrograms(array, one.per, identity, one.frame_seconds, weights, one.unit_db, changed)
        return Measured(inputs, rows, problems)
    features = side_by_side([clips.values(one) for one in found], config)
    of_each = [copies[at : at + len(sets)] for at in range(0, len(copies), len(sets))]
    changed = tuple(_changed_features(of, kept, config, clips) for of in of_each)
    return Measured(replace(features, copies=changed), rows, problems)


def _copy(rows: Rows, sets: Sequence[dict[Window, Place]], windows: Sequence[Window]) -> Copy:
    """Return changed rows with what is known of each."""
    missing = np.array([any(window not in known for known in sets) for window in windows])
    failed = np.array([any(window in known and known[window].row < 0 for known in sets) for window in windows])
    return Copy(rows, ~missing & ~failed, missing & ~failed)


def _changed_features(
    sets: Sequence[dict[Window, Place]], windows: Sequence[Window], config: SoundConfig, clips: "Clips"
) -> Copy:
    """Return the features of windows that were changed before, NaN where they are not measured."""
    found = _copy(np.full((len(windows), len(columns_of(config))), np.nan), sets, windows)
    there = np.flatnonzero(found.measured).tolist()
    if there:
        values = [clips.values([known[windows[at]] for at in there]) for known in sets]
        found.rows[there] = side_by_side(values, config).matrix  # type: ignore[index]
    return found


def side_by_side(values: Sequence[npt.NDArray[Any]], config: SoundConfig) -> Features:
    """Return the values (n, n_columns) of each feature set of a configuration as one matrix of its columns."""
    names = [column for name in chosen_sets(config) for column in SETS[name].names]
    columns = columns_of(config)
    X = np.concatenate(values, axis=1).astype(np.float64)
    return Features(X[:, [names.index(column) for column in columns]], columns)


def nothing(windows: Sequence[Window], config: SoundConfig, clips: "Clips") -> Measured:
    """Return a row without numbers for every window: what is known before anything is measured."""
    return Measured(Features(np.empty((len(windows), 0)), ()), np.arange(len(windows)), ())
