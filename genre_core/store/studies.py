"""Studies in the store: work on many configurations at a time, whose results come one by one and stay.

Several workers do one study: each takes a piece of it that nobody holds, and alone may save what it comes to. A piece
whose worker gives no more sign of life is free again, so that all of a study is done, and counted once. A study that
was stopped is queued again with the results that it has; one whose workers have all died waits for others.
"""

import json
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from genre_core.errors import RunStateError, StoreError
from genre_core.store.classes import Seat, made_by
from genre_core.store.database import Database, Shelf
from genre_core.store.queue import Queue, is_old, seems_silent
from genre_core.store.schema import Claim, Study, StudyState, read_study
from genre_core.store.schema import studies as _studies
from genre_core.store.schema import study_pieces as _pieces
from genre_core.store.schema import study_results as _results

LONGEST_PIECE = 500
"""Characters of a piece as JSON: it is a key, of which PostgreSQL takes 2,700 bytes with the rest of its row."""


class _SharedQueue(Queue):
    """A queue whose work has several workers: they go on with what waits as they were taken for dead too early."""

    def alive(self, work_id: str, attempt: int) -> ColumnElement[bool]:
        return or_(super().alive(work_id, attempt), self._waits(work_id, attempt))


class StudyStore(Shelf):
    """The studies of a database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._queue = _SharedQueue(database, _studies, "lost", True, False, ("n_results",))

    # -- reading -----------------------------------------------------------------------------------------------------

    def study(self, study_id: str) -> Study:
        """Return a study as it stands now. Raises RunStateError where there is no such study."""
        row = self._queue.row(study_id)
        if row is None:
            raise RunStateError(
                f"There is no study {study_id[:40]} in this store: it was deleted or is in another store."
            )
        found = read_study(row)
        return self.study(study_id) if seems_silent(found.state, found.heartbeat_at) and self.reap() else found

    def find(self, study_id: str) -> Study | None:
        """Return a study as it stands now; None where there is no such study."""
        with suppress(RunStateError):
            return self.study(study_id)
        return None

    def tried_again(self, study: Study) -> int:
        """Return how many pieces of a study were begun again because the worker that had them died."""
        query = select(func.count()).select_from(_pieces).where(_pieces.c.study_id == study.id, _pieces.c.tries > 1)
        return int(self._database.value(query.where(_pieces.c.attempt == study.attempt)))

    def studies(
        self,
        kind: str,
        limit: int = 200,
        states: Collection[StudyState] | None = None,
        *,
        whose: Seat | Literal["all", "outside"] = "all",
    ) -> list[Study]:
        """Return the latest studies of a kind, newest first.

        `whose` leaves those of a student in a class, or those that belong to no class.
        """
        query = select(_studies).where(_studies.c.kind == kind)
        if whose != "all":
            query = query.where(made_by(whose, "study", _studies.c.id))
        if states is not None:
            query = query.where(_studies.c.state.in_(states))
        latest = query.order_by(_studies.c.created_at.desc(), _studies.c.id).limit(limit)
        return [read_study(row) for row in self._database.mappings(latest)]

    def active(self) -> list[Study]:
        """Return the studies of every kind that wait or run, oldest first."""
        query = select(_studies).where(_studies.c.state.in_(("queued", "running"))).order_by(_studies.c.created_at)
        return [read_study(row) for row in self._database.mappings(query)]

    def results(self, study_id: str, after: int = 0) -> list[dict[str, Any]]:
        """Return what a study has come to so far beyond the first `after` results, in order."""
        query = select(_results.c.result).where(_results.c.study_id == study_id, _results.c.number > after)
        return [json.loads(text) for text in self._database.values(query.order_by(_results.c.number))]

    def claims(self, study_id: str, attempt: int) -> dict[str, Claim]:
        """Return which pieces of a study are held or done, by the piece as JSON."""
        silent = and_(~_pieces.c.done, is_old(_pieces.c.heartbeat_at, self._database.now())).label("silent")
        known = [_pieces.c[name] for name in ("study_id", "attempt", "piece", "owner", "tries", "done")]
        query = select(*known, silent).where(_pieces.c.study_id == study_id, _pieces.c.attempt == attempt)
        return {row.piece: Claim(**row._mapping) for row in self._database.all(query)}

    # -- what a person does ------------------------------------------------------------------------------------------

    def submit(self, study_id: str, kind: str, config_json: str, person: str = "") -> bool:
        """Queue a new study of a person; False if there is one of that id already, as after a double click."""
        return self._queue.add(id=study_id, kind=kind, config=config_json, n_results=0, context="{}", person=person)

    def stop(self, study_id: str) -> bool:
        """End a study that waits or runs; what it has come to is kept. False if it is neither."""
        return self._queue.move(study_id, ("queued", "running"), state="cancelled", finished_at=time.time())

    def end(self, study_id: str) -> bool:
        """Complete a study with what it has come to, so that it is not continued; False if it is complete."""
        changes = {**self._queue.no_end, "state": "complete", "finished_at": time.time()}
        return self._queue.move(study_id, ("queued", "running", "cancelled", "failed"), **changes)

    def requeue(self, study_id: str) -> int | None:
        """Queue a stopped or failed study again, with the results that it has; return its new attempt, or None."""
        with self._database.transaction() as connection:
            return self._queue.requeue(connection, study_id, ("failed", "cancelled"), started_at=None)

    def delete(self, study_id: str) -> bool:
        """Forget a study and its results; a worker on it stops. False if there is no such study."""
        with self._database.transaction() as connection:
            found = connection.execute(delete(_studies).where(_studies.c.id == study_id)).rowcount > 0
            for table in (_results, _pieces):  # after the last of them was saved
                connection.execute(delete(table).where(table.c.study_id == study_id))
        return found

    # -- what a worker does ------------------------------------------------------------------------------------------

    def claim(self, study_id: str, attempt: int) -> Study | None:
        """Take a queued study; None if another worker was faster, or it is no longer wanted."""
        row = self._queue.claim(study_id, attempt)
        return None if row is None else read_study(row)

    def join(self, study_id: str, attempt: int) -> Study | None:
        """Take a queued study, or take part in one that others have; None where it is no longer wanted."""
        return self.claim(study_id, attempt) or (self.study(study_id) if self.beat(study_id, attempt) else None)

    def is_wanted(self, study_id: str, attempt: int) -> bool:
        """Return whether to go on, without a sign of life."""
        return self._queue.answer(study_id, attempt) is not None

    def beat(self, study_id: str, attempt: int, owner: str = "") -> bool:
        """Give a sign of life for a study, and for what `owner` holds of it; return whether to go on."""
        held = and_(_pieces.c.study_id == study_id, _pieces.c.owner == owner, ~_pieces.c.done)
        with self._queue.write(study_id, attempt) as (connection, answer):
            if owner and answer is not None:
                connection.execute(update(_pieces).where(held).values(heartbeat_at=self._database.now()))
        return answer is not None

    def take(self, study_id: str, attempt: int, piece: str, owner: str, before: Claim | None = None) -> Claim | None:
        """Claim a piece: one that nobody has taken, or from `before`, who is silent; None if another was faster.

        Raises StoreError where the piece is too long to be a key.
        """
        if len(piece) > LONGEST_PIECE:
            raise StoreError(
                f"A piece of this work takes {len(piece):,} characters to name, more than the {LONGEST_PIECE} that the "
                "store keeps: let each piece hold fewer runs."
            )
        tries = before.tries + 1 if before else 1
        claim = Claim(study_id, attempt, piece, owner, tries)
        written = {**asdict(claim), "heartbeat_at": self._database.now()}
        del written["silent"]
        try:
            with self._queue.write(study_id, attempt) as (connection, answer):
                if answer is None:
                    return None
                if before is None:
                    connection.execute(insert(_pieces).values(written))
                elif not connection.execute(update(_pieces).where(_is_held(before)).values(written)).rowcount:
                    return None
        except IntegrityError:
            return None
        return claim

    def holds(self, claim: Claim) -> bool:
        """Return whether a claim still counts, and its study is still wanted."""
        wanted = self._queue.alive(claim.study_id, claim.attempt)
        query = select(_pieces.c.tries).select_from(_pieces.join(_studies, _studies.c.id == _pieces.c.study_id))
        return self._database.one(query.where(_is_held(claim), wanted)) is not None

    def done(self, claim: Claim) -> bool:
        """Write down that a piece is done; False if it is no longer held."""
        written = update(_pieces).where(_is_held(claim)).values(done=True)
        return self._database.change(written) > 0

    def append(self, study_id: str, attempt: int, result: Mapping[str, Any], claim: Claim | None = None) -> bool:
        """Save a result, of a piece only while it is held; return whether to go on."""
        more = _studies.c.n_results + 1
        with suppress(_NotHeldError), self._queue.write(study_id, attempt, n_results=more) as (connection, answer):
            if answer is None:
                return False
            _keep(connection, claim)
            saved = {"study_id": study_id, "number": answer.n_results, "result": json.dumps(result)}
            connection.execute(insert(_results).values(saved))
            return True
        return False

    def describe(self, study_id: str, attempt: int, context: Mapping[str, Any], claim: Claim | None = None) -> bool:
        """Save what is known of a study before its first result, as `append` does; return whether to go on."""
        changes = {"context": json.dumps(context)}
        with suppress(_NotHeldError), self._queue.write(study_id, attempt, **changes) as (connection, answer):
            if answer is not None:
                _keep(connection, claim)
            return answer is not None
        return False

    def show(self, study_id: str, attempt: int) -> bool:
        """Let pages look at a study again, whose runs have changed; return whether to go on."""
        return self._write(study_id, attempt, state="running")

    def finish(self, study_id: str, attempt: int) -> bool:
        """Complete a running study."""
        return self._write(study_id, attempt, state="complete", finished_at=time.time())

    def fail(self, study_id: str, attempt: int, error: str) -> bool:
        """End a queued or running study with the sentence that says what went wrong."""
        return self._queue.fail(study_id, attempt, error)

    def reap(self, now: datetime | None = None) -> list[str]:
        """Queue the studies again whose workers have given no sign of life for a while; return their ids."""
        reaped = self._queue.change(self._queue.silent(now), state="queued", heartbeat_at=None)
        return list(self._database.values(reaped.returning(_studies.c.id)))

    def _write(self, study_id: str, attempt: int, **changes: Any) -> bool:
        with self._queue.write(study_id, attempt, **changes) as (_, answer):
            return answer is not None


class _NotHeldError(Exception):
    """A piece is no longer held: nothing of it is saved."""


def _keep(connection: Connection, claim: Claim | None) -> None:
    """Let nobody take a piece before the transaction ends; raise _NotHeldError where somebody has."""
    if claim and not connection.execute(update(_pieces).where(_is_held(claim)).values(done=False)).rowcount:
        raise _NotHeldError


def _is_held(claim: Claim) -> ColumnElement[bool]:
    """Return the condition that a piece still belongs to this claim."""
    where = (_pieces.c[name] == getattr(claim, name) for name in ("study_id", "attempt", "piece", "owner", "tries"))
    return and_(*where, ~_pieces.c.done)
