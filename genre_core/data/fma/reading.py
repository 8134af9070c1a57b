"""FMA's files, read as streams: no file is ever in memory as a whole, only the columns that are kept."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import IntArray
from genre_core.data.fma.genres import Hierarchy
from genre_core.data.fma.layout import ECHONEST, FEATURES, INDEX, TRACKS, read_header
from genre_core.data.tables.delimited import MISSING, count_of
from genre_core.errors import DataError

Float32Array = npt.NDArray[np.float32]
BLOCK_BYTES = 8 * 1024**2
"""The parser's block: a row, with its longest biography, must fit into one."""

COLUMNS: Mapping[tuple[str, str], str] = {
    ("artist", "id"): "artist_id",
    ("album", "id"): "album_id",
    ("set", "subset"): "subset",
    ("set", "split"): "split",
    ("track", "genre_top"): "genre_top",
    ("track", "genres"): "genres",
    ("track", "title"): "title",
    ("artist", "name"): "artist",
}
"""Columns kept of tracks.csv."""

ECHONEST_FAMILIES = {"audio_features": "echonest", "temporal_features": "echonest_temporal"}


@dataclass(frozen=True)
class Progress:
    """How far one stage of an import is, in bytes."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Tracks:
    """Contents of tracks.csv, one row per track in ascending order of `ids` (n_tracks,)."""

    ids: IntArray
    columns: Mapping[str, Any]
    """Arrow arrays (n_tracks,) by their names."""


@dataclass(frozen=True, eq=False)
class Features:
    """Numbers of tracks: X (n_rows, n_features) belongs to the tracks `ids` (n_rows,), ascending."""

    ids: IntArray
    names: tuple[str, ...]
    X: Float32Array


def read_tracks(path: Path, hierarchy: Hierarchy) -> Iterator[Progress | Tracks]:
    """Read what is kept of tracks.csv, with progress; the last value is the tracks.

    Raises DataError where a column is missing, a row is broken, or a track stands there twice.
    """
    import pyarrow as pa

    header = read_header(path, TRACKS)
    lacking = [key for key in COLUMNS if key not in header.names]
    if lacking:
        raise DataError(f"{path.name} has no column {lacking[0][1]} of {lacking[0][0]}: take FMA's own file.")
    wanted = {1 + header.names.index(key): name for key, name in COLUMNS.items()}
    numeric = ("artist_id", "album_id")
    types = {0: "int64"} | {at: "int64" if name in numeric else "string" for at, name in wanted.items()}
    batches = []
    for batch, progress in _stream(path, header.n_lines, len(header.names) + 1, types):
        batches.append(batch)
        yield progress
    table = pa.Table.from_batches(batches)
    ids, order = _sorted_ids(path.name, table["0"])
    table = table.take(order).combine_chunks()
    columns = {name: table[str(at)].combine_chunks() for at, name in wanted.items()}
    genres = [_genre_ids(path.name, text) for text in columns["genres"].to_pylist()]
    columns["genre_top"] = pa.array([hierarchy.named(name) for name in columns["genre_top"].to_pylist()], pa.string())
    columns["genre_lifted"] = pa.array(
        [top or hierarchy.lift(own) for top, own in zip(columns["genre_top"].to_pylist(), genres, strict=True)],
        pa.string(),
    )
    columns["genre_path"] = pa.array([hierarchy.finest(own) for own in genres], pa.list_(pa.string()))
    columns["genres"] = pa.array([hierarchy.titles(own) for own in genres], pa.list_(pa.string()))
    yield Tracks(ids, columns)


def read_features(path: Path, tracks: IntArray) -> Iterator[Progress | Features]:
    """Read features.csv as 32-bit floats, one row for each of `tracks` (n_tracks,); the last value is the features.

    Raises DataError where the file holds other tracks, or a row is broken.
    """
    header = read_header(path, FEATURES)
    names = tuple("_".join(filter(None, column)) for column in header.names)
    _refuse_repeats(path.name, names)
    X = np.full((len(tracks), len(names)), np.nan, dtype=np.float32)
    seen = np.zeros(len(tracks), dtype=bool)
    n_rows = n_unknown = 0
    types = {0: "int64"} | dict.fromkeys(range(1, len(names) + 1), "float32")
    for batch, progress in _stream(path, header.n_lines, len(names) + 1, types):
        ids = _ids(path.name, batch.column(0))
        at = np.minimum(np.searchsorted(tracks, ids), len(tracks) - 1)
        known = tracks[at] == ids
        n_rows, n_unknown = n_rows + len(ids), n_unknown + int((~known).sum())
        X[at[known]] = _block(batch)[known]
        seen[at[known]] = True
        yield progress
    if n_rows != len(tracks):
        raise DataError(
            f"{path.name} has {count_of(n_rows, 'track')} and {TRACKS} has {len(tracks):,}: one of them is incomplete; "
            "fetch both again."
        )
    if n_unknown or not seen.all():
        lacking = count_of(int((~seen).sum()), "track")
        raise DataError(
            f"{path.name} and {TRACKS} hold different tracks: {path.name} lacks {lacking}, such as {tracks[~seen][0]}; "
            "take both from the same release."
        )
    yield Features(tracks, names, X)


def read_echonest(path: Path) -> Iterator[Progress | Features]:
    """Read the audio and temporal features of echonest.csv; the last value is the features.

    Raises DataError where the file has none of them, a row is broken, or a track stands there twice.
    """
    import pyarrow as pa

    header = read_header(path, ECHONEST)
    wanted = {
        at: f"{ECHONEST_FAMILIES[column[1]]}_{column[2]}"
        for at, column in enumerate(header.names, start=1)
        if column[1] in ECHONEST_FAMILIES
    }
    if not wanted:
        raise DataError(f"{path.name} has no audio_features in its header: take FMA's own file.")
    _refuse_repeats(path.name, tuple(wanted.values()))
    types = {0: "int64"} | dict.fromkeys(wanted, "float32")
    batches = []
    for batch, progress in _stream(path, header.n_lines, len(header.names) + 1, types):
        batches.append(batch)
        yield progress
    ids, order = _sorted_ids(path.name, pa.Table.from_batches(batches)["0"])
    X = np.concatenate([_block(batch) for batch in batches])[order]
    yield Features(ids, tuple(wanted.values()), X)


def _stream(path: Path, skip: int, width: int, types: Mapping[int, str]) -> Iterator[tuple[Any, Progress]]:
    """Yield batches of the columns in `types`, by position, each with how far the file has been read."""
    import pyarrow as pa
    from pyarrow import csv

    lengths: list[int] = []

    def refuse(row: Any) -> str:
        lengths.append(row.actual_columns)
        return "error"

    total = path.stat().st_size
    read = csv.ReadOptions(column_names=[str(i) for i in range(width)], skip_rows=skip, block_size=BLOCK_BYTES)
    parse = csv.ParseOptions(newlines_in_values=path.name != FEATURES, invalid_row_handler=refuse)
    convert = csv.ConvertOptions(
        include_columns=[str(at) for at in types],
        column_types={str(at): pa.type_for_alias(name) for at, name in types.items()},
        null_values=list(MISSING),
        strings_can_be_null=True,
    )
    n_rows = 0
    try:
        with path.open("rb", buffering=0) as file:
            for batch in csv.open_csv(file, read, parse, convert):
                n_rows += batch.num_rows
                yield batch, Progress(f"Reading {path.name}", min(file.tell(), total), total)
    except pa.ArrowInvalid as error:
        if lengths:
            raise DataError(
                f"{path.name} has a row of {count_of(lengths[0], 'value')} below a header of {width:,}: "
                "the file is cut short or damaged; fetch it again."
            ) from error
        if "empty" in str(error).lower():
            raise DataError(f"{path.name} has a header and no rows below it: fetch it again.") from error
        raise DataError(f"{path.name} cannot be read: {str(error).splitlines()[0][:200].rstrip('.')}.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): check its name and permissions.") from error
    if not n_rows:
        raise DataError(f"{path.name} has a header and no rows below it: fetch it again.")


def _block(batch: Any) -> Float32Array:
    """Return a batch's numbers (n_rows, n_features), NaN where a value is missing."""
    X = np.empty((batch.num_rows, batch.num_columns - 1), dtype=np.float32)
    for position, column in enumerate(batch.columns[1:]):
        X[:, position] = column.to_numpy(zero_copy_only=False)
    return X


def _ids(name: str, column: Any) -> IntArray:
    if column.null_count:
        raise DataError(f"{name} has a row without a {INDEX}: fetch it again.")
    return column.to_numpy()


def _sorted_ids(name: str, column: Any) -> tuple[IntArray, IntArray]:
    """Return identifiers in ascending order, and the rows in which they stand."""
    ids = _ids(name, column)
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    if repeated := np.flatnonzero(np.diff(ids) == 0).tolist():
        raise DataError(f"{name} holds the track {ids[repeated[0]]} twice: fetch it again.")
    return ids, order


def _genre_ids(name: str, text: str | None) -> tuple[int, ...]:
    """Return the genres in a cell such as `[21, 10]`."""
    try:
        return tuple(map(int, json.loads(text or "[]")))
    except (ValueError, TypeError) as error:
        raise DataError(f"{name} holds {str(text)[:40]} where a list of genres such as [21, 10] belongs.") from error


def _refuse_repeats(name: str, names: tuple[str, ...]) -> None:
    if len(set(names)) < len(names):
        twice = next(one for at, one in enumerate(names) if one in names[:at])
        raise DataError(f"{name} has two columns {twice}: take the file as FMA publishes it.")
