"""Clips of collections that travel in an archive of runs: which they are, how large, and how another store takes them.

What arrives is checked as uploads are: each file is what its hash says, can be decoded, and is as its collection says.
"""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from genre_core.data.clips.collection import KIND, Collection
from genre_core.data.clips.folder import SOUND
from genre_core.data.clips.reading import check_same, probe, shown
from genre_core.data.clips.sounds import Location
from genre_core.data.clips.uploads import MAX_BYTES, MAX_FILES, keep, write
from genre_core.errors import ClipError, DataError
from genre_core.store.arrivals import ArrivingTable
from genre_core.store.runs import RunStore
from genre_core.store.schema import StoredTable
from genre_core.takehome.archive import CLIPS
from genre_core.text import count

MOST_BYTES = MAX_BYTES
"""Most bytes of sound in an archive: as many as an upload takes."""
SAME_SECONDS = 0.05
"""How far the length of a clip may differ between machines that decode it by other libraries."""


@dataclass(frozen=True)
class Clips:
    """Clips that can come along: their `paths` by hash, and how large they are together.

    `lost` says of a collection, by its hash, why its clips cannot.
    """

    paths: Mapping[str, Path]
    n_bytes: int
    lost: Mapping[str, str]

    def check(self, most: int, instead: str) -> None:
        """Raise DataError where they are too many or too large; `instead` says what to do then."""
        if self.n_bytes > most or len(self.paths) > MAX_FILES:
            raise DataError(
                f"These runs learned from {count(len(self.paths), 'clip')} of {self.n_bytes >> 20:,} MB, and an "
                f"archive takes {MAX_FILES:,} clips of {most >> 20:,} MB at most: {instead}."
            )

    def files(self) -> dict[str, bytes]:
        """Return what is in them, by their names in an archive; raises ClipError where one has changed."""
        found = {}
        for clip, path in self.paths.items():
            check_same(clip, path)
            found[f"{CLIPS}{clip}{path.suffix.lower()}"] = path.read_bytes()
        return found


def clips_of(store: RunStore, tables: Mapping[str, tuple[str, StoredTable]]) -> Clips:
    """Return the clips of the collections among stored tables, which are given by hash with their kinds."""
    paths, n_bytes, lost = dict[str, Path](), 0, dict[str, str]()
    for content_hash, (kind, table) in tables.items():
        if kind != KIND:
            continue
        files = _files_of(Collection.from_parquet(store.read_table(content_hash)))
        places = {clip: Path(where.path) for clip, where in store.clips.locations(sorted(files)).items()}
        sizes = {clip: size for clip, path in places.items() if (size := _size(path)) is not None}
        if gone := [file for clip, file in files.items() if clip not in sizes]:
            such = f"{count(len(gone), 'clip')} of {table.name} can no longer be read, such as {shown(gone[0])}"
            lost[content_hash] = such
            continue
        n_bytes += sum(size for clip, size in sizes.items() if clip not in paths)
        paths |= {clip: places[clip] for clip in files}
    return Clips(paths, n_bytes, lost)


def _files_of(collection: Collection) -> dict[str, str]:
    """Return the name of each clip's file, by the clip's hash."""
    return dict(zip(collection.clips["clip"].tolist(), collection.clips["file"].tolist(), strict=True))


def _size(path: Path) -> int | None:
    with suppress(OSError):
        return path.stat().st_size if path.is_file() else None
    return None


class ArrivingClip(NamedTuple):
    """A clip of an archive: its bytes, the ending of its file, and what its collection says of it."""

    data: bytes
    ending: str
    said: Mapping[str, Any]


def arriving_clips(tables: Sequence[ArrivingTable], files: Mapping[str, bytes]) -> dict[str, ArrivingClip]:
    """Return the clips of the collections that arrive, by hash.

    Raises DataError where a collection or a clip is not what its hash says, or a clip is missing.
    """
    places, found = _places(files), {}
    for table in (table for table in tables if table.kind == KIND):
        collection = Collection.from_parquet(table.parquet)
        if collection.content_hash != table.content_hash:
            raise DataError(f"The collection {table.name} in the archive was changed: export the runs again.")
        for row in collection.clips.to_dict("records"):
            clip = str(row["clip"])
            data = files.get(places.get(clip, ""))
            if data is None or hashlib.sha256(data).hexdigest() != clip:
                why = "lacks" if data is None else "holds another"
                raise DataError(f"The archive {why} {shown(row['file'])}: it was changed. Export the runs again.")
            ending = Path(places[clip]).suffix
            found[clip] = ArrivingClip(data, ending if ending in SOUND else "", {str(key): row[key] for key in row})
    return found


def comes_along(table: ArrivingTable, files: Mapping[str, bytes]) -> bool:
    """Return whether an archive holds what a table is: earlier versions left out the clips of collections."""
    if table.kind != KIND:
        return True
    return not _places(files).keys().isdisjoint(_files_of(Collection.from_parquet(table.parquet)))


def _places(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the names of the clips in an archive, by hash."""
    return {Path(name).stem: name for name in files if name.startswith(CLIPS)}


@contextmanager
def taken_in(store: RunStore, arriving: Mapping[str, ArrivingClip]) -> Iterator[None]:
    """Keep those clips that are not here while the block does its work; where it fails, they go again.

    Raises DataError where a clip cannot be decoded or is not as its collection says, or the disk does not take them,
    and StoreError where there is no folder for them.
    """
    known = store.clips.locations(sorted(arriving))
    new = {clip: one for clip, one in arriving.items() if not _is_here(clip, known.get(clip))}
    if not new:
        yield
        return
    folder = write([(f"{clip}{one.ending}", one.data) for clip, one in new.items()], store.clips.uploads)
    kept = dict[str, Path]()
    try:
        written = {clip: folder / f"{clip}{one.ending}" for clip, one in new.items()}
        for clip, path in written.items():
            _check(path, new[clip].said)
        kept = keep(written, store.clips.uploads)
        store.clips.put({clip: Location(str(path)) for clip, path in kept.items()})
        yield
    except BaseException:
        for path in kept.values():
            path.unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_here(clip: str, where: Location | None) -> bool:
    with suppress(ClipError):
        if where:
            check_same(clip, where.path)
            return True
    return False


def _check(path: Path, said: Mapping[str, Any]) -> None:
    """Decode a clip as a whole, and compare it with what its collection says."""
    name = shown(said["file"])
    try:
        found = probe(path)
    except ClipError as error:
        raise DataError(f"A clip in the archive cannot be used: {str(error).replace(path.name, name)}") from error
    same = (found.sample_rate, found.channels) == (said["sample_rate"], said["channels"])
    if not same or abs(found.seconds - said["seconds"]) > SAME_SECONDS:
        raise DataError(f"{name} in the archive is another sound than its collection says: export the runs again.")
