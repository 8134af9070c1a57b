"""A study done by a local cluster that is started for it alone."""

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from genre_core.errors import ClusterError
from genre_core.store.runs import RunStore
from genre_core.workers.cluster import connect, start
from genre_core.workers.run import failing
from genre_core.workers.study import send_study

if TYPE_CHECKING:
    from distributed import Client

MOST_WORKERS = 64
LOOK_SECONDS = 0.1


def execute_with(n_workers: int, store: RunStore, study_id: str) -> None:
    """Do a queued study with so many worker processes, until it is written down how it ended."""
    study = store.studies.study(study_id)
    with failing("The work", study_id, lambda sentence: store.studies.fail(study_id, study.attempt, sentence)):
        cluster = start(n_workers)
        try:
            client = connect(cluster.address)
            send_study(store, client, study)
            while store.studies.study(study_id).active or _works(client):
                if not cluster.alive:
                    raise ClusterError("The training processes ended: the work is saved and can be continued.")
                time.sleep(LOOK_SECONDS)
            client.close()  # type: ignore[no-untyped-call]
        finally:
            cluster.close()


def _works(client: "Client") -> bool:
    """Return whether a worker still writes down what it has, as after a stop."""
    with suppress(OSError, TimeoutError):
        return bool(client.run_on_scheduler(_is_busy))  # type: ignore[no-untyped-call]
    return False


def _is_busy(dask_scheduler: Any) -> bool:
    return any(worker.processing for worker in dask_scheduler.workers.values())
