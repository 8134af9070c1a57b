"""A worker's work on a run: it takes it, writes what comes of it, and is told what the person wants next.

Appending an epoch is also the sign of life, and its answer is the whole control protocol.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Row, String, case, cast, delete, func, insert

from genre_core.store.gate import read_run
from genre_core.store.queue import Queue
from genre_core.store.saved import SavedStore, is_artifact, put
from genre_core.store.schema import LOST, MEASURING, Epoch, Run, Wish
from genre_core.store.schema import artifacts as _artifacts
from genre_core.store.schema import epochs as _epochs
from genre_core.store.schema import runs as _runs

DIED = "Its worker died in epoch {}: start it again to train it from the beginning."
DIED_MEASURING = "Its worker died while it measured the clips: start it again, and it goes on with what is missing."


class WorkStore(SavedStore):
    """Runs as a worker sees them."""

    @cached_property
    def _queue(self) -> Queue:
        in_epoch = func.replace(DIED, "{}", cast(_runs.c.epoch + 1, String))
        died = case((_runs.c.context.startswith(f'{{"{MEASURING}"'), DIED_MEASURING), else_=in_epoch)
        return Queue(self, _runs, "stopped_because", LOST, None, died, ("request", "pace"))

    def claim(self, run_id: str, attempt: int) -> Run | None:
        """Take a queued run; None if another worker was faster, or the run is no longer wanted."""
        row = self._queue.claim(run_id, attempt)
        return None if row is None else read_run(row)

    def append(self, run_id: str, attempt: int, epoch: Epoch, predictions: bytes) -> Wish:
        """Save an epoch and its predicted class of each validation track (uint8); return what the person wants next."""
        best = {"best_epoch": epoch.epoch} if epoch.is_best else {}
        with self._queue.write(run_id, attempt, epoch=epoch.epoch, fraction=0.0, **best) as (connection, answer):
            if answer is not None:
                connection.execute(insert(_epochs).values(run_id=run_id, predictions=predictions, **asdict(epoch)))
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
        saved = {} if checkpoint is None else {"checkpoint": checkpoint}
        return self._write(run_id, attempt, saved, _runs.c.request.in_(("pause", "step")), state="paused")

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

    def reap(self, now: datetime | None = None) -> list[str]:
        """Mark the runs as failed whose worker has given no sign of life for `DEAD_AFTER` seconds; return their ids."""
        return self._queue.reap(now)

    def _write(
        self, run_id: str, attempt: int, saved: Mapping[str, bytes], *where: ColumnElement[bool], **changes: Any
    ) -> bool:
        """Write a live worker's changes, its artifacts with them."""
        with self._queue.write(run_id, attempt, *where, **changes) as (connection, answer):
            if answer is None:
                return False
            if changes.get("state") == "complete":
                connection.execute(delete(_artifacts).where(is_artifact(run_id, "checkpoint")))
            for name, data in saved.items():
                put(connection, run_id, name, data)
        return True


def _wish(answer: Row[Any] | None) -> Wish:
    return Wish("stop", 0.0) if answer is None else Wish(answer.request, answer.pace)
