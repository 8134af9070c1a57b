"""Workers that were lost while they trained a run, and how that is said."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, insert, select, update

from genre_core.store.schema import Run
from genre_core.store.schema import losses as _losses
from genre_core.store.schema import runs as _runs

MOST_LOSSES = 3
"""How often a run goes on by itself after its worker was lost."""

LOST_AGAIN = (
    "Its worker was lost a fourth time, in epoch {}: the run may need more memory than there is. Start it again to "
    "train it from the beginning."
)
LOST_AGAIN_MEASURING = (
    "Its worker was lost a fourth time, while it measured the clips: that may need more memory than there is. Start it "
    "again, and it goes on with what is missing."
)
_TIMES = {1: "", 2: " twice", 3: " three times"}


@dataclass(frozen=True)
class Loss:
    """The loss of a worker after an epoch (0: before the first was done), and from which one the run went on since."""

    epoch: int
    went_on: int | None


def record_loss(connection: Connection, run_id: str, attempt: int, epoch: int) -> None:
    """Save that the worker of an attempt was lost after an epoch."""
    connection.execute(delete(_losses).where(_losses.c.run_id == run_id, _losses.c.attempt == attempt))
    connection.execute(insert(_losses).values(run_id=run_id, attempt=attempt, epoch=epoch))


def record_going_on(connection: Connection, run_id: str, attempt: int, epoch: int) -> None:
    """Save from which epoch an attempt goes on after the losses before it."""
    since = and_(_losses.c.run_id == run_id, _losses.c.attempt < attempt, _losses.c.went_on.is_(None))
    connection.execute(update(_losses).where(since).values(went_on=epoch))


def losses_of(connection: Connection, run_ids: Collection[str]) -> dict[str, list[Loss]]:
    """Return the losses of each run that has any, in order; a worker that came back was not lost."""
    query = select(_losses.c.run_id, _losses.c.epoch, _losses.c.went_on).join(_runs, _runs.c.id == _losses.c.run_id)
    query = query.where(_losses.c.run_id.in_(list(run_ids)), _losses.c.attempt < _runs.c.attempt)
    found: dict[str, list[Loss]] = {}
    for run_id, *loss in connection.execute(query.order_by(_losses.c.attempt)):
        found.setdefault(run_id, []).append(Loss(*loss))
    return found


def loss_sentence(run: Run, losses: Sequence[Loss]) -> str:
    """Say that a run has lost its worker and from where it went on; empty where it has not, or has failed since."""
    if not losses or run.state == "failed":
        return ""
    last, n = losses[-1], len(losses)
    lost = f"Its worker was lost{_TIMES.get(n, f' {n} times')}"
    if last.epoch or not run.averages:
        when = f"after epoch {last.epoch}" if last.epoch else "before its first epoch was done"
        lost += f", the last time {when}" if n > 1 else f" {when}"
    if last.went_on is None:
        return f"{lost}: the run goes on by itself." if run.active else f"{lost}."
    also = ", and it" if n > 1 or not last.epoch else " and it"
    if not last.epoch:
        return f"{lost}{also} went on by itself."
    if not last.went_on:
        return f"{lost}{also} began again."
    return f"{lost}{also} went on from {'there' if last.went_on == last.epoch else f'epoch {last.went_on}'}."


def tries_sentence(n_pieces: int) -> str:
    """Say that pieces of a study were begun again after their workers were lost; empty where none were."""
    if n_pieces < 2:
        return "A worker was lost, and another one began its piece of the work again." if n_pieces else ""
    return f"Workers were lost, and others began {n_pieces} pieces of the work again."
