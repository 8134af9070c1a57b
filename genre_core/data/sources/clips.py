"""Clips of a collection: a row is a window of a clip, with what was measured on it.

Clips that cannot be read and windows that could not be measured are left out, and counted in the data set's notes.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from genre_core.data.clips.collection import Collection
from genre_core.data.clips.gathering import Gather, cut, gather, nothing
from genre_core.data.clips.sounds import Location
from genre_core.data.dataset import Dataset, IntArray, telling
from genre_core.data.genres import counted_as, in_order, merge_notes
from genre_core.data.published import with_split
from genre_core.data.sources import Clip, Tables
from genre_core.data.tables.delimited import count_of
from genre_core.errors import DataError
from genre_core.settings.config import ClipsConfig

if TYPE_CHECKING:
    import pandas as pd


RECORDED = {
    "codec": "codec",
    "sample_rate": "sample_rate",
    "channels": "channels",
    "length": "seconds",
    "loudness": "loudness",
    "peak": "peak",
}
"""Facts about the files, by the columns of the collection."""


def load(config: ClipsConfig, tables: Tables | None = None) -> Dataset:
    """Read the clips that `config` names, and what was measured on them.

    Raises NotExtractedError where something is not measured yet, and DataError where the collection is not stored, or
    tracks with genres cannot be made of it.
    """
    if not config.table or tables is None:
        raise DataError("No collection of clips is chosen: import a folder of clips, then choose it.")
    return _dataset(config, tables, gather)


def unmeasured(config: ClipsConfig, tables: Tables) -> Dataset:
    """Return the clips that `config` names, before anything is measured on them; raises DataError."""
    return _dataset(config, tables, nothing)


def _dataset(config: ClipsConfig, tables: Tables, gather: Gather) -> Dataset:
    frame, notes = _read(config, tables)
    cut_up = cut(frame["clip"].tolist(), frame["seconds"].tolist(), config)
    measured = gather(cut_up.windows, config, tables.clips)
    frame = frame.iloc[cut_up.of[measured.rows]]
    heard = tuple(cut_up.windows[row] for row in measured.rows)
    if measured.problems:
        (_, why), *_ = measured.problems
        notes = (*notes, f"{count_of(len(measured.problems), 'window')} left out that could not be measured: {why}")
    names = frame["genre"].to_numpy().astype(str)
    genres = in_order(names.tolist())
    if len(genres) < 2:
        raise DataError(f"Only the genre {genres[0]} is left: at least two genres are needed.")
    y: IntArray = np.array([genres.index(name) for name in names], dtype=np.int64)
    dataset = Dataset(
        measured.inputs,
        y,
        genres,
        _names(frame),
        _groups(frame),
        notes,
        heard=heard,
        recorded={name: frame[column].tolist() for name, column in RECORDED.items()},
    )
    if config.published:
        dataset = with_split(dataset, tables.read_table(config.published))
    if not config.window:
        return dataset
    rows = zip(dataset.tracks, heard, strict=True)
    return replace(dataset, tracks=tuple(f"{name} at {window.start / 1000:g} s" for name, window in rows))


def clips_of(config: ClipsConfig, tables: Tables) -> tuple[Clip, ...]:
    """Return the clips that can be used; raises DataError."""
    frame, _ = _read(config, tables)
    return tuple(map(Clip, frame["clip"], _names(frame), frame["genre"], frame["seconds"].tolist()))


def recipes_of(config: ClipsConfig) -> Mapping[str, Location]:
    """Return nothing: where the clips lie is known since they were imported."""
    return {}


def _read(config: ClipsConfig, tables: Tables) -> tuple["pd.DataFrame", tuple[str, ...]]:
    try:
        parquet = tables.read_table(config.table)
    except DataError:
        said = f"The collection {config.table[:8]} is not in the store: import its folder, or choose another."
        raise DataError(said) from None
    return usable(parquet, config)


def usable(parquet: bytes, config: ClipsConfig) -> "tuple[pd.DataFrame, tuple[str, ...]]":
    """Return the clips of a collection that can be used, and notes on those that are left out; raises DataError."""
    frame = Collection.from_parquet(parquet).frame
    unread, unnamed = frame["problem"] != "", frame["genre"] == ""
    notes = []
    for rows, why in ((unread, "cannot be used"), (unnamed & ~unread, "have no genre")):
        if n := int(rows.sum()):
            notes.append(f"{count_of(n, 'clip')} left out that {why}.")
    frame = frame[~unread & ~unnamed]
    counted = counted_as(frame["genre"], config.genres)
    others = ~frame["genre"].isin(counted)
    if n := int(others.sum()):
        notes.append(f"{count_of(n, 'clip')} left out: their genres are not chosen.")
        frame = frame[~others]
    frame = frame.assign(genre=frame["genre"].map(counted))
    notes += merge_notes(counted)
    sizes = frame["genre"].value_counts()
    rare = sizes.index[sizes < config.min_tracks]
    if len(rare):
        gone = frame["genre"].isin(rare)
        notes.append(f"{count_of(int(gone.sum()), 'clip')} left out: their genre has fewer than {config.min_tracks:,}.")
        frame = frame[~gone]
    if frame.empty:
        raise DataError("No clip of this collection can be used: import a folder with readable sound files.")
    return frame, tuple(notes)


def _names(frame: "pd.DataFrame") -> tuple[str, ...]:
    """Return the name of each clip's file, with its folder where names alone do not tell files apart."""
    names = frame["file"].str.rpartition("/")[2]
    return tuple((names if frame["file"].nunique() == names.nunique() else frame["file"]).tolist())


def _groups(frame: "pd.DataFrame") -> dict[str, IntArray]:
    """Return what the rows belong to, where something is known: a clip without an album or artist stands alone."""
    import pandas as pd

    levels = {}
    for level in ("track", "album", "artist"):
        is_known = frame[level] != ""
        if is_known.any():
            own = frame["artist"] + "\x00" + frame[level] if level == "album" else frame[level]
            known = own.where(is_known, "\x00" + frame["track"])
            levels[level] = pd.factorize(known)[0].astype(np.int64)
    return telling(levels)
