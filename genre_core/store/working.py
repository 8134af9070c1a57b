"""A worker's work on a run: it takes it, writes what comes of it, and is told what the person wants next.

Appending an epoch is also the sign of life, and its answer is the whole control protocol. A run whose worker is lost is
queued again by whoever notices first, and goes on from its latest checkpoint.
"""

import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Row, String, and_, case, cast, delete, func, insert, or_, select

from genre_core.store import checkpoints
from genre_core.store.gate import read_run
from genre_core.store.losses import (
    LOST_AGAIN,
    LOST_AGAIN_MEASURING,
    MOST_LOSSES,
    Loss,
    losses_of,
    record_going_on,
    record_loss,
)
from genre_core.store.members import not_a_member
from genre_core.store.queue import Queue
from genre_core.store.saved import SavedStore, is_artifact, put
from genre_core.store.schema import LEFT, LOST, MEASURING, WATCHED_FOR, Epoch, Run, Wish
from genre_core.store.schema import artifacts as _artifacts
from genre_core.store.schema import epochs as _epochs
from genre_core.store.schema import losses as _losses
from genre_core.store.schema import runs as _runs


class WorkStore(SavedStore):
    """Runs as a worker sees them."""

    @cached_property
    def _queue(self) -> Queue:
        return Queue(self, _runs, "stopped_because", LOST, None, ("request", "pace", "watched_at", "heartbeat_at"))

    def claim(self, run_id: str, attempt: int) -> Run | None:
        """Take a queued run; None if another worker was faster, or the run is no longer wanted."""
        row = self._queue.claim(run_id, attempt)
        return None if row is None else read_run(row)

    def append(
        self,
        run_id: str,
        attempt: int,
        epoch: Epoch,
        predictions: bytes,
        snapshot: Callable[[], bytes | None] = lambda: None,
    ) -> Wish:
        """Save an epoch and its predicted class of each validation track (uint8); return what the person wants next.

        Where somebody watches the network, its `snapshot` is asked for and saved as well (None: it has none).
        """
        best = {"best_epoch": epoch.epoch} if epoch.is_best else {}
        with self._queue.write(run_id, attempt, epoch=epoch.epoch, fraction=0.0, **best) as (connection, answer):
            if answer is not None:
                connection.execute(insert(_epochs).values(run_id=run_id, predictions=predictions, **asdict(epoch)))
                if _is_watched(answer) and (data := snapshot()) is not None:
                    checkpoints.keep(connection, checkpoints.SNAPSHOTS, run_id, epoch.epoch, data)
        return _wish(answer)

    def beat(self, run_id: str, attempt: int, fraction: float | None = None) -> Wish:
        """Give a sign of life, and say what part of the epoch is done; return what the person wants next."""
        done = {} if fraction is None else {"fraction": fraction}
        with self._queue.write(run_id, attempt, **done) as (_, answer):
            return _wish(answer)

    def wish(self, run_id: str, attempt: int) -> Wish:
        """Return what the person wants next, without a sign of life."""
        return _wish(self._queue.answer(run_id, attempt))

    def describe(
        self, run_id: str, attempt: int, context: Mapping[str, Any], saved: Mapping[str, bytes] | None = None
    ) -> bool:
        """Save what a run's card says beside its configuration, and artifacts that are known before it trains."""
        return self._write(run_id, attempt, saved or {}, context=json.dumps(context))

    def pause(self, run_id: str, attempt: int, checkpoint: bytes | None) -> bool:
        """Pause a running run with what going on needs; False if the person has asked for something else meanwhile."""
        saved = {} if checkpoint is None else {checkpoints.LATEST: checkpoint}
        return self._write(run_id, attempt, saved, _runs.c.request.in_(("pause", "step")), state="paused")

    def keep(self, run_id: str, attempt: int, checkpoint: bytes, epoch: int | None = None) -> None:
        """Save where a running run stands; for branches too, where it is told the epoch that is under way or done."""
        with self._queue.write(run_id, attempt) as (connection, answer):
            if answer is not None:
                put(connection, run_id, checkpoints.LATEST, checkpoint)
                if epoch is not None:
                    checkpoints.keep(connection, checkpoints.EARLIER, run_id, epoch, checkpoint)

    def leave(self, run_id: str, attempt: int, checkpoint: bytes | None) -> None:
        """Give a run back whose worker is retired: it waits for another, with all that it has learned."""
        waits = {**self._queue.no_end, "state": "queued", "stopped_because": LEFT}
        left = self._queue.change(self._queue.alive(run_id, attempt), **waits)
        with self.transaction() as connection:
            if connection.execute(left).rowcount:
                if checkpoint is not None:
                    put(connection, run_id, checkpoints.LATEST, checkpoint)
                connection.execute(delete(_losses).where(_losses.c.run_id == run_id, _losses.c.attempt == attempt))

    def rewind(self, run_id: str, attempt: int, epoch: int) -> None:
        """Forget the epochs after the one that a worker goes on from: it trains them again, to the same bits."""
        kept = and_(_epochs.c.run_id == run_id, _epochs.c.epoch <= epoch, _epochs.c.is_best)
        best = select(func.max(_epochs.c.epoch)).where(kept).scalar_subquery()
        fraction = case((_runs.c.epoch == epoch, _runs.c.fraction), else_=0.0)
        back = {"epoch": epoch, "fraction": fraction, "best_epoch": best}
        with self._queue.write(run_id, attempt, **back) as (connection, answer):
            if answer is not None:
                connection.execute(delete(_epochs).where(_epochs.c.run_id == run_id, _epochs.c.epoch > epoch))
                record_going_on(connection, run_id, attempt, epoch)

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
        ended = {"state": "complete", "finished_at": time.time(), "stopped_because": stopped_because}
        result = {"best_epoch": best_epoch, "fraction": 0.0, "summary": json.dumps(summary)}
        return self._write(run_id, attempt, saved, **ended, **result)

    def fail(self, run_id: str, attempt: int, error: str) -> bool:
        """End a queued or running run with the sentence that says what went wrong."""
        return self._queue.fail(run_id, attempt, error)

    def abandon(self, run_id: str, attempt: int) -> bool:
        """Cancel a running run that has no epoch to keep."""
        now = time.time()
        return self._queue.move(run_id, ("running",), _runs.c.attempt == attempt, state="cancelled", finished_at=now)

    def lose(self, run_id: str, attempt: int) -> bool:
        """Queue a run again whose worker was lost, or end it where that was so too often; False if it is over.

        Of a worker that has given the run back in time nothing was lost.
        """
        columns = _runs.c
        left = and_(columns.attempt == attempt, columns.stopped_because == LEFT)
        if self._queue.move(run_id, ("queued",), left, attempt=attempt + 1):
            return True
        return bool(
            self._lose(columns.id == run_id, columns.attempt == attempt, columns.state.in_(("queued", "running")))
        )

    def reap(self, now: datetime | None = None) -> list[str]:
        """Do so for all runs whose worker has given no sign of life for `DEAD_AFTER` seconds; return their ids."""
        return self._lose(self._queue.silent(now))

    def losses(self, run_ids: Collection[str]) -> dict[str, list[Loss]]:
        """Return how often the worker of each of these runs was lost since it began, in order."""
        with self.transaction() as connection:
            return losses_of(connection, run_ids)

    def sweep(self) -> None:
        """Forget the checkpoints of runs that ended long ago, and the oldest where all together are too large."""
        with self.transaction() as connection:
            checkpoints.sweep(connection)

    def _lose(self, *where: ColumnElement[bool]) -> list[str]:
        columns, member = _runs.c, ~not_a_member(_runs.c.id)  # a member waits for its study, which counts for itself
        before = and_(_losses.c.run_id == columns.id, _losses.c.attempt < columns.attempt)
        counted = select(func.count()).select_from(_losses).where(before).scalar_subquery()
        again = or_(member, counted < MOST_LOSSES)
        in_epoch = func.replace(LOST_AGAIN, "{}", cast(columns.epoch + 1, String))
        sentence = case((columns.context.startswith(f'{{"{MEASURING}"'), LOST_AGAIN_MEASURING), else_=in_epoch)
        lost = self._queue.change(
            *where,
            state=case((member, "paused"), (again, "queued"), else_="failed"),
            attempt=columns.attempt + case((again, 1), else_=0),
            stopped_because=LOST,
            error=case((again, None), else_=sentence),
            finished_at=case((again, None), else_=columns.heartbeat_at),
        ).returning(columns.id, columns.attempt, columns.epoch, columns.state)
        with self.transaction() as connection:
            found = connection.execute(lost).all()
            for run_id, attempt, epoch, state in found:
                if state != "failed":
                    record_loss(connection, run_id, attempt - 1, epoch)
        return [run.id for run in found]

    def _write(
        self, run_id: str, attempt: int, saved: Mapping[str, bytes], *where: ColumnElement[bool], **changes: Any
    ) -> bool:
        """Write a live worker's changes, its artifacts with them."""
        with self._queue.write(run_id, attempt, *where, **changes) as (connection, answer):
            if answer is None:
                return False
            if changes.get("state") == "complete":
                latest = delete(_artifacts).where(is_artifact(run_id, checkpoints.LATEST))
                if connection.execute(latest).rowcount:
                    checkpoints.sweep(connection)
            for name, data in saved.items():
                put(connection, run_id, name, data)
        return True


def _is_watched(answer: Row[Any]) -> bool:
    return answer.watched_at is not None and abs(answer.heartbeat_at - answer.watched_at) < WATCHED_FOR


def _wish(answer: Row[Any] | None) -> Wish:
    return Wish("stop", 0.0) if answer is None else Wish(answer.request, answer.pace)
