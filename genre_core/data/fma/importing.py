"""From FMA's files to one Parquet table in the store: imported once, then read by the columns and rows that are wanted.

Rows stand by subset, small before medium before large, in row groups of one subset each, so that a small subset is read
without the large one. The table is named by the SHA-256 of its files.
"""

import errno
import hashlib
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, TypeVar

import numpy as np

from genre_core.data.dataset import IntArray
from genre_core.data.fma.genres import read_genres
from genre_core.data.fma.layout import ECHONEST, FmaFiles
from genre_core.data.fma.reading import Features, Progress, Tracks, read_echonest, read_features, read_tracks
from genre_core.data.tables.delimited import count_of
from genre_core.errors import DataError

Found = TypeVar("Found")

KIND = "fma"
SUBSETS = ("small", "medium", "large")
ROWS_PER_GROUP = 8192
BLOCK_BYTES = 8 * 1024**2
FORMAT = b"fma 2\0"
"""Begins what is hashed, so that the same files read in another way are another table."""


class FmaStore(Protocol):
    """Where imported tables are put."""

    def has_table(self, content_hash: str) -> bool:
        """Say whether a table of that content is stored."""
        ...

    def put_table(
        self,
        content_hash: str,
        name: str,
        parquet: BinaryIO,
        n_rows: int,
        n_columns: int,
        notes: tuple[str, ...] = (),
        kind: str = "table",
    ) -> bool:
        """Save a table from an open file once; False if there is one of that content already."""
        ...


@dataclass(frozen=True)
class Imported:
    """Result of an import: the table's hash, and whether it was not in the store before."""

    content_hash: str
    new: bool


@dataclass(frozen=True)
class _Written:
    n_rows: int
    n_columns: int
    notes: tuple[str, ...]


def import_fma(files: FmaFiles, store: FmaStore) -> Iterator[Progress | Imported]:
    """Store FMA unless it is stored already, with progress; the last value says what came of it.

    Raises DataError where a file is missing, broken, of another layout, or does not fit the others.
    """
    content_hash = yield from _through(_hash(files))
    if store.has_table(content_hash):
        yield Imported(content_hash, False)
        return
    try:
        with tempfile.TemporaryFile(prefix="genre-lab-") as target:
            yield from _store(files, content_hash, target, store)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DataError(f"The disk that holds {tempfile.gettempdir()} is full: make room on it.") from error


def _through(steps: Iterator[Progress | Found]) -> Generator[Progress, None, Found]:
    """Pass progress on; return what comes after it."""
    for step in steps:
        if not isinstance(step, Progress):
            return step
        yield step
    raise AssertionError("the last step is what was found")


def _hash(files: FmaFiles) -> Iterator[Progress | str]:
    digest, done = hashlib.sha256(FORMAT), 0
    try:
        total = sum(path.stat().st_size for path in files.paths)
        for path in files.paths:
            with path.open("rb") as file:
                while block := file.read(BLOCK_BYTES):
                    digest.update(block)
                    done += len(block)
                    yield Progress("Comparing with what is stored", done, total)
    except OSError as error:
        raise DataError(
            f"{error.filename} cannot be read ({error.strerror}): check its name and permissions."
        ) from error
    yield digest.hexdigest()


def _store(files: FmaFiles, content_hash: str, target: BinaryIO, store: FmaStore) -> Iterator[Progress | Imported]:
    tracks = yield from _through(read_tracks(files.tracks, read_genres(files.genres)))
    features = yield from _through(read_features(files.features, tracks.ids))
    echonest = (yield from _through(read_echonest(files.echonest))) if files.echonest else None
    written = yield from _through(_write(tracks, features, echonest, target))
    yield Progress("Storing", 0, 1)
    target.seek(0)
    name = f"FMA, {written.n_rows:,} tracks"
    is_new = store.put_table(content_hash, name, target, written.n_rows, written.n_columns, written.notes, KIND)
    yield Imported(content_hash, is_new)


def _write(
    tracks: Tracks, features: Features, echonest: Features | None, target: BinaryIO
) -> Iterator[Progress | _Written]:
    """Write the table group by group, with progress in rows; the last value says what was written."""
    import pyarrow as pa
    from pyarrow import parquet

    order, groups = _row_groups(tracks)
    plain = {"track_id": pa.array(tracks.ids), **tracks.columns}
    numeric = [*features.names, *(echonest.names if echonest else ())]
    schema = pa.schema([*((name, array.type) for name, array in plain.items()), *((n, pa.float32()) for n in numeric)])
    with parquet.ParquetWriter(
        target, schema, compression="zstd", use_dictionary=list(plain), use_byte_stream_split=numeric
    ) as writer:
        for group in groups:
            rows = order[group]
            arrays = [array.take(pa.array(rows)) for array in plain.values()]
            arrays += map(pa.array, np.ascontiguousarray(features.X[rows].T))
            if echonest:
                arrays += map(pa.array, np.ascontiguousarray(_aligned(echonest, tracks.ids[rows]).T))
            writer.write_table(pa.table(arrays, schema=schema), row_group_size=len(rows))
            yield Progress("Writing the table", group.stop, len(order))
    yield _Written(len(order), len(schema), _notes(tracks, echonest))


def _row_groups(tracks: Tracks) -> tuple[IntArray, list[slice]]:
    """Return the rows by subset (n_tracks,), and the slices of them that make a group each."""
    subsets = np.array(
        [SUBSETS.index(s) if s in SUBSETS else len(SUBSETS) for s in tracks.columns["subset"].to_pylist()]
    )
    order: IntArray = np.argsort(subsets, kind="stable")
    ends = np.cumsum(np.bincount(subsets, minlength=len(SUBSETS) + 1)).tolist()
    groups = []
    for start, end in zip([0, *ends], ends, strict=False):
        groups += [slice(at, min(at + ROWS_PER_GROUP, end)) for at in range(start, end, ROWS_PER_GROUP)]
    return order, groups


def _aligned(features: Features, ids: IntArray) -> Any:
    """Return the features of tracks (n_rows, n_features), NaN for tracks that have none."""
    at = np.minimum(np.searchsorted(features.ids, ids), len(features.ids) - 1)
    return np.where((features.ids[at] == ids)[:, None], features.X[at], np.float32(np.nan))


def _notes(tracks: Tracks, echonest: Features | None) -> tuple[str, ...]:
    """Say how much there is, and what of Echonest's features was left out."""
    subsets = tracks.columns["subset"].to_pylist()
    small, medium = (sum(subset in SUBSETS[:n] for subset in subsets) for n in (1, 2))
    n_top = len(subsets) - tracks.columns["genre_top"].null_count
    n_artists = len(tracks.columns["artist_id"].unique())
    notes = [
        f"{small:,} tracks in small, {medium:,} in medium, {len(subsets):,} in all; "
        f"{n_top:,} with a top genre; {count_of(n_artists, 'artist')}."
    ]
    if echonest is not None:
        n_unknown = int((~np.isin(echonest.ids, tracks.ids)).sum())
        notes.append(f"{count_of(len(echonest.ids) - n_unknown, 'track')} with features by Echonest.")
        if n_unknown:
            notes.append(f"{count_of(n_unknown, 'track')} of {ECHONEST} left out: not in tracks.csv.")
    return tuple(notes)
