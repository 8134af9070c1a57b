"""How runs move from state to state: the conditions and changes that whoever moves them shares."""

import time
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, or_, update

from genre_core.store.schema import LOST
from genre_core.store.schema import runs as _runs

NO_END = {"stopped_because": None, "error": None, "finished_at": None}


def moving(*where: ColumnElement[bool]) -> Update:
    """Return an update of the runs where these hold, which pages will see."""
    return update(_runs).where(*where).values(revision=_runs.c.revision + 1)


def alive(run_id: str, attempt: int) -> ColumnElement[bool]:
    """Return the condition that a worker's attempt still counts, be it that it was taken for dead too early."""
    taken_for_dead = and_(_runs.c.state == "failed", _runs.c.stopped_because == LOST)
    return and_(_runs.c.id == run_id, _runs.c.attempt == attempt, or_(_runs.c.state == "running", taken_for_dead))


def living() -> dict[str, Any]:
    """Return the changes by which a run has a worker that lives."""
    return {"state": "running", "heartbeat_at": time.time(), **NO_END}


def died(epoch: int) -> str:
    """Return what is said of a run whose worker died."""
    return f"Its worker died in epoch {epoch + 1}: start it again to train it from the beginning."
