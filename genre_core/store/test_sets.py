"""Tracks of test parts, in a form small enough to keep for each of them: 8 bytes a track, a hash of its name."""

import hashlib
from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from genre_core.settings.config import DatasetConfig
from genre_core.store.database import Database, Shelf
from genre_core.store.schema import test_sets as _test_sets

Marks = npt.NDArray[np.uint64]
"""Hashes of the names of a test part's tracks (n,), in ascending order."""


def marks_of(tracks: Iterable[str]) -> Marks:
    """Return the marks of tracks by their names."""
    digests = b"".join(hashlib.blake2b(name.encode(), digest_size=8).digest() for name in tracks)
    return np.sort(np.frombuffer(digests, dtype="<u8").astype(np.uint64))


def source_of(data: DatasetConfig) -> str:
    """Return the name of a source of tracks, as 64 hex digits: within one, a name is a track."""
    return hashlib.sha256(data.identity.encode()).hexdigest()


class TestSets(Shelf):
    """The tracks of each test part that is known, by its name; see `name_test_set`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._overlap = lru_cache(maxsize=4096)(self._find_overlap)
        self.tried = set[str]()
        """Runs of earlier versions whose test tracks were looked for, be it in vain."""

    def record(self, name: str, data: DatasetConfig, tracks: Iterable[str]) -> None:
        """Keep the tracks of a test part, unless they are known."""
        if self.marks(name) is None:
            row = {"test_hash": name, "source": source_of(data), "marks": marks_of(tracks).astype("<u8").tobytes()}
            with suppress(IntegrityError):  # another worker was faster
                self._database.change(insert(_test_sets).values(row))

    def marks(self, name: str) -> Marks | None:
        """Return the marks of a test part; None where it is not known."""
        query = select(_test_sets.c.marks).where(_test_sets.c.test_hash == name)
        found: bytes | None = self._database.value(query)
        return None if found is None else np.frombuffer(found, dtype="<u8").astype(np.uint64)

    def rows(self, names: Collection[str]) -> dict[str, tuple[str, bytes]]:
        """Return the source and the marks, as they are stored, of those test parts that are known."""
        query = select(_test_sets).where(_test_sets.c.test_hash.in_(list(names)))
        return {row.test_hash: (row.source, row.marks) for row in self._database.all(query)}

    def overlap(self, name: str, other: str) -> npt.NDArray[np.bool_] | None:
        """Return which tracks (n,) of a test part another one holds, by their names; None where one is not known."""
        try:
            return self._overlap(name, other)
        except KeyError:
            return None

    def _find_overlap(self, name: str, other: str) -> npt.NDArray[np.bool_]:
        own, theirs = self.marks(name), self.marks(other)
        if own is None or theirs is None:
            raise KeyError(name)  # it may be known later: this is not cached
        return np.isin(own, theirs)
