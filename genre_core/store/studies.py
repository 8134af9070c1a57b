"""Studies in the store: work on many configurations at a time, whose results come one by one and stay.

States move by compare-and-set as those of runs do: queued → running → complete | failed | cancelled. Appending a result
is the sign of life, and its answer says whether to go on. A study that was stopped or whose worker died is queued again
with the results that it has, so that only what is missing is done.
"""

import json
import time
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from genre_core.errors import RunStateError
from genre_core.store.database import Database
from genre_core.store.schema import DEAD_AFTER, Study, StudyState, read_study
from genre_core.store.schema import studies as _studies
from genre_core.store.schema import study_results as _results

DIED = "Its worker died: go on with it to do what is missing."

_NO_END = {"error": None, "lost": False, "finished_at": None}


class StudyStore:
    """The studies of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- reading -----------------------------------------------------------------------------------------------------

    def study(self, study_id: str) -> Study:
        """Return a study as it stands now.

        Raises
        ------
        RunStateError
            There is no such study.
        """
        query = select(_studies).where(_studies.c.id == study_id)
        with self._database.transaction() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise RunStateError(f"There is no study {study_id[:40]} in this store: it was deleted, or is elsewhere.")
        found = read_study(row)
        return self.study(study_id) if self._is_silent(found) and self.reap() else found

    def studies(self, kind: str, limit: int = 200, states: Collection[StudyState] | None = None) -> list[Study]:
        """Return the latest studies of a kind, newest first."""
        query = select(_studies).where(_studies.c.kind == kind)
        if states is not None:
            query = query.where(_studies.c.state.in_(states))
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(_studies.c.created_at.desc(), _studies.c.id).limit(limit))
            return [read_study(row) for row in rows.mappings()]

    def waiting(self) -> list[Study]:
        """Return the queued studies of every kind, oldest first."""
        query = select(_studies).where(_studies.c.state == "queued").order_by(_studies.c.created_at)
        with self._database.transaction() as connection:
            return [read_study(row) for row in connection.execute(query).mappings()]

    def results(self, study_id: str) -> list[dict[str, Any]]:
        """Return what a study has come to so far, in order."""
        query = select(_results.c.result).where(_results.c.study_id == study_id).order_by(_results.c.number)
        with self._database.transaction() as connection:
            return [json.loads(text) for text in connection.execute(query).scalars()]

    # -- what a person does ------------------------------------------------------------------------------------------

    def submit(self, study_id: str, kind: str, config_json: str) -> bool:
        """Queue a new study; False if there is one of that id already, as after a double click."""
        values = {"id": study_id, "kind": kind, "config": config_json, "state": "queued", "attempt": 1, "revision": 1}
        values |= _NO_END | {"created_at": time.time(), "n_results": 0, "context": "{}"}
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(_studies).values(values))
        except IntegrityError:
            return False
        return True

    def stop(self, study_id: str) -> bool:
        """End a study that waits or runs; what it has come to is kept. False if it is neither."""
        changes = {"state": "cancelled", "finished_at": time.time()}
        return self._move(_studies.c.id == study_id, _studies.c.state.in_(("queued", "running")), **changes)

    def end(self, study_id: str) -> bool:
        """Complete a study with what it has come to, so that it is not gone on with; False if it is complete."""
        open_states = ("queued", "running", "cancelled", "failed")
        changes = _NO_END | {"state": "complete", "finished_at": time.time()}
        return self._move(_studies.c.id == study_id, _studies.c.state.in_(open_states), **changes)

    def requeue(self, study_id: str) -> int | None:
        """Queue a stopped or failed study again, with the results that it has; return its new attempt, or None."""
        changes = {**_NO_END, "state": "queued", "heartbeat_at": None, "attempt": _studies.c.attempt + 1}
        query = _update(_studies.c.id == study_id, _studies.c.state.in_(("failed", "cancelled"))).values(changes)
        with self._database.transaction() as connection:
            attempt: int | None = connection.execute(query.returning(_studies.c.attempt)).scalar()
        return attempt

    def delete(self, study_id: str) -> bool:
        """Forget a study and its results; a worker on it stops. False if there is no such study."""
        with self._database.transaction() as connection:
            connection.execute(delete(_results).where(_results.c.study_id == study_id))
            return connection.execute(delete(_studies).where(_studies.c.id == study_id)).rowcount > 0

    # -- what a worker does ------------------------------------------------------------------------------------------

    def claim(self, study_id: str, attempt: int) -> Study | None:
        """Take a queued study; None if another worker was faster, or it is no longer wanted."""
        now = time.time()
        where = (_studies.c.id == study_id, _studies.c.attempt == attempt, _studies.c.state == "queued")
        taken = _update(*where).values(state="running", started_at=now, heartbeat_at=now)
        with self._database.transaction() as connection:
            row = connection.execute(taken.returning(_studies)).mappings().first()
        return None if row is None else read_study(row)

    def beat(self, study_id: str, attempt: int) -> bool:
        """Give a sign of life; return whether to go on."""
        alive = update(_studies).where(_alive(study_id, attempt)).values(_living())
        with self._database.transaction() as connection:
            return connection.execute(alive).rowcount > 0

    def append(self, study_id: str, attempt: int, result: Mapping[str, Any]) -> bool:
        """Save a result; return whether to go on."""
        counted = _update(_alive(study_id, attempt)).values(_living() | {"n_results": _studies.c.n_results + 1})
        with self._database.transaction() as connection:
            number = connection.execute(counted.returning(_studies.c.n_results)).scalar()
            if number is None:
                return False
            saved = {"study_id": study_id, "number": number, "result": json.dumps(result)}
            connection.execute(insert(_results).values(saved))
        return True

    def describe(self, study_id: str, attempt: int, context: Mapping[str, Any]) -> bool:
        """Save what is known of a study before its first result; return whether to go on."""
        return self._move(_alive(study_id, attempt), **_living(), context=json.dumps(context))

    def finish(self, study_id: str, attempt: int) -> bool:
        """Complete a running study."""
        return self._move(_alive(study_id, attempt), **_NO_END | {"state": "complete", "finished_at": time.time()})

    def fail(self, study_id: str, attempt: int, error: str) -> bool:
        """End a queued or running study with the sentence that says what went wrong."""
        waiting = and_(_studies.c.id == study_id, _studies.c.attempt == attempt, _studies.c.state == "queued")
        changes = _NO_END | {"state": "failed", "error": error, "finished_at": time.time()}
        return self._move(or_(waiting, _alive(study_id, attempt)), **changes)

    def reap(self, now: datetime | None = None) -> int:
        """Mark the studies as failed whose worker has given no sign of life for `DEAD_AFTER` seconds; return how many.

        Should such a worker turn out to live, its next sign of life brings the study back.
        """
        silent_since = (now.timestamp() if now else time.time()) - DEAD_AFTER
        changes = {"state": "failed", "error": DIED, "lost": True, "finished_at": _studies.c.heartbeat_at}
        silent = _update(_studies.c.state == "running", _studies.c.heartbeat_at < silent_since).values(changes)
        with self._database.transaction() as connection:
            return connection.execute(silent).rowcount

    # -- within ------------------------------------------------------------------------------------------------------

    def _is_silent(self, study: Study) -> bool:
        if study.state != "running" or study.heartbeat_at is None:
            return False
        return study.heartbeat_at.timestamp() < time.time() - DEAD_AFTER

    def _move(self, *where: ColumnElement[bool], **changes: Any) -> bool:
        with self._database.transaction() as connection:
            return connection.execute(_update(*where).values(changes)).rowcount > 0


def _update(*where: ColumnElement[bool]) -> Update:
    return update(_studies).where(*where).values(revision=_studies.c.revision + 1)


def _alive(study_id: str, attempt: int) -> ColumnElement[bool]:
    """Return the condition that a worker's attempt still counts, be it that it was taken for dead too early."""
    at_work = or_(_studies.c.state == "running", and_(_studies.c.state == "failed", _studies.c.lost))
    return and_(_studies.c.id == study_id, _studies.c.attempt == attempt, at_work)


def _living() -> dict[str, Any]:
    return {"state": "running", "heartbeat_at": time.time(), **_NO_END}
