"""Uploaded tables, each stored once, under the hash of its content.

A large table is stored in pieces, so that neither storing it nor reading a part of it needs memory for all of it.
"""

import io
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import Any, BinaryIO

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from genre_core.data.clips.collection import KIND, Collection
from genre_core.errors import DataError
from genre_core.store.database import Database
from genre_core.store.schema import StoredTable, metadata, read_table_record, table_kinds, table_pieces
from genre_core.store.schema import tables as _tables

PIECE_BYTES = 1024**2
NAMED = ("table", "clips")
"""Kinds that runs are called by."""
_BY_AGE = (
    select(*(_tables.c[name] for name in StoredTable.__dataclass_fields__), table_kinds.c.kind)
    .outerjoin(table_kinds, table_kinds.c.content_hash == _tables.c.content_hash)
    .order_by(_tables.c.created_at.desc())
)


class TableStore(Database):
    """The tables of a store: what `genre_core.sources` reads from."""

    def __init__(self, url: str | None = None, *, patient: bool = False) -> None:
        super().__init__(url, metadata, patient=patient)

    def put_table(
        self,
        content_hash: str,
        name: str,
        parquet: bytes | BinaryIO,
        n_rows: int,
        n_columns: int,
        notes: Iterable[str] = (),
        kind: str = "table",
    ) -> bool:
        """Save a table once, piece by piece where it is an open file; False if there is one of that content already."""
        if self.has_table(content_hash):
            return False
        with suppress(IntegrityError), self.transaction() as connection:  # another process may be faster
            insert_table(connection, content_hash, name, parquet, n_rows, n_columns, notes, kind)
            return True
        return False

    def put_collection(self, collection: Collection) -> bool:
        """Save a collection of clips once; False if it is there already."""
        n_clips, n_columns = len(collection.clips), len(collection.frame.columns)
        return self.put_table(
            collection.content_hash,
            collection.name,
            collection.to_parquet(),
            n_clips,
            n_columns,
            collection.notes,
            KIND,
        )

    def read_collection(self, content_hash: str) -> Collection:
        """Return a stored collection under the name that it has now; raises DataError where there is none."""
        named = next((table for table in self.tables(KIND) if table.content_hash == content_hash), None)
        return Collection.from_parquet(
            self.read_table(content_hash), named.name if named else "", named.notes if named else ()
        )

    def rename_table(self, content_hash: str, name: str) -> bool:
        """Give a stored table another name; False if there is no such table, or no name."""
        name = short(" ".join(name.split()))
        if not name:
            return False
        return bool(self.change(update(_tables).where(_tables.c.content_hash == content_hash).values(name=name)))

    def has_table(self, content_hash: str) -> bool:
        """Say whether a table of that content is stored."""
        query = select(_tables.c.n_rows).where(_tables.c.content_hash == content_hash)
        return self.one(query) is not None

    def table_size(self, content_hash: str) -> int:
        """Return how many bytes a table has as Parquet; 0 where there is none of that content."""
        whole = select(func.length(_tables.c.parquet)).where(_tables.c.content_hash == content_hash)
        pieces = select(func.sum(func.length(table_pieces.c.bytes))).where(table_pieces.c.content_hash == content_hash)
        return sum(self.value(size) or 0 for size in (whole, pieces))

    def read_table(self, content_hash: str) -> bytes:
        """Return a table as Parquet. Raises DataError where there is none of that content."""
        query = select(_tables.c.parquet).where(_tables.c.content_hash == content_hash)
        data: bytes | None = self.value(query)
        if data is None:
            raise DataError(
                f"The table {content_hash[:8] or 'of this run'} is not in the store: add its file, or choose another."
            )
        return data or self._pieces(content_hash)

    def open_table(self, content_hash: str) -> BinaryIO:
        """Return a table's Parquet as a file, of which only what is read comes out of the store.

        Raises DataError where there is none of that content.
        """
        query = select(func.length(table_pieces.c.bytes)).where(table_pieces.c.content_hash == content_hash)
        sizes = self.values(query.order_by(table_pieces.c.number))
        if not sizes:
            return io.BytesIO(self.read_table(content_hash))
        return io.BufferedReader(_Pieces(self, content_hash, sum(sizes), sizes[0]), PIECE_BYTES)

    def _pieces(self, content_hash: str, first: int = 0, last: int = 2**31 - 1) -> bytes:
        """Return pieces of a table, one after another."""
        query = select(table_pieces.c.bytes).where(
            table_pieces.c.content_hash == content_hash, table_pieces.c.number.between(first, last)
        )
        return b"".join(self.values(query.order_by(table_pieces.c.number)))

    def tables(self, kind: str = "table") -> list[StoredTable]:
        """Return the stored tables of one kind (table, fma, split) without their content, newest first."""
        return self.tables_by_kind()[kind]

    def tables_by_kind(self) -> Mapping[str, list[StoredTable]]:
        """Return the stored tables of every kind without their content, newest first."""
        found = defaultdict[str, list[StoredTable]](list)
        for row in self.mappings(_BY_AGE):
            values = dict(row)
            found[values.pop("kind") or "table"].append(read_table_record(values))
        return found

    def table_names(self) -> dict[str, str]:
        """Return what stored tables and collections are called, by the hash of their content."""
        found = self.tables_by_kind()
        return {table.content_hash: table.name for kind in NAMED for table in found[kind]}

    def find_table(self, named: str, kinds: Sequence[str] = NAMED) -> tuple[str, StoredTable]:
        """Return stored data with their kind, by their name, with or without its ending, or the start of their hash.

        Raises DataError where there are none of that name, or several have it.
        """
        found = self.tables_by_kind()
        there = [(kind, table) for kind in kinds for table in found[kind]]
        called = [one for one in there if named in (one[1].name, PurePath(one[1].name).stem)]
        if not called and re.fullmatch(r"[0-9a-f]{4,64}", named):
            called = [one for one in there if one[1].content_hash.startswith(named)]
        if len(called) == 1:
            return called[0]
        if called:
            some = f"such as {called[0][1].content_hash[:8]}"
            raise DataError(f"{len(called)} stored data are called {named[:60]}: name one by its hash, {some}.")
        raise DataError(f"No stored data are called {named[:60]}: import them, or check the name.")

    def delete_table(self, content_hash: str) -> bool:
        """Forget a table; False if there is no such table."""
        with self.transaction() as connection:
            for table in (table_kinds, table_pieces):
                connection.execute(delete(table).where(table.c.content_hash == content_hash))
            return connection.execute(delete(_tables).where(_tables.c.content_hash == content_hash)).rowcount > 0


class _Pieces(io.RawIOBase):
    """A stored table in pieces, as a file that can be read from anywhere."""

    def __init__(self, store: TableStore, content_hash: str, size: int, piece_size: int) -> None:
        self._store, self._hash, self._size, self._piece_size = store, content_hash, size, piece_size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from the pieces that it spans; return how many bytes there were."""
        end = min(self._at + len(buffer), self._size)
        if end <= self._at:
            return 0
        first, last = self._at // self._piece_size, (end - 1) // self._piece_size
        found = self._store._pieces(self._hash, first, last)
        if len(found) < end - first * self._piece_size:
            raise DataError(f"The table {self._hash[:8]} was deleted while it was read: add its file again.")
        start = self._at - first * self._piece_size
        data = found[start : start + end - self._at]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def insert_table(
    connection: Connection,
    content_hash: str,
    name: str,
    parquet: bytes | BinaryIO,
    n_rows: int,
    n_columns: int,
    notes: Iterable[str] = (),
    kind: str = "table",
) -> None:
    """Save a table, piece by piece where it is an open file; raises IntegrityError where it is there already."""
    whole = parquet if isinstance(parquet, bytes) else b""
    table = {"content_hash": content_hash, "name": short(name), "n_rows": n_rows, "n_columns": n_columns}
    table |= {"notes": json.dumps(list(notes)), "created_at": time.time(), "parquet": whole}
    connection.execute(insert(_tables).values(table))
    if kind != "table":
        connection.execute(insert(table_kinds).values({"content_hash": content_hash, "kind": kind}))
    if not isinstance(parquet, bytes):
        for number, piece in enumerate(iter(lambda: parquet.read(PIECE_BYTES), b"")):
            values = {"content_hash": content_hash, "number": number, "bytes": piece}
            connection.execute(insert(table_pieces).values(values))


def short(name: str) -> str:
    """Return a name as it fits: without space around it, 200 characters at most."""
    return name.strip()[:200]
