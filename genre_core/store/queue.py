"""A queue of work: rows of a table that wait, are taken by one worker each, live by its signs of life, and end.

States move by compare-and-set: queued → running → complete | failed | cancelled, and losing a race is no error. All
that a worker writes carries its attempt, and a worker whose attempt is over writes nothing. One that was taken for dead
too early (a laptop was closed, the clock was set) brings its work back with its next sign of life, unless another
worker has taken it since.
"""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    RowMapping,
    Table,
    Update,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from genre_core.store.database import Database
from genre_core.store.schema import DEAD_AFTER


class Queue:
    """The work in one table.

    `mark` names the column that tells what has lost its worker, by the value `lost` and not by `kept`. A worker is
    answered with the values of the columns `answer`.
    """

    def __init__(
        self, database: Database, table: Table, mark: str, lost: Any, kept: Any, answer: Collection[str]
    ) -> None:
        self._database, self._table, self._columns = database, table, table.c
        self._is_lost = table.c[mark] == lost
        self._answer = [table.c[name] for name in answer]
        self.no_end: Mapping[str, Any] = {mark: kept, "error": None, "finished_at": None}
        """Saved of work that goes on: it has not ended."""

    def row(self, work_id: str) -> RowMapping | None:
        """Return a row as it stands; None where there is none of that id."""
        row = self._database.one(select(self._table).where(self._columns.id == work_id))
        return None if row is None else row._mapping

    def add(self, **values: Any) -> bool:
        """Queue new work; False if there is some of that id already, as after a double click."""
        start = {"state": "queued", "attempt": 1, "revision": 1, "created_at": time.time()}
        try:
            self._database.change(insert(self._table).values({**start, **self.no_end, **values}))
        except IntegrityError:
            return False
        return True

    def move(self, work_id: str, states: Collection[str], *where: ColumnElement[bool], **changes: Any) -> bool:
        """Change work that is in one of `states`; return whether it was."""
        return self._do(self.change(self._columns.id == work_id, self._columns.state.in_(states), *where, **changes))

    def requeue(self, connection: Connection, work_id: str, states: Collection[str], **changes: Any) -> int | None:
        """Queue work again if it is in one of `states`; return its new attempt, or None."""
        again = {**self.no_end, "state": "queued", "heartbeat_at": None, "attempt": self._columns.attempt + 1}
        where = (self._columns.id == work_id, self._columns.state.in_(states))
        return connection.execute(self.change(*where, **again | changes).returning(self._columns.attempt)).scalar()

    # -- what a worker does ------------------------------------------------------------------------------------------

    def claim(self, work_id: str, attempt: int) -> RowMapping | None:
        """Take queued work; None if another worker was faster, or it is no longer wanted."""
        now = time.time()
        started = func.coalesce(self._columns.started_at, now)
        alive = {"state": "running", "heartbeat_at": self._database.now()}
        taken = self.change(self._waits(work_id, attempt), started_at=started, **alive)
        with self._database.transaction() as connection:
            return connection.execute(taken.returning(self._table)).mappings().first()

    @contextmanager
    def write(
        self, work_id: str, attempt: int, *where: ColumnElement[bool], **changes: Any
    ) -> Iterator[tuple[Connection, Row[Any] | None]]:
        """Save what a worker has to say, which is a sign of life, and what the block adds: all or nothing.

        Yields the answer with the connection; None where the worker's attempt is over, so that nothing is saved.
        """
        living: dict[str, Any] = {**self.no_end, "state": "running", "attempt": attempt}
        living["heartbeat_at"] = self._database.now()
        shown = 1 if changes else case((self._columns.state == "running", 0), else_=1)  # a sign of life shows nowhere
        living["revision"] = self._columns.revision + shown
        written = update(self._table).where(self.alive(work_id, attempt), *where).values(**living | changes)
        with self._database.transaction() as connection:
            yield connection, connection.execute(written.returning(*self._answer)).first()

    def answer(self, work_id: str, attempt: int) -> Row[Any] | None:
        """Return what a worker would be answered, without a sign of life."""
        return self._database.one(select(*self._answer).where(self.alive(work_id, attempt)))

    def fail(self, work_id: str, attempt: int, error: str) -> bool:
        """End queued or running work with the sentence that says what went wrong."""
        ended = {**self.no_end, "state": "failed", "error": error, "finished_at": time.time()}
        return self._do(self.change(or_(self._waits(work_id, attempt), self.alive(work_id, attempt)), **ended))

    def silent(self, now: datetime | None = None) -> ColumnElement[bool]:
        """Return the condition that running work has given no sign of life for `DEAD_AFTER` seconds."""
        moment = now.timestamp() if now else self._database.now()
        return and_(self._columns.state == "running", is_old(self._columns.heartbeat_at, moment))

    def alive(self, work_id: str, attempt: int) -> ColumnElement[bool]:
        """Return the condition that a worker's attempt still counts, even if it was taken for dead too early."""
        state, number = self._columns.state, self._columns.attempt
        at_work = and_(number == attempt, or_(state == "running", and_(state == "failed", self._is_lost)))
        given_up = and_(number == attempt + 1, state.in_(("queued", "paused")), self._is_lost)
        return and_(self._columns.id == work_id, or_(at_work, given_up))

    def _waits(self, work_id: str, attempt: int) -> ColumnElement[bool]:
        return and_(self._columns.id == work_id, self._columns.attempt == attempt, self._columns.state == "queued")

    def change(self, *where: ColumnElement[bool], **changes: Any) -> Update:
        """Return a change that pages will see."""
        return update(self._table).where(*where).values(revision=self._columns.revision + 1, **changes)

    def _do(self, change: Update) -> bool:
        return self._database.change(change) > 0


def is_old(last: ColumnElement[float], now: Any) -> ColumnElement[bool]:
    """Return the condition that a sign of life is too old, or from the future: the clock was set back since."""
    return or_(last < now - DEAD_AFTER, last > now + DEAD_AFTER)


def seems_silent(state: str, heartbeat_at: float | datetime | None) -> bool:
    """Return whether running work has given no sign of life for too long by this machine's clock."""
    last = heartbeat_at.timestamp() if isinstance(heartbeat_at, datetime) else heartbeat_at
    return state == "running" and last is not None and abs(last - time.time()) > DEAD_AFTER
