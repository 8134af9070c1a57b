"""The connection to the store's database: SQLite by default, whatever SQLAlchemy reaches by `GENRE_LAB_STORE`.

SQLite stands in WAL mode, so that pages read while workers write, and with synchronous=NORMAL, so that an epoch does
not wait for the disk: after a power cut the last epochs may be missing, but nothing is damaged (sqlite.org/wal.html).
A server that is started again is waited for by who works, and told of by who looks.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Double, Executable, MetaData, UpdateBase, cast, create_engine, event, extract, func
from sqlalchemy.engine import URL, Connection, Engine, RowMapping, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from genre_core.errors import StoreError, StoreGoneError
from genre_core.store.version import VERSION, bring_up_to_date, is_complete, version_of

BUSY_SECONDS = 30
"""How long a writer waits for another: as long as it may take to store the largest table."""
PATIENCE = 60.0
"""Seconds for which a worker tries to reach a server that is away."""

DEFAULT_PATH = Path(__file__).resolve().parents[2] / ".genre-lab" / "store.sqlite"

_SENTENCES = {
    "database or disk is full": "The disk that holds {0} is full: make room on it. What was saved is still there.",
    "readonly database": "The store at {0} is read-only: make the file and its folder writable, or {1}.",
    "unable to open": "The store at {0} cannot be opened: check that its folder exists and is writable, or {1}.",
    "disk i/o error": "The disk that holds {0} does not take what is written: check that it is healthy and has room.",
    "database is locked": "The store at {0} is busy with another program: close that one, and try again.",
    "not a database": "The store at {0} is not one of Genre Lab's: move it away, or {1}.",
    "no space left": "The disk of the store at {0} is full: make room on it. What was saved is still there.",
    "read-only transaction": "The store at {0} is read-only: give its user the right to write, or {1}.",
    "connection slots": "The store at {0} has no connection left: raise max_connections of its server, and try again.",
    "too many clients": "The store at {0} has no connection left: raise max_connections of its server, and try again.",
    "authentication failed": "The store at {0} refuses the name or password: correct them in GENRE_LAB_STORE.",
    "malformed": "The store at {0} is damaged: bring it back from a copy, or {1}.",
}
_ELSEWHERE = "name another one in GENRE_LAB_STORE"


class Database:
    """One database, safe to share between threads; every failure of it is a StoreError with one sentence."""

    def __init__(self, url: str | None, metadata: MetaData, *, patient: bool = False) -> None:
        parsed = _parse(url or os.environ.get("GENRE_LAB_STORE") or f"sqlite:///{DEFAULT_PATH}")
        self.url = parsed.render_as_string(hide_password=False)
        """The address with which another process opens the same database."""
        shown = parsed.set(drivername=parsed.drivername.partition("+")[0])
        self._place = str(parsed.database) if _is_file(parsed) else shown.render_as_string()
        try:
            self._engine = create_engine(parsed, **engine_options(parsed))
        except (NoSuchModuleError, ImportError) as error:
            raise StoreError(
                f"The store at {self._place} needs a driver that is not installed: install it, or {_ELSEWHERE}."
            ) from error
        event.listen(self._engine, "connect", _prepare_sqlite if is_sqlite(parsed) else _prepare_postgresql)
        if patient:
            be_patient(self._engine)
        self._bring_up_to_date(metadata)

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Do everything in the block or nothing of it.

        Raises StoreError where the database cannot be read or written: a StoreGoneError where its server went away
        meanwhile.
        """
        try:
            with self._engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            gone = isinstance(error, DBAPIError) and error.connection_invalidated
            raise (StoreGoneError if gone else StoreError)(_sentence(error, self._place)) from error

    def all(self, query: Executable) -> Sequence[Any]:
        """Return the rows that a query finds."""
        with self.transaction() as connection:
            return connection.execute(query).all()

    def mappings(self, query: Executable) -> Sequence[RowMapping]:
        """Return the rows that a query finds, each by its columns' names."""
        return [row._mapping for row in self.all(query)]

    def values(self, query: Executable) -> Sequence[Any]:
        """Return the first column of what a query finds."""
        return [row[0] for row in self.all(query)]

    def one(self, query: Executable) -> Any:
        """Return the first row that a query finds; None where it finds nothing."""
        return next(iter(self.all(query)), None)

    def value(self, query: Executable) -> Any:
        """Return the first value that a query finds; None where it finds nothing."""
        return next(iter(self.values(query)), None)

    def change(self, change: UpdateBase) -> int:
        """Make a change; return of how many rows."""
        with self.transaction() as connection:
            return connection.execute(change).rowcount

    def now(self) -> Any:
        """Return the moment by which signs of life are told: on a server that of its clock, as machines may differ."""
        if self._engine.dialect.name == "sqlite":
            return time.time()
        return cast(extract("epoch", func.clock_timestamp()), Double)

    def _bring_up_to_date(self, metadata: MetaData) -> None:
        with self.transaction() as connection:
            version = version_of(connection)
        if version == VERSION:
            return
        try:
            with self.transaction() as connection:
                bring_up_to_date(connection, metadata, self._place)
        except StoreError as error:
            if version is None or version > VERSION:
                raise
            with self.transaction() as connection:
                if is_complete(connection, metadata):
                    return  # it may only be read, and lacks nothing but the number of its version
            raise StoreError(
                f"The store was made by an earlier version of Genre Lab and has to be brought up to date first. {error}"
            ) from error


class Shelf:
    """Some tables of a database, and what is done with them."""

    def __init__(self, database: Database) -> None:
        self._database = database


def is_sqlite(url: str | URL) -> bool:
    """Return whether an address is that of an SQLite database, which lies on this machine."""
    return make_url(url).get_backend_name() == "sqlite"


def engine_options(url: str | URL) -> dict[str, Any]:
    """Return how SQLAlchemy reaches a database, so that other writers are waited for and a lost server is noticed."""
    if is_sqlite(url):
        return {"max_overflow": 50, "connect_args": {"timeout": BUSY_SECONDS}}
    alive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
    return {"max_overflow": 10, "pool_pre_ping": True, "connect_args": {"connect_timeout": 10, **alive}}


def be_patient(engine: Engine) -> None:
    """Wait for a server that is away wherever a connection is opened: nothing was sent yet that could come twice."""
    if engine.dialect.name == "sqlite":
        return

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return dialect.connect(*arguments, **options)
            except dialect.loaded_dbapi.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)


def _parse(url: str) -> URL:
    """Return an address that means the same in every working directory, its folder made where there is none."""
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
    except ArgumentError as error:
        raise StoreError(
            "GENRE_LAB_STORE is not the address of a database: write it like sqlite:////folder/store.sqlite "
            "or postgresql://user@host/name."
        ) from error
    if is_sqlite(parsed) and parsed.database in (None, "", ":memory:"):
        raise StoreError(
            "GENRE_LAB_STORE must name a file: a store in memory cannot be seen by the processes that train."
        )
    if _is_file(parsed):
        path = Path(str(parsed.database)).absolute()
        parsed = parsed.set(database=str(path))
        with suppress(OSError):  # opening it says what is wrong
            path.parent.mkdir(parents=True, exist_ok=True)
    return parsed


def _is_file(url: URL) -> bool:
    return is_sqlite(url) and not str(url.database).startswith("file:")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    with suppress(connection.OperationalError):  # a store that may only be read keeps the mode it has
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    from psycopg.types.string import StrDumper

    class WithoutNul(StrDumper):
        """Text as it is written; PostgreSQL has no character 0 (a bad address does)."""

        def dump(self, text: Any) -> Any:
            return super().dump(text.replace("\0", ""))

    connection.adapters.register_dumper(str, WithoutNul)


def _sentence(error: SQLAlchemyError, place: str) -> str:
    text = str(error.orig if isinstance(error, DBAPIError) else error)
    for sign, sentence in _SENTENCES.items():
        if sign in text.lower():
            return sentence.format(place, _ELSEWHERE)
    return (
        f"The store at {place} does not answer ({text.splitlines()[0] if text else type(error).__name__}): try again."
    )
