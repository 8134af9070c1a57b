"""Giving work to a Dask cluster, and what is done when the worker that had it is lost."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from genre_core.errors import ClusterError, GenreLabError, StoreError

if TYPE_CHECKING:
    from distributed import Client, Future

Lost = Callable[[BaseException | None], None]
"""Record to write when a worker is lost, given the error."""

AGAIN_SECONDS = 5.0
"""How soon a store that could not be written, as its disk is full, is told again that a worker was lost."""

_GONE = "The training processes are gone: the run is saved and starts when they are back."


def workers_of(client: "Client") -> list[str]:
    """Return the addresses of the workers of a cluster. Raises ClusterError where there is no cluster."""
    with _reaching(client):
        return list(client.scheduler_info(n_workers=-1)["workers"])


def give(
    client: "Client",
    key: str,
    work: Callable[..., None],
    arguments: tuple[Any, ...],
    priority: int,
    lost: Lost,
    worker: str = "",
) -> None:
    """Give work to the cluster, or to one worker of it; its key makes sending it twice the same as sending it once.

    Raises ClusterError where there is no cluster.
    """
    from distributed import fire_and_forget

    there: dict[str, Any] = {"workers": [worker], "allow_other_workers": True} if worker else {}
    with _reaching(client):
        future = client.submit(work, *arguments, key=key, priority=priority, pure=False, **there)
        fire_and_forget(future)  # type: ignore[no-untyped-call]
    future.add_done_callback(_settler(lost))  # type: ignore[no-untyped-call]


@contextmanager
def _reaching(client: "Client") -> Iterator[None]:
    """Raise ClusterError where a cluster is gone, or goes in the block."""
    if client.status != "running":
        raise ClusterError(_GONE)
    try:
        yield
    except Exception as error:
        raise ClusterError(_GONE) from error


def was_killed(error: BaseException | None) -> bool:
    """Return whether work was lost with its worker."""
    from distributed.scheduler import KilledWorker

    return isinstance(error, KilledWorker)


def lost_sentence(error: BaseException | None) -> str:
    """Return the sentence that says why work was lost though its worker lives."""
    if isinstance(error, GenreLabError):
        return str(error)
    reason = " ".join(str(error).split()).partition(". ")[0]
    return (
        f"The worker could not begin ({type(error).__name__}: {reason}): check that it has the same version installed."
    )


def _settler(lost: Lost) -> "Callable[[Future[Any]], None]":
    def settle(future: "Future[Any]") -> None:
        """Write down that a worker died: the dead cannot."""
        if future.status != "error":
            return  # done; or the whole cluster is gone, and then `recover` and `reap` see to it
        try:
            lost(future.exception(timeout=5))  # type: ignore[no-untyped-call]
        except StoreError:
            again = threading.Timer(AGAIN_SECONDS, settle, (future,))
            again.daemon = True
            again.start()
        except GenreLabError:
            return

    return settle
