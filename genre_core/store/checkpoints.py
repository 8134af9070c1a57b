"""Checkpoints of runs: where each one stands, a few earlier ones for branches, and when they are forgotten.

A checkpoint is an artifact of its run. The run itself goes on from the latest, which is dropped once it is complete.
Earlier ones stay, each under the epoch that was under way or done: branches after that epoch or later ones start there.
Snapshots of a network that somebody watches stay likewise.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, or_, select

from genre_core.store.saved import is_artifact, put
from genre_core.store.schema import artifacts as _artifacts
from genre_core.store.schema import runs as _runs

LATEST = "checkpoint"
EVERY_SECONDS = 30.0
"""How often a run saves where it stands: as much is trained again, at most, where its worker is lost."""
OLD_SECONDS, ALL_BYTES = 30 * 24 * 3600, 2**30
"""How long an ended run keeps its checkpoints, and how many bytes those of all ended runs have at most."""


class ByEpoch(NamedTuple):
    """Artifacts of a run by epoch: their name before its number, how many there are at most, and of how many bytes."""

    name: str
    most: int
    most_bytes: int


EARLIER = ByEpoch(f"{LATEST} ", 8, 32 * 2**20)
SNAPSHOTS = ByEpoch("snapshot ", 60, 4 * 2**20)


def keep(connection: Connection, kind: ByEpoch, run_id: str, epoch: int, data: bytes) -> None:
    """Save an artifact of an epoch, and thin out those of its kind that the run has."""
    if len(data) > kind.most_bytes:
        return
    put(connection, run_id, f"{kind.name}{epoch}", data)
    sizes = kept(connection, kind, run_id)
    while len(sizes) > kind.most or sum(sizes.values()) > kind.most_bytes:
        dropped = least_missed(list(sizes))
        connection.execute(delete(_artifacts).where(is_artifact(run_id, f"{kind.name}{dropped}")))
        del sizes[dropped]


def kept(connection: Connection, kind: ByEpoch, run_id: str) -> dict[int, int]:
    """Return the epochs of a run's artifacts of a kind, in order, with their sizes in bytes."""
    query = select(_artifacts.c.name, func.length(_artifacts.c.bytes)).where(_artifacts.c.run_id == run_id)
    found = connection.execute(query.where(_artifacts.c.name.startswith(kind.name)))
    return dict(sorted((int(name.removeprefix(kind.name)), size) for name, size in found))


def earlier(connection: Connection, run_id: str, epoch: int) -> bytes | None:
    """Return the latest of a run's earlier checkpoints of the first `epoch` epochs; None without one."""
    found = max((one for one in kept(connection, EARLIER, run_id) if one <= epoch), default=None)
    name = is_artifact(run_id, f"{EARLIER.name}{found}")
    return connection.execute(select(_artifacts.c.bytes).where(name)).scalar()


def least_missed(epochs: Sequence[int]) -> int:
    """Return which of at least two epochs, in order, leaves the smallest gap; never the last."""
    gaps = zip([0, *epochs], epochs, epochs[1:], strict=False)
    return min(gaps, key=lambda three: three[2] - three[0])[1]


def sweep(connection: Connection, now: float | None = None) -> None:
    """Forget checkpoints and snapshots of runs that ended long ago, and the oldest where all together are too large.

    A run that waits, trains or is paused keeps what it needs.
    """
    now, ended = time.time() if now is None else now, ("complete", "failed", "cancelled")
    last = func.coalesce(_runs.c.finished_at, _runs.c.created_at)
    query = select(_runs.c.id, last.label("last"), func.sum(func.length(_artifacts.c.bytes)).label("size"))
    query = query.join(_artifacts, _artifacts.c.run_id == _runs.c.id).where(_runs.c.state.in_(ended))
    swept = or_(_artifacts.c.name.startswith(LATEST), _artifacts.c.name.startswith(SNAPSHOTS.name))
    query = query.where(swept).group_by(_runs.c.id, last).order_by(last.desc())
    total = 0
    for run_id, ended_at, size in connection.execute(query).all():
        total += size
        if total > ALL_BYTES or ended_at < now - OLD_SECONDS:
            of_run = _artifacts.c.run_id == run_id
            connection.execute(delete(_artifacts).where(of_run, swept))
