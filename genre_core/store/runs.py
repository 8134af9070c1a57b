"""The store is the truth about runs: what is queued, how far each one is, what came out, and the uploaded tables.

States move by compare-and-set, and losing a race is no error: the method returns False (or None). Everything that a
worker writes carries its attempt, and a worker whose attempt is over writes nothing and is told to stop. Appending an
epoch is also the sign of life, and its answer is the whole control protocol: what the person wants next.
"""

import json
import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, Update, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from genre_core.config import ExperimentConfig
from genre_core.errors import RunStateError, StoreError
from genre_core.store.members import MemberStore, not_a_member
from genre_core.store.schema import DEAD_AFTER, LOST, Epoch, Request, Run, RunState, Wish, read_run
from genre_core.store.schema import artifacts as _artifacts
from genre_core.store.schema import epochs as _epochs
from genre_core.store.schema import members as _members
from genre_core.store.schema import runs as _runs
from genre_core.store.studies import StudyStore
from genre_core.store.tables import TableStore, short

_STOP = Wish("stop", 0.0)
_WAITING = {"state": "queued", "started_at": None, "heartbeat_at": None}
_NO_END = {"stopped_because": None, "error": None, "finished_at": None}
_BLANK = {"epoch": 0, "fraction": 0.0, "best_epoch": None, "context": "{}", "summary": "{}"}


def new_run_id() -> str:
    """Return a fresh name for a run: 10 hex digits."""
    return secrets.token_hex(5)


class RunStore(TableStore):
    """Runs, epochs, artifacts and tables in one database; share one store between the threads of a process."""

    @cached_property
    def studies(self) -> StudyStore:
        """The studies in the same database."""
        return StudyStore(self)

    @cached_property
    def members(self) -> MemberStore:
        """Which runs of the same database belong to a study."""
        return MemberStore(self)

    # -- reading -----------------------------------------------------------------------------------------------------

    def run(self, run_id: str) -> Run:
        """Return a run as it stands now.

        Raises
        ------
        RunStateError
            There is no such run.
        """
        with self.transaction() as connection:
            row = connection.execute(select(_runs).where(_runs.c.id == run_id)).mappings().first()
        if row is None:
            raise _unknown(run_id)
        return self._look(read_run(row))

    def runs(
        self, limit: int = 200, states: Collection[RunState] | None = None, *, with_members: bool = False
    ) -> list[Run]:
        """Return the latest runs, newest first; those that belong to a study only where they are asked for."""
        query = select(_runs).order_by(_runs.c.created_at.desc(), _runs.c.id).limit(limit)
        if not with_members:
            query = query.where(not_a_member(_runs.c.id))
        if states is not None:
            query = query.where(_runs.c.state.in_(states))
        with self.transaction() as connection:
            rows = connection.execute(query).mappings().all()
        found = [self._look(read_run(row)) for row in rows]
        return [run for run in found if states is None or run.state in states]

    def runs_of(self, fingerprint: str) -> list[Run]:
        """Return the runs of one configuration, newest first, those that belong to a study with them."""
        query = select(_runs).where(_runs.c.fingerprint == fingerprint).order_by(_runs.c.created_at.desc())
        with self.transaction() as connection:
            rows = connection.execute(query).mappings().all()
        return [self._look(read_run(row)) for row in rows]

    def revision(self, run_id: str) -> int:
        """Return a number that is another one whenever a page would show the run differently.

        Raises
        ------
        RunStateError
            There is no such run.
        """
        query = select(_runs.c.revision, _runs.c.state, _runs.c.heartbeat_at).where(_runs.c.id == run_id)
        with self.transaction() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise _unknown(run_id)
        if row.state == "running" and row.heartbeat_at < time.time() - DEAD_AFTER:
            return self.run(run_id).revision
        return int(row.revision)

    def epochs(self, run_id: str, after: int = 0) -> list[Epoch]:
        """Return the epochs of a run beyond `after`, in order."""
        columns = [_epochs.c[name] for name in Epoch.__dataclass_fields__]
        query = select(*columns).where(_epochs.c.run_id == run_id, _epochs.c.epoch > after).order_by(_epochs.c.epoch)
        with self.transaction() as connection:
            return [Epoch(*row) for row in connection.execute(query)]

    def predictions(self, run_id: str, epoch: int) -> npt.NDArray[np.uint8]:
        """Return the predicted class of each validation track after an epoch, shape (n_validation,).

        Raises
        ------
        RunStateError
            The run has no such epoch.
        """
        query = select(_epochs.c.predictions).where(_epochs.c.run_id == run_id, _epochs.c.epoch == epoch)
        with self.transaction() as connection:
            data = connection.execute(query).scalar()
        if data is None:
            raise RunStateError(f"The run {run_id} has no epoch {epoch}: choose one that it has completed.")
        return np.frombuffer(data, dtype=np.uint8)

    def all_predictions(self, run_id: str, after: int = 0) -> npt.NDArray[np.uint8]:
        """Return the predicted class of each validation track at each epoch beyond `after`, (n_epochs, n_validation).

        Epochs are appended one after the other, so the first row is that of epoch `after` + 1.
        """
        query = select(_epochs.c.predictions).where(_epochs.c.run_id == run_id, _epochs.c.epoch > after)
        with self.transaction() as connection:
            rows = connection.execute(query.order_by(_epochs.c.epoch)).scalars().all()
        if not rows:
            return np.zeros((0, 0), dtype=np.uint8)
        return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), -1)

    def queue_position(self, run_id: str) -> int:
        """Return how many runs go before a queued one: those that train at full speed, and those queued earlier.

        A run that is paced lets others in between its epochs, as a study does with all its runs: they don't count.
        """
        queued_at = select(_runs.c.queued_at).where(_runs.c.id == run_id).scalar_subquery()
        earlier = and_(_runs.c.state == "queued", _runs.c.queued_at < queued_at)
        training = and_(
            _runs.c.state == "running", _runs.c.pace == 0.0, _runs.c.heartbeat_at >= time.time() - DEAD_AFTER
        )
        others = (_runs.c.id != run_id, not_a_member(_runs.c.id))
        query = select(func.count()).select_from(_runs).where(or_(earlier, training), *others)
        with self.transaction() as connection:
            return int(connection.execute(query).scalar_one())

    def expected_wait(self, run_id: str, n_workers: int) -> float | None:
        """Estimate the seconds until a queued run starts, from what the last 20 runs took; None before the first."""
        complete = and_(_runs.c.state == "complete", not_a_member(_runs.c.id))
        latest = select(_runs.c.id).where(complete).order_by(_runs.c.finished_at.desc()).limit(20)
        spent = select(func.sum(_epochs.c.seconds).label("seconds")).where(_epochs.c.run_id.in_(latest))
        query = select(func.avg(spent.group_by(_epochs.c.run_id).subquery().c.seconds))
        with self.transaction() as connection:
            seconds = connection.execute(query).scalar()
        before = self.queue_position(run_id)
        return None if seconds is None else max(0, before - n_workers + 1) * float(seconds) / n_workers

    # -- what a person does ------------------------------------------------------------------------------------------

    def submit(self, run_id: str, config: ExperimentConfig, name: str = "", pace: float = 0.0) -> bool:
        """Queue a new run; False if there is one of that id already, as after a double click."""
        now = time.time()
        values = {
            "id": run_id,
            "name": short(name) or run_id,
            "config": config.model_dump_json(),
            "fingerprint": config.fingerprint,
        }
        start = {"request": "continue", "attempt": 1, "revision": 1, "pace": float(pace)}
        try:
            with self.transaction() as connection:
                connection.execute(
                    insert(_runs).values(
                        values | start | {"created_at": now, "queued_at": now} | _WAITING | _NO_END | _BLANK
                    )
                )
        except IntegrityError:
            return False
        return True

    def request(self, run_id: str, request: Request) -> bool:
        """Say what a queued or running run shall do next; False if it is neither."""
        return self._move(run_id, ("queued", "running"), {"request": request})

    def set_pace(self, run_id: str, pace: float) -> bool:
        """Set the least seconds that each epoch shall take, 0.0 for as fast as it can."""
        return self._move(run_id, None, {"pace": float(pace)})

    def rename(self, run_id: str, name: str) -> bool:
        """Give a run another name; False if there is no such run or the name is empty."""
        return bool(short(name)) and self._move(run_id, None, {"name": short(name)})

    def delete(self, run_id: str) -> bool:
        """Forget a run and all that it saved; a worker that trains it stops. False if there is no such run."""
        with self.transaction() as connection:
            found = connection.execute(delete(_runs).where(_runs.c.id == run_id)).rowcount > 0
            connection.execute(delete(_members).where(_members.c.run_id == run_id))
            _clear(connection, run_id)
        return found

    def requeue(
        self, run_id: str, states: Collection[RunState], request: Request = "continue", *, anew: bool = False
    ) -> int | None:
        """Queue a run again if it is in one of `states`; return its new attempt or None. `anew` forgets its epochs."""
        changes: dict[str, Any] = {"request": request, "attempt": _runs.c.attempt + 1, "queued_at": time.time()}
        changes |= _NO_END | (_WAITING | _BLANK if anew else {"state": "queued", "heartbeat_at": None})
        with self.transaction() as connection:
            where = (_runs.c.id == run_id, _runs.c.state.in_(states))
            attempt = connection.execute(_update(*where).values(changes).returning(_runs.c.attempt)).scalar()
            if attempt is not None and anew:
                _clear(connection, run_id)
        return attempt

    def hold(self, run_id: str) -> bool:
        """Pause a run that is still queued."""
        return self._move(run_id, ("queued",), {"state": "paused"})

    def cancel(self, run_id: str) -> bool:
        """End a run that waits and has no epoch to keep; False if it is not such a one."""
        changes = {"state": "cancelled", "finished_at": time.time()}
        return self._move(run_id, ("queued", "paused"), changes, _runs.c.epoch == 0)

    # -- what a worker does ------------------------------------------------------------------------------------------

    def claim(self, run_id: str, attempt: int) -> Run | None:
        """Take a queued run; None if another worker was faster, or the run is no longer wanted."""
        now = time.time()
        started = func.coalesce(_runs.c.started_at, now)
        changes = {"state": "running", "started_at": started, "heartbeat_at": now}
        with self.transaction() as connection:
            where = (_runs.c.id == run_id, _runs.c.attempt == attempt, _runs.c.state == "queued")
            row = connection.execute(_update(*where).values(changes).returning(_runs)).mappings().first()
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
        query = select(_runs.c.request, _runs.c.pace).where(_alive(run_id, attempt))
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
        changes = _NO_END | {"state": "failed", "error": error, "finished_at": time.time()}
        waiting = and_(_runs.c.id == run_id, _runs.c.attempt == attempt, _runs.c.state == "queued")
        return self._move(run_id, None, changes, or_(waiting, _alive(run_id, attempt)))

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
                row.id, ("running",), changes | {"error": _died(row.epoch)}, _runs.c.heartbeat_at < silent_since
            )
        ]

    # -- artifacts ---------------------------------------------------------------------------------------------------

    def put_artifact(self, run_id: str, name: str, data: bytes) -> None:
        """Save bytes under a name, in place of what was there."""
        with self.transaction() as connection:
            _put(connection, run_id, name, data)

    def artifact(self, run_id: str, name: str) -> bytes | None:
        """Return the bytes saved under a name (weights, logits, checkpoint), or None."""
        query = select(_artifacts.c.bytes).where(_artifacts.c.run_id == run_id, _artifacts.c.name == name)
        with self.transaction() as connection:
            data: bytes | None = connection.execute(query).scalar()
        return data

    # -- within ------------------------------------------------------------------------------------------------------

    def _look(self, run: Run) -> Run:
        """Return a run that is called running only while its worker lives, even where that cannot be written down."""
        if run.state != "running" or run.heartbeat_at is None:
            return run
        if run.heartbeat_at.timestamp() >= time.time() - DEAD_AFTER:
            return run
        try:
            self.reap()
        except StoreError as problem:  # most likely that is also what the worker died of
            error = f"{_died(run.epoch)} {problem}"
            return replace(run, state="failed", stopped_because=LOST, error=error, finished_at=run.heartbeat_at)
        return self.run(run.id)

    def _move(
        self, run_id: str, states: Collection[str] | None, changes: Mapping[str, Any], *where: ColumnElement[bool]
    ) -> bool:
        conditions = (*where, *(() if states is None else (_runs.c.state.in_(states),)))
        with self.transaction() as connection:
            return connection.execute(_update(_runs.c.id == run_id, *conditions).values(changes)).rowcount > 0

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
            written = _update(_alive(run_id, attempt), *where).values(_living() | dict(changes))
            if not connection.execute(written).rowcount:
                return False
            if changes.get("state") == "complete":
                connection.execute(delete(_artifacts).where(_is(run_id, "checkpoint")))
            for name, data in (saved or {}).items():
                _put(connection, run_id, name, data)
        return True


def _update(*where: ColumnElement[bool]) -> Update:
    return update(_runs).where(*where).values(revision=_runs.c.revision + 1)


def _alive(run_id: str, attempt: int) -> ColumnElement[bool]:
    """Return the condition that a worker's attempt still counts, be it that it was taken for dead too early."""
    taken_for_dead = and_(_runs.c.state == "failed", _runs.c.stopped_because == LOST)
    return and_(_runs.c.id == run_id, _runs.c.attempt == attempt, or_(_runs.c.state == "running", taken_for_dead))


def _living() -> dict[str, Any]:
    return {"state": "running", "heartbeat_at": time.time(), **_NO_END}


def _sign_of_life(connection: Connection, run_id: str, attempt: int, changes: Mapping[str, Any]) -> Wish | None:
    written = _update(_alive(run_id, attempt)) if changes else update(_runs).where(_alive(run_id, attempt))
    answer = written.values(_living() | dict(changes)).returning(_runs.c.request, _runs.c.pace)
    row = connection.execute(answer).first()
    return None if row is None else Wish(*row)


def _is(run_id: str, name: str) -> ColumnElement[bool]:
    return and_(_artifacts.c.run_id == run_id, _artifacts.c.name == name)


def _put(connection: Connection, run_id: str, name: str, data: bytes) -> None:
    connection.execute(delete(_artifacts).where(_is(run_id, name)))
    connection.execute(insert(_artifacts).values(run_id=run_id, name=name, bytes=data))


def _clear(connection: Connection, run_id: str) -> None:
    connection.execute(delete(_artifacts).where(_artifacts.c.run_id == run_id))
    connection.execute(delete(_epochs).where(_epochs.c.run_id == run_id))


def _unknown(run_id: str) -> RunStateError:
    return RunStateError(f"There is no run {run_id[:40]} in this store: it was deleted, or the link is from elsewhere.")


def _died(epoch: int) -> str:
    return f"Its worker died in epoch {epoch + 1}: start it again to train it from the beginning."
