"""Work on a worker beside its runs, so that nobody who looks at a page waits for a training to end."""

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from genre_core.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client

ENDED = "The worker that computed this ended, perhaps for lack of memory: try again."
_one_at_a_time = threading.Lock()

Found = TypeVar("Found")


def run_beside(client: "Client", work: Callable[..., Found], *arguments: object) -> Found:
    """Return what the least busy worker finds by `work(*arguments)`; what that raises is raised here.

    Raises
    ------
    ClusterError
        No worker can be reached, or it ended meanwhile.
    """
    from distributed.comm.core import CommClosedError

    try:
        workers = client.scheduler_info(n_workers=-1)["workers"]
        if not workers:
            raise ClusterError("No worker is there to compute this: try again.")
        address = min(workers, key=lambda one: workers[one]["metrics"].get("executing", 0))
        found: Found = client.run(_beside, work, *arguments, workers=[address])[address]
    except CommClosedError as error:
        raise ClusterError(ENDED) from error
    return found


async def _beside(work: Callable[..., Found], *arguments: object) -> Found:
    return await asyncio.to_thread(_alone, work, *arguments)


def _alone(work: Callable[..., Found], *arguments: object) -> Found:
    """Call `work` while no other call of its kind runs in this process: they share networks that are kept."""
    from genre_core.workers.run import warm_up

    with _one_at_a_time:
        warm_up()
        return work(*arguments)
