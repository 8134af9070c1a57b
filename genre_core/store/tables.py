"""Uploaded tables, each stored once, under the hash of its content."""

import json
import time
from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from genre_core.errors import DataError
from genre_core.store.database import Database
from genre_core.store.schema import StoredTable, metadata, read_table_record
from genre_core.store.schema import tables as _tables


class TableStore(Database):
    """The tables of a store: what `genre_core.sources` reads from."""

    def __init__(self, url: str | None = None) -> None:
        super().__init__(url, metadata)

    def put_table(
        self, content_hash: str, name: str, parquet: bytes, n_rows: int, n_columns: int, notes: Iterable[str] = ()
    ) -> bool:
        """Save a table once; False if there is one of that content already."""
        values = {"content_hash": content_hash, "name": short(name), "n_rows": n_rows, "n_columns": n_columns}
        values |= {"notes": json.dumps(list(notes)), "created_at": time.time(), "parquet": parquet}
        try:
            with self.transaction() as connection:
                known = select(_tables.c.content_hash).where(_tables.c.content_hash == content_hash)
                if connection.execute(known).first():
                    return False
                connection.execute(insert(_tables).values(values))
        except IntegrityError:
            return False
        return True

    def read_table(self, content_hash: str) -> bytes:
        """Return a table as Parquet.

        Raises
        ------
        DataError
            There is none of that content.
        """
        query = select(_tables.c.parquet).where(_tables.c.content_hash == content_hash)
        with self.transaction() as connection:
            data: bytes | None = connection.execute(query).scalar()
        if data is None:
            raise DataError(
                f"The table {content_hash[:8] or 'of this run'} is not in the store: add its file, or choose another."
            )
        return data

    def tables(self) -> list[StoredTable]:
        """Return the stored tables without their content, newest first."""
        columns = [_tables.c[name] for name in StoredTable.__dataclass_fields__]
        with self.transaction() as connection:
            rows = connection.execute(select(*columns).order_by(_tables.c.created_at.desc())).mappings().all()
        return [read_table_record(row) for row in rows]

    def delete_table(self, content_hash: str) -> bool:
        """Forget a table; False if there is no such table."""
        with self.transaction() as connection:
            return connection.execute(delete(_tables).where(_tables.c.content_hash == content_hash)).rowcount > 0


def short(name: str) -> str:
    """Return a name as it fits: without space around it, 200 characters at most."""
    return name.strip()[:200]
