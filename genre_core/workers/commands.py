"""Runs and studies as work for a Dask cluster: how what a person wants gets there.

The store is the truth and Dask only the messenger: a task carries a run's id and attempt, and everything else is read
from the store. A message that comes twice, late or never is harmless: a run is claimed once, and `recover` sends again
what is queued. Here and in the store, a command that comes too late returns False and changes nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from genre_core.errors import ClusterError, GenreLabError
from genre_core.settings.config import ExperimentConfig
from genre_core.store.runs import RunStore
from genre_core.store.schema import LEFT, LOST, Request, RunState
from genre_core.store.studies import DIED
from genre_core.values import Frozen
from genre_core.workers.run import execute
from genre_core.workers.study import execute_study

if TYPE_CHECKING:
    from distributed import Client, Future

_PRIORITY, _SOON, _STUDY = 10, 20, 0
_Lost = Callable[[BaseException | None], None]
"""Record to write when a worker is lost, given the error."""

_GONE = "The training processes are gone: the run is saved and starts when they are back."
_ENDED: tuple[RunState, ...] = ("complete", "failed", "cancelled")


def submit(
    store: RunStore, client: "Client", run_id: str, config: ExperimentConfig, name: str = "", pace: float = 0.0
) -> bool:
    """Queue a new run and send it to the cluster; False if that id is there already, as after a double click.

    Raises
    ------
    StoreError
        It could not be saved.
    ClusterError
        It is saved, but could not be sent: `recover` does that once there is a cluster.
    """
    if not store.submit(run_id, config, name, pace):
        return False
    _send(store, client, run_id, 1)
    return True


def pause(store: RunStore, run_id: str) -> bool:
    """Pause a queued run at once, a running one after its epoch (within it, where epochs are long)."""
    return store.hold(run_id) or store.request(run_id, "pause")


def step(store: RunStore, client: "Client", run_id: str) -> bool:
    """Train one epoch and pause: the next one of a paused run, the present one of a running run."""
    return store.request(run_id, "step") or _again(store, client, run_id, ("paused",), "step")


def resume(store: RunStore, client: "Client", run_id: str) -> bool:
    """Go on with a paused run as if it had never been paused, or take back a pause that has not happened yet."""
    return store.request(run_id, "continue") or _again(store, client, run_id, ("paused",), "continue")


def stop(store: RunStore, client: "Client", run_id: str) -> bool:
    """End a run with its best weights; one without any epoch is cancelled."""
    if store.cancel(run_id):
        return True
    if _again(store, client, run_id, ("paused", "queued"), "stop", _SOON):
        return True
    return store.request(run_id, "stop")


def restart(store: RunStore, client: "Client", run_id: str) -> bool:
    """Train an ended run again from the beginning."""
    store.run(run_id)  # a look marks a run whose worker has died
    return _again(store, client, run_id, _ENDED, "continue", anew=True)


def submit_study(store: RunStore, client: "Client", study_id: str, kind: str, config: Frozen) -> bool:
    """Queue a new study and send it to the cluster; False if that id is there already, as after a double click.

    Raises
    ------
    StoreError
        It could not be saved.
    ClusterError
        It is saved, but could not be sent: `recover` does that once there is a cluster.
    """
    if not store.studies.submit(study_id, kind, config.model_dump_json()):
        return False
    _send_study(store, client, study_id, 1)
    return True


def stop_study(store: RunStore, study_id: str) -> bool:
    """End a study; what it has come to is kept."""
    return store.studies.stop(study_id)


def resume_study(store: RunStore, client: "Client", study_id: str) -> bool:
    """Go on with a study that was stopped or has failed, from the results that it has."""
    store.studies.study(study_id)  # a look marks a study whose worker has died
    attempt = store.studies.requeue(study_id)
    if attempt is not None:
        _send_study(store, client, study_id, attempt)
    return attempt is not None


def recover(store: RunStore, client: "Client") -> int:
    """Send what is queued to a cluster that may not know of it, what died before too; return how many were sent."""
    store.sweep()
    store.reap()
    store.studies.reap()
    waiting: tuple[RunState, ...] = ("queued",)
    queued, studies = store.runs(limit=10_000, states=waiting), store.studies.waiting()
    for run in reversed(queued):
        _send(store, client, run.id, run.attempt)
    for study in studies:
        _send_study(store, client, study.id, study.attempt)
    return len(queued) + len(studies)


def send_lost(store: RunStore, client: "Client") -> None:
    """Send the runs again that have lost their worker, whoever noticed; what is found now is sent the next time.

    Until then a worker that was only silent may come back.
    """
    waiting: tuple[RunState, ...] = ("queued",)
    for run in store.runs(limit=10_000, states=waiting):
        if run.stopped_because in (LOST, LEFT):
            _send(store, client, run.id, run.attempt)
    store.reap()


def _again(
    store: RunStore,
    client: "Client",
    run_id: str,
    states: tuple[RunState, ...],
    request: Request,
    priority: int = _PRIORITY,
    *,
    anew: bool = False,
) -> bool:
    attempt = store.requeue(run_id, states, request, anew=anew)
    if attempt is not None:
        _send(store, client, run_id, attempt, priority)
    return attempt is not None


def _send(store: RunStore, client: "Client", run_id: str, attempt: int, priority: int = _PRIORITY) -> None:
    """Give a run to the cluster."""

    def lost(error: BaseException | None) -> None:
        from distributed.scheduler import KilledWorker

        if not isinstance(error, KilledWorker):
            store.fail(run_id, attempt, _lost_sentence(error, ""))
            return
        store.lose(run_id, attempt)
        run = store.run(run_id)
        if run.state == "queued":
            _send(store, client, run_id, run.attempt, priority)

    _give(client, f"run-{run_id}-{attempt}", execute, (run_id, attempt, store.url), priority, lost)


def _send_study(store: RunStore, client: "Client", study_id: str, attempt: int) -> None:
    """Give a study to the cluster."""

    def lost(error: BaseException | None) -> None:
        store.studies.fail(study_id, attempt, _lost_sentence(error, DIED))

    _give(client, f"study-{study_id}-{attempt}", execute_study, (study_id, attempt, store.url), _STUDY, lost)


def _give(
    client: "Client", key: str, work: Callable[..., None], arguments: tuple[Any, ...], priority: int, lost: _Lost
) -> None:
    """Give work to the cluster; its key makes sending it twice the same as sending it once."""
    from distributed import fire_and_forget

    if client.status != "running":
        raise ClusterError(_GONE)
    try:
        future = client.submit(work, *arguments, key=key, priority=priority, pure=False)
        fire_and_forget(future)  # type: ignore[no-untyped-call]
    except Exception as error:
        raise ClusterError(_GONE) from error
    future.add_done_callback(_settler(lost))  # type: ignore[no-untyped-call]


def _settler(lost: _Lost) -> "Callable[[Future[Any]], None]":
    def settle(future: "Future[Any]") -> None:
        """Write down that a worker died: the dead cannot."""
        if future.status != "error":
            return  # done; or the whole cluster is gone, and then `recover` and `reap` see to it
        with suppress(GenreLabError):
            lost(future.exception(timeout=5))  # type: ignore[no-untyped-call]

    return settle


def _lost_sentence(error: BaseException | None, died: str) -> str:
    from distributed.scheduler import KilledWorker

    if isinstance(error, KilledWorker):
        return died
    if isinstance(error, GenreLabError):
        return str(error)
    return (
        f"The worker could not begin ({type(error).__name__}: {error}): check that it has the same version installed."
    )
