"""What a worker does with a run: it takes it, writes what comes of it, and is told what the person wants next.

Everything that a worker writes carries its attempt, and a worker whose attempt is over writes nothing and is told to
stop. Appending an epoch is also the sign of life, and its answer is the whole control protocol.
"""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from genre_core.store.saved import SavedStore, is_artifact, put
from genre_core.store.schema import DEAD_AFTER, LOST, Epoch, Run, Wish, read_run
from genre_core.store.schema import artifacts as _artifacts
from genre_core.store.schema import epochs as _epochs
from genre_core.store.schema import runs as _runs
from genre_core.store.states import NO_END, alive, died, living, moving

_STOP = Wish("stop", 0.0)


class WorkStore(SavedStore):
    """Runs as a worker sees them."""

    def claim(self, run_id: str, attempt: int) -> Run | None:
        """Take a queued run; None if another worker was faster, or the run is no longer wanted."""
        now = time.time()
        started = func.coalesce(_runs.c.started_at, now)
        changes = {"state": "running", "started_at": started, "heartbeat_at": now}
        with self.transaction() as connection:
            where = (_runs.c.id == run_id, _runs.c.attempt == attempt, _runs.c.state == "queued")
            row = connection.execute(moving(*where).values(changes).returning(_runs)).mappings().first()
        return None if row is None else read_run(row)

    def append(self, run_id: str, attempt: int, epoch: Epoch, predictions: bytes) -> Wish:
        """Save an epoch and its predicted class of each validation track (uint8); return what the person wants next."""
        changes: dict[str, Any] = {"epoch": epoch.epoch, "fraction": 0.0}
        if epoch.is_best:
            changes["best_epoch"] = epoch.epoch
        with self.transaction() as connection:
            wish = _sign_of_life(connection, run_id, attempt, changes)
            if wish is None:
                return _STOP
            connection.execute(insert(_epochs).values(run_id=run_id, predictions=predictions, **asdict(epoch)))
        return wish

    def beat(self, run_id: str, attempt: int, fraction: float | None = None) -> Wish:
        """Give a sign of life, and say what part of the epoch is done; return what the person wants next."""
        with self.transaction() as connection:
            wish = _sign_of_life(connection, run_id, attempt, {} if fraction is None else {"fraction": fraction})
        return wish or _STOP

    def wish(self, run_id: str, attempt: int) -> Wish:
        """Return what the person wants next, without a sign of life."""
        query = select(_runs.c.request, _runs.c.pace).where(alive(run_id, attempt))
        with self.transaction() as connection:
            row = connection.execute(query).first()
        return _STOP if row is None else Wish(*row)

    def describe(
        self, run_id: str, attempt: int, context: Mapping[str, Any], saved: Mapping[str, bytes] | None = None
    ) -> bool:
        """Save what a run's card says beside its configuration, and artifacts that are known before it trains."""
        return self._write(run_id, attempt, {"context": json.dumps(context)}, saved)

    def pause(self, run_id: str, attempt: int, checkpoint: bytes | None) -> bool:
        """Pause a running run with what going on needs; False if the person has asked for something else meanwhile."""
        still = _runs.c.request.in_(("pause", "step"))
        saved = {} if checkpoint is None else {"checkpoint": checkpoint}
        return self._write(run_id, attempt, {"state": "paused"}, saved, still)

    def finish(
        self,
        run_id: str,
        attempt: int,
        stopped_because: str,
        best_epoch: int | None,
        summary: Mapping[str, Any],
        saved: Mapping[str, bytes],
    ) -> bool:
        """Complete a running run with its result; what it needed to go on is dropped."""
        changes = {"state": "complete", "stopped_because": stopped_because, "best_epoch": best_epoch, "fraction": 0.0}
        return self._write(
            run_id, attempt, changes | {"summary": json.dumps(summary), "finished_at": time.time()}, saved
        )

    def fail(self, run_id: str, attempt: int, error: str) -> bool:
        """End a queued or running run with the sentence that says what went wrong."""
        changes = NO_END | {"state": "failed", "error": error, "finished_at": time.time()}
        waiting = and_(_runs.c.id == run_id, _runs.c.attempt == attempt, _runs.c.state == "queued")
        return self._move(run_id, None, changes, or_(waiting, alive(run_id, attempt)))

    def abandon(self, run_id: str, attempt: int) -> bool:
        """Cancel a running run that has no epoch to keep."""
        changes = {"state": "cancelled", "finished_at": time.time()}
        return self._move(run_id, ("running",), changes, _runs.c.attempt == attempt)

    def reap(self, now: datetime | None = None) -> list[str]:
        """Mark the runs as failed whose worker has given no sign of life for `DEAD_AFTER` seconds; return their ids.

        Should such a worker turn out to live (a laptop was closed), its next epoch brings the run back.
        """
        silent_since = (now.timestamp() if now else time.time()) - DEAD_AFTER
        query = select(_runs.c.id, _runs.c.epoch).where(_runs.c.state == "running", _runs.c.heartbeat_at < silent_since)
        with self.transaction() as connection:
            silent = connection.execute(query).all()
        changes = {"state": "failed", "stopped_because": LOST, "finished_at": _runs.c.heartbeat_at}
        return [
            row.id
            for row in silent
            if self._move(
                row.id, ("running",), changes | {"error": died(row.epoch)}, _runs.c.heartbeat_at < silent_since
            )
        ]

    def _move(
        self, run_id: str, states: Collection[str] | None, changes: Mapping[str, Any], *where: ColumnElement[bool]
    ) -> bool:
        conditions = (*where, *(() if states is None else (_runs.c.state.in_(states),)))
        with self.transaction() as connection:
            return connection.execute(moving(_runs.c.id == run_id, *conditions).values(changes)).rowcount > 0

    def _write(
        self,
        run_id: str,
        attempt: int,
        changes: Mapping[str, Any],
        saved: Mapping[str, bytes] | None = None,
        *where: ColumnElement[bool],
    ) -> bool:
        """Write a live worker's changes, its artifacts with them: all or nothing."""
        with self.transaction() as connection:
            written = moving(alive(run_id, attempt), *where).values(living() | dict(changes))
            if not connection.execute(written).rowcount:
                return False
            if changes.get("state") == "complete":
                connection.execute(delete(_artifacts).where(is_artifact(run_id, "checkpoint")))
            for name, data in (saved or {}).items():
                put(connection, run_id, name, data)
        return True


def _sign_of_life(connection: Connection, run_id: str, attempt: int, changes: Mapping[str, Any]) -> Wish | None:
    written = moving(alive(run_id, attempt)) if changes else update(_runs).where(alive(run_id, attempt))
    answer = written.values(living() | dict(changes)).returning(_runs.c.request, _runs.c.pace)
    row = connection.execute(answer).first()
    return None if row is None else Wish(*row)
