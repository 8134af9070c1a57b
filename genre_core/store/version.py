"""The version of a store's tables: an older store is brought up to date once a copy of it is made, a newer one refused.

New tables and columns are added as `schema.metadata` has them, so that a new column may be empty or has a
`server_default`. Any other change is a step of its own.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, Connection, Integer, MetaData, Table, delete, func, insert, inspect, select, text
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from genre_core.errors import StoreError

VERSION = 8
"""Grows by one with every change of `schema.metadata`."""

_versions = Table("lab_schema", MetaData(), Column("version", Integer, primary_key=True, autoincrement=False))
_LOCK = 0x6C6162
"""Key of PostgreSQL's lock on all of a store."""
_log = logging.getLogger(__name__)


def version_of(connection: Connection) -> int | None:
    """Return the version of a store's tables: 0 before versions were written down, None where there are no tables."""
    there = inspect(connection)
    if there.has_table(_versions.name):
        return int(connection.execute(select(_versions.c.version)).scalar_one())
    return 0 if there.has_table("runs") else None


def is_complete(connection: Connection, metadata: MetaData) -> bool:
    """Return whether a store has all tables and columns, so that it can be read as it is."""
    return not any(_missing(connection, metadata))


def bring_up_to_date(connection: Connection, metadata: MetaData, place: str) -> None:
    """Make the tables of a store as this version has them, alone in its database until the transaction ends.

    Raises StoreError where a newer version of Genre Lab made the store, or no copy of it could be made.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(text("BEGIN IMMEDIATE") if is_sqlite else select(func.pg_advisory_xact_lock(_LOCK)))
    version = version_of(connection)
    if version == VERSION:
        return  # another process was faster
    if version is not None and version > VERSION:
        raise StoreError(
            f"The store at {place} was made by a newer version of Genre Lab (its tables are of version {version}, this "
            f"one knows {VERSION}): update Genre Lab here, or name another one in GENRE_LAB_STORE."
        )
    if version is not None:
        before = f"as it was before, it lies at {_copy(connection, version)}" if is_sqlite else "no copy was made"
        _log.warning("The store at %s is brought from version %d to %d; %s.", place, version, VERSION, before)
        for step in _STEPS[version:]:
            step(connection)
    for statement in _missing(connection, metadata):
        connection.exec_driver_sql(statement)
    for table in metadata.sorted_tables:
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
    connection.execute(CreateTable(_versions, if_not_exists=True))
    connection.execute(delete(_versions))
    connection.execute(insert(_versions).values(version=VERSION))


def _missing(connection: Connection, metadata: MetaData) -> Iterator[str]:
    """Yield the statements that add what a store has not."""
    there = inspect(connection)
    tables = there.get_table_names()
    for table in metadata.sorted_tables:
        if table.name not in tables:
            yield str(CreateTable(table).compile(dialect=connection.dialect))
            continue
        known = {column["name"] for column in there.get_columns(table.name)}
        for column in table.columns:
            if column.name not in known:
                added = CreateColumn(column).compile(dialect=connection.dialect)
                yield f"ALTER TABLE {table.name} ADD COLUMN {added}"


def _copy(connection: Connection, version: int) -> Path:
    """Copy an SQLite store beside it; return where the copy lies."""
    store = Path(connection.execute(text("SELECT file FROM pragma_database_list WHERE name = 'main'")).scalar_one())
    copy = store.with_name(f"{store.stem}-version-{version}-{datetime.now():%Y%m%d-%H%M%S}{store.suffix}")
    unfinished = copy.with_suffix(".unfinished")
    try:  # whoever holds the lock cannot be copied from, while anybody may read
        with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(unfinished)) as target:
            source.backup(target)
        unfinished.replace(copy)
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        raise StoreError(
            f"The store at {store} is of an earlier version, and no copy of it can be made before it is brought up to "
            f"date ({error}): make room beside it."
        ) from error
    return copy


def _make_way_for_optuna(connection: Connection) -> None:
    """Rename the studies of a store that was made before searches: Optuna keeps its own in a table of that name."""
    found = inspect(connection)
    is_old = found.has_table("studies") and not found.has_table("lab_studies")
    if is_old and any(column["name"] == "kind" for column in found.get_columns("studies")):
        connection.execute(text("ALTER TABLE studies RENAME TO lab_studies"))


_STEPS = (_make_way_for_optuna,)
"""Changes of what is there, by the version that each starts from."""
