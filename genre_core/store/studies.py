"""Studies in the store: work on many configurations at a time, whose results come one by one and stay.

Appending a result is the sign of life, and its answer says whether to go on. A study that was stopped or whose worker
died is queued again with the results that it has, so that only what is missing is done.
"""

import json
import time
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from genre_core.errors import RunStateError
from genre_core.store.database import Database
from genre_core.store.queue import Queue, is_silent
from genre_core.store.schema import Study, StudyState, read_study
from genre_core.store.schema import studies as _studies
from genre_core.store.schema import study_results as _results

DIED = "Its worker died: go on with it to do what is missing."


class StudyStore:
    """The studies of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue = Queue(database, _studies, "lost", True, False, DIED, ("n_results",))

    # -- reading -----------------------------------------------------------------------------------------------------

    def study(self, study_id: str) -> Study:
        """Return a study as it stands now.

        Raises
        ------
        RunStateError
            There is no such study.
        """
        row = self._queue.row(study_id)
        if row is None:
            raise RunStateError(
                f"There is no study {study_id[:40]} in this store: it was deleted or is in another store."
            )
        found = read_study(row)
        return self.study(study_id) if is_silent(found.state, found.heartbeat_at) and self.reap() else found

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
        return self._queue.add(id=study_id, kind=kind, config=config_json, n_results=0, context="{}")

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
            connection.execute(delete(_results).where(_results.c.study_id == study_id))
            return connection.execute(delete(_studies).where(_studies.c.id == study_id)).rowcount > 0

    # -- what a worker does ------------------------------------------------------------------------------------------

    def claim(self, study_id: str, attempt: int) -> Study | None:
        """Take a queued study; None if another worker was faster, or it is no longer wanted."""
        row = self._queue.claim(study_id, attempt)
        return None if row is None else read_study(row)

    def beat(self, study_id: str, attempt: int) -> bool:
        """Give a sign of life; return whether to go on."""
        return self._write(study_id, attempt)

    def append(self, study_id: str, attempt: int, result: Mapping[str, Any]) -> bool:
        """Save a result; return whether to go on."""
        more = _studies.c.n_results + 1
        with self._queue.write(study_id, attempt, n_results=more) as (connection, answer):
            if answer is not None:
                saved = {"study_id": study_id, "number": answer.n_results, "result": json.dumps(result)}
                connection.execute(insert(_results).values(saved))
        return answer is not None

    def describe(self, study_id: str, attempt: int, context: Mapping[str, Any]) -> bool:
        """Save what is known of a study before its first result; return whether to go on."""
        return self._write(study_id, attempt, context=json.dumps(context))

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
        """Mark the studies as failed whose worker has given no sign of life for a while; return their ids."""
        return self._queue.reap(now)

    def _write(self, study_id: str, attempt: int, **changes: Any) -> bool:
        with self._queue.write(study_id, attempt, **changes) as (_, answer):
            return answer is not None
