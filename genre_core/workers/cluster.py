"""The processes that train: a local Dask cluster that lives as long as its parent.

`python -m genre_core.workers.cluster` prints its address as one line of JSON and leaves when its standard input ends,
however the parent ended. Workers are forked from one process that has torch imported. They have one thread each and
low priority, so that training never freezes a page; one that is killed is replaced, and so is the process that they are
forked from. Its task is not tried again as it was: its run is queued anew in the store and goes on from its last
checkpoint. Only this machine can reach it.
"""

import json
import logging
import os
import select
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from genre_core.errors import ClusterError
from genre_core.store.database import is_sqlite
from genre_core.workers.versions import KEY, check_versions, own_versions

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

START_SECONDS, CONNECT_SECONDS, LEAVE_SECONDS = 240.0, 10.0, 1.0
LOOK_SECONDS = 2.0
NICE = 10
SESSION = Path("/proc/self/autogroup")
"""The share of the processor of a session: Linux deals it out to sessions, and to processes only within them."""

_ROOT = Path(__file__).resolve().parents[2]
_SETTINGS = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,  # a run waits in the queue, not behind a busy worker
    "distributed.worker.multiprocessing-method": "forkserver",
    "distributed.deploy.lost-worker-timeout": "2m",  # after which a worker that still starts would be given up
    # Nobody looks at what each process measures of itself up to a hundred times a second, also while it is idle.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "10s",
}
_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
_IMPORTED = [
    "distributed",
    "sklearn.ensemble",
    "sklearn.model_selection",
    "optuna",
    "alembic.command",
    "genre_core.training.trainer",
    "genre_core.networks.twister",
    "genre_core.evaluation.report",
    "genre_core.workers.study",
]
"""Slow modules, imported once in the process that all workers are forked from."""


@dataclass(frozen=True)
class ClusterProcess:
    """A local cluster that this process has started."""

    address: str
    process: "subprocess.Popen[str]"

    @property
    def alive(self) -> bool:
        """Return whether it still runs."""
        return self.process.poll() is None

    def close(self) -> None:
        """End it and its workers."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(n_workers: int | None = None) -> ClusterProcess:
    """Start a local cluster as a child of this process, with one worker for each core.

    Raises ClusterError where it did not start.
    """
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "genre_core.workers.cluster", *([] if n_workers is None else [str(n_workers)])]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the parent, which takes the cluster with it
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdout
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    line = process.stdout.readline()
    watchdog.cancel()
    if not line:
        ClusterProcess("", process).close()
        raise ClusterError("The training processes did not start: the terminal says why, or the machine is too busy.")
    return ClusterProcess(json.loads(line)["address"], process)


def connect(address: str | None = None) -> "Client":
    """Connect to a scheduler: the one at `address`, or the one that `GENRE_LAB_SCHEDULER` names.

    Raises ClusterError where none is named, it does not answer, or it or one of its workers has other versions than
    this machine.
    """
    from distributed import Client

    target = address or os.environ.get("GENRE_LAB_SCHEDULER")
    if not target:
        raise ClusterError("No scheduler is named: set GENRE_LAB_SCHEDULER, or start a local cluster.")
    try:
        client = Client(target, set_as_default=False, timeout=CONNECT_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"The scheduler at {target} does not answer: check that it runs, or unset GENRE_LAB_SCHEDULER."
        ) from error
    try:
        check_versions(client)
    except ClusterError:
        client.close(timeout=2)  # type: ignore[no-untyped-call]
        raise
    return client


def check_store(store_url: str, scheduler: str) -> None:
    """Refuse a file as the store of workers that may be on other machines.

    Raises ClusterError where the store is an SQLite file, and the scheduler is not reached by this machine's own
    address alone.
    """
    host = urlsplit(scheduler if "://" in scheduler else f"//{scheduler}").hostname
    try:
        addresses = [ip_address(found[4][0]) for found in socket.getaddrinfo(host, None)]
    except OSError:
        return  # connecting says so
    if is_sqlite(store_url) and not all(address.is_loopback for address in addresses):
        raise ClusterError(
            f"Workers of the scheduler at {scheduler} may be on other machines, which do not share the SQLite file of "
            "this one: name a PostgreSQL database in GENRE_LAB_STORE."
        )


def dask_setup(server: Any) -> None:
    """Warm a fresh worker up and make it polite, or tell a scheduler not to try again by itself (a Dask preload)."""
    if hasattr(server, "allowed_failures"):
        server.allowed_failures = 0
        return
    from genre_core.networks.masks import TorchMasks
    from genre_core.workers.run import warm_up

    server.startup_information[KEY] = lambda _: own_versions()
    warm_up()
    TorchMasks.load_compiled()
    os.nice(NICE)


def complete(cluster: "LocalCluster", n_workers: int) -> None:
    """Start workers for those that could not be started again, as while the process that forks them was dying."""
    from distributed import Status

    for name, worker in list(cluster.workers.items()):
        if worker.status in (Status.closed, Status.failed):
            del cluster.workers[name]
    cluster.scale(n_workers)  # type: ignore[no-untyped-call]


def main(n_workers: int) -> None:
    """Run the cluster until standard input ends."""
    with suppress(OSError):  # of a session of its own: workers would stand back for nobody but each other
        SESSION.write_text(str(NICE))
    os.environ["PYTHONWARNINGS"] = "ignore::UserWarning:multiprocessing.resource_tracker"  # it has nothing to add
    os.environ.update(_THREADS)
    forkserver.set_forkserver_preload(_IMPORTED)
    forkserver.ensure_running()  # it imports while this process does

    import dask
    from distributed import LocalCluster

    dask.config.set(_SETTINGS)
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=n_workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        preload=["genre_core.workers.cluster"],
        silence_logs=logging.ERROR,
    ) as cluster:
        print(json.dumps({"address": cluster.scheduler_address}), flush=True)
        with suppress(KeyboardInterrupt):
            while not select.select([sys.stdin], [], [], LOOK_SECONDS)[0]:
                cluster.loop.add_callback(complete, cluster, n_workers)
        logging.disable()
        farewell = threading.Timer(LEAVE_SECONDS, os._exit, (0,))  # workers watch this process and end with it
        farewell.daemon = True
        farewell.start()


if __name__ == "__main__":
    asked_for = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("GENRE_LAB_WORKERS", "")
    main(int(asked_for) if asked_for.isdecimal() and int(asked_for) else os.cpu_count() or 1)
