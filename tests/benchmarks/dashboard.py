"""Real dashboards on free ports of 127.0.0.1, with a store and workers of their own, while a benchmark runs."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from genre_core.store.runs import RunStore
from genre_core.workers import cluster
from tests import postgresql

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


@dataclass(frozen=True)
class Dashboard:
    """A running dashboard: `address` is host and port, `store` the one that it uses."""

    address: str
    store: RunStore
    scheduler: str
    process: psutil.Process
    workers: tuple[psutil.Process, ...]


@contextmanager
def dashboard(n_workers: int = 2) -> Iterator[Dashboard]:
    """Start workers and a dashboard that uses them; end both."""
    with dashboards(1, n_workers) as (board,):
        yield board


@contextmanager
def dashboards(n: int, n_workers: int = 2, *, on_postgresql: bool = False) -> Iterator[list[Dashboard]]:
    """Start workers and dashboards that share them and one store; end all."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="genre-lab-benchmark-")))
        url = f"sqlite:///{folder}/store.sqlite"
        if on_postgresql:
            url = stack.enter_context(postgresql.server(folder.parent)).database()
        store = RunStore(url)
        stack.callback(store.close)
        os.environ["GENRE_LAB_STORE"] = store.url
        workers = cluster.start(n_workers)
        stack.callback(workers.close)
        there = [stack.enter_context(server(folder / f"log {k}", store.url, workers.address)) for k in range(n)]
        trainers = _workers(workers.process.pid)
        yield [Dashboard(address, store, workers.address, process, trainers) for address, process in there]


@contextmanager
def server(log: Path, store: str, scheduler: str) -> Iterator[tuple[str, psutil.Process]]:
    """Start a dashboard; without a scheduler it has a cluster of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py"]
    command += ["--server.address", "127.0.0.1", "--server.port", address.split(":")[1]]
    own = {"GENRE_LAB_STORE": store, "GENRE_LAB_SCHEDULER": scheduler, "OMP_NUM_THREADS": "1"}
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env=os.environ | own) as process,
    ):
        try:
            _wait_until_up(address, process, log)
            yield address, psutil.Process(process.pid)
        finally:
            process.terminate()
    said = [line for line in log.read_text(errors="replace").splitlines() if "Traceback" in line or "Error" in line]
    if said:
        print(f"the dashboard's log has {len(said)} lines of errors; the first: {said[0]}")


def _wait_until_up(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"http://{address}/_stcore/health", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The dashboard did not start: {log.read_text(errors='replace')[-2000:]}")


def _workers(pid: int) -> tuple[psutil.Process, ...]:
    """Return the processes that train: the children of the cluster's process that are no resource tracker."""
    children = psutil.Process(pid).children(recursive=True)
    return tuple(child for child in children if "spawn_main" in " ".join(child.cmdline()))


def memory(process: psutil.Process) -> tuple[float, float | None]:
    """Return resident and proportional memory (each page shared by n processes counts 1/n) in MiB; None: not known."""
    resident = process.memory_info().rss / 2**20
    try:
        return resident, process.memory_full_info().pss / 2**20
    except (psutil.AccessDenied, AttributeError):
        return resident, None
