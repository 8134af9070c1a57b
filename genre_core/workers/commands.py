"""Runs and studies as work for a Dask cluster: how what a person wants gets there.

The store is the truth and Dask only the messenger: a task carries a run's id and attempt, and everything else is read
from the store. A message that comes twice, late or never is harmless: a run is claimed once, and `recover` sends again
what is queued. Here and in the store, a command that comes too late returns False and changes nothing.
"""

from typing import TYPE_CHECKING

from genre_core.errors import QuotaError
from genre_core.settings.config import ExperimentConfig
from genre_core.store.classes import Leaves
from genre_core.store.runs import RunStore
from genre_core.store.schema import LEFT, LOST, Request, RunState, Study
from genre_core.studies.kinds import KINDS, SEARCH, kind_of
from genre_core.studies.tuning.trials import forget
from genre_core.values import Frozen
from genre_core.workers.run import execute
from genre_core.workers.sending import give, lost_sentence, was_killed
from genre_core.workers.study import send_study

if TYPE_CHECKING:
    from distributed import Client

MOST_STUDIES = 4
"""Most studies that take minutes which one person has under way at a time."""
_PRIORITY, _SOON = 10, 20
_ENDED: tuple[RunState, ...] = ("complete", "failed", "cancelled")


def submit(
    store: RunStore, client: "Client", run_id: str, config: ExperimentConfig, name: str = "", pace: float = 0.0
) -> bool:
    """Queue a new run and send it to the cluster; False if that id is there already, as after a double click.

    Raises StoreError where it could not be saved, and ClusterError where it is saved, but could not be sent: `recover`
    does that once there is a cluster.
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


def submit_study(store: RunStore, client: "Client", study_id: str, kind: str, config: Frozen, person: str = "") -> bool:
    """Queue a new study of a person and send it; False if that id is there already, as after a double click.

    Raises QuotaError where the person has too many under way, StoreError where it could not be saved, and ClusterError
    where it is saved, but could not be sent: `recover` does that once there is a cluster.
    """
    if not KINDS[kind].brief:
        _within_quota(store, study_id, person)
    if not store.studies.submit(study_id, kind, config.model_dump_json(), person):
        return False
    send_study(store, client, store.studies.study(study_id))
    return True


def stop_study(store: RunStore, study_id: str) -> bool:
    """End a study; what it has come to is kept."""
    return store.studies.stop(study_id)


def resume_study(store: RunStore, client: "Client", study_id: str) -> bool:
    """Go on with a study that was stopped or has failed, from the results that it has.

    Raises QuotaError where its person has too many others under way, and RunStateError where it is of a kind that this
    version does not know.
    """
    study = store.studies.study(study_id)  # a look marks a study whose worker has died
    if not kind_of(study).brief:
        _within_quota(store, study_id, study.person)
    if store.studies.requeue(study_id) is None:
        return False
    send_study(store, client, store.studies.study(study_id))
    return True


def delete_study(store: RunStore, study_id: str) -> bool:
    """Forget a study, its results and the runs that belong to it; False where there is none."""
    study = store.studies.find(study_id)
    if study is None:
        return False
    found = store.studies.delete(study_id)
    store.members.delete(study_id)
    if study.kind == SEARCH.kind:
        forget(store.url, study_id)
    return found


def delete_left(store: RunStore, leaves: Leaves) -> None:
    """Forget what a class that is gone leaves behind."""
    for run_id in leaves.runs:
        store.delete(run_id)
    for study_id in leaves.studies:
        delete_study(store, study_id)


def under_way(store: RunStore, person: str) -> list[Study]:
    """Return the studies of a person that count for the quota, oldest first."""
    mine = (one for one in store.studies.active() if one.person == person)
    return [one for one in mine if one.kind in KINDS and not KINDS[one.kind].brief]


def _within_quota(store: RunStore, study_id: str, person: str) -> None:
    others = [one for one in under_way(store, person) if one.id != study_id] if person else []
    if len(others) >= MOST_STUDIES:
        raise QuotaError(
            f"You have {len(others)} studies under way, the most for one person: wait until one is done, or stop one "
            "(they are listed on Runs)."
        )


def recover(store: RunStore, client: "Client") -> int:
    """Send what is to be done to a cluster that may not know of it, what died too; return how many were sent."""
    store.sweep()
    store.reap()
    store.studies.reap()
    waiting: tuple[RunState, ...] = ("queued",)
    queued, studies = store.runs(limit=10_000, states=waiting), store.studies.active()
    for run in reversed(queued):
        _send(store, client, run.id, run.attempt)
    for study in studies:  # those that run, too: their workers may be gone
        send_study(store, client, study)
    return len(queued) + len(studies)


def send_lost(store: RunStore, client: "Client") -> None:
    """Send the runs and studies again that lost their workers, whoever noticed; what is found now is sent next time.

    Until then a worker that was only silent may come back.
    """
    waiting: tuple[RunState, ...] = ("queued",)
    for run in store.runs(limit=10_000, states=waiting):
        if run.stopped_because in (LOST, LEFT):
            _send(store, client, run.id, run.attempt)
    for study in store.studies.active():
        if study.state == "queued" and study.started_at:
            send_study(store, client, study)
    store.reap()
    store.studies.reap()


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
        if not was_killed(error):
            store.fail(run_id, attempt, lost_sentence(error))
            return
        store.lose(run_id, attempt)
        run = store.find(run_id)
        if run and run.state == "queued":
            _send(store, client, run_id, run.attempt, priority)

    give(client, f"run-{run_id}-{attempt}", execute, (run_id, attempt, store.url), priority, lost)
