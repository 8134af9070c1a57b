"""Work on a worker beside its runs, so that nobody who looks at a page waits for a training to end."""

import asyncio
import errno
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from genre_core.errors import ClusterError, GenreLabError

if TYPE_CHECKING:
    from distributed import Client

ENDED = "The worker that computed this ended, perhaps for lack of memory: try again."
SILENT = "The worker that computed this gives no sign of life: try again, and another one does it where there is one."
SILENT_SECONDS = 30.0
"""How long a worker may give no sign of life; a healthy one does about every second."""
LOOK_SECONDS = 1.0
_one_at_a_time, _one_apart = threading.Lock(), threading.Lock()
_apart: set[str] = set()
_log = logging.getLogger(__name__)

Found = TypeVar("Found")
Work = TypeVar("Work", bound=Callable[..., object])


def apart(work: Work) -> Work:
    """Mark work that shares nothing with other work: what takes long waits for its kind alone, and nothing for it."""
    _apart.add(_name(work))
    return work


def is_apart(work: Callable[..., object]) -> bool:
    """Return whether work shares nothing with other work."""
    return _name(work) in _apart


def _name(work: Callable[..., object]) -> str:
    return f"{work.__module__}.{work.__qualname__}"


def run_beside(client: "Client", work: Callable[..., Found], *arguments: object) -> Found:
    """Return what the least busy worker finds by `work(*arguments)`.

    Raises ClusterError where no worker can be reached, it ended or froze meanwhile, or the work failed for a reason
    that nobody foresaw, and GenreLabError as `work` does.
    """
    from distributed.comm.core import CommClosedError

    try:
        found: Found = client.sync(_ask, client, work, *arguments)  # type: ignore[no-untyped-call]
    except CommClosedError as error:
        raise ClusterError(ENDED) from error
    return found


async def _ask(client: "Client", work: Callable[..., Found], *arguments: object) -> Found:
    """Have the least busy worker that is awake do the work, as long as it gives signs of life."""
    seen = await _last_seen(client)
    if not seen:
        raise ClusterError("No worker is there to compute this: try again.")
    latest = max(when for when, _ in seen.values())
    awake = [address for address, (when, _) in seen.items() if latest - when < SILENT_SECONDS / 2]
    address = min(awake, key=lambda one: seen[one][1])
    answer = asyncio.ensure_future(client.run(_beside, work, *arguments, workers=[address]))
    sign, since = None, time.monotonic()
    try:
        while not (await asyncio.wait([answer], timeout=LOOK_SECONDS))[0]:
            now = (await _last_seen(client)).get(address)
            if now is None:
                raise ClusterError(ENDED)
            if now[0] != sign:
                sign, since = now[0], time.monotonic()
            elif time.monotonic() - since > SILENT_SECONDS:
                raise ClusterError(SILENT)
        return (await answer)[address]
    finally:
        answer.cancel()


async def _last_seen(client: "Client") -> dict[str, tuple[float, int]]:
    """Return of each worker, by its address, when it last gave a sign of life, and how many tasks it does."""
    if client.scheduler is None:
        return {}
    workers = (await client.scheduler.identity(n_workers=-1))["workers"]
    return {address: (one["last_seen"], one["metrics"].get("executing", 0)) for address, one in workers.items()}


async def _beside(work: Callable[..., Found], *arguments: object) -> Found:
    return await asyncio.to_thread(_alone, work, *arguments)


def _alone(work: Callable[..., Found], *arguments: object) -> Found:
    """Call `work` while no other call of its kind runs in this process: unless `apart`, they share networks.

    What fails there is told in a sentence: outside, its error would be taken for one of the connection.
    """
    from genre_core.workers.run import warm_up

    with _one_apart if is_apart(work) else _one_at_a_time:
        warm_up()
        try:
            return work(*arguments)
        except GenreLabError:
            raise
        except MemoryError as error:
            raise ClusterError("The worker ran out of memory: take shorter clips or a smaller network.") from error
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise ClusterError("The disk of the worker is full: make room there, and try again.") from error
            why = error.strerror or type(error).__name__
            what = f"{error.filename} cannot be read or written" if error.filename else "A file or connection failed"
            raise ClusterError(f"{what} ({why}): check that it is there and that the worker may use it.") from error
        except Exception as error:
            _log.exception("%s ended by an unexpected error", work)
            raise ClusterError(
                f"This ended by an unexpected {type(error).__name__}: the log of the workers has the details."
            ) from error
