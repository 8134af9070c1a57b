"""Pieces of studies that sleep, dealt to many simulated workers, and the processor's time that dealing a piece takes.

Each worker is a thread with its own part in the study, eight to a process; all share one SQLite store, as the workers
of a machine do. All pieces sleep equally long, so that many workers want the next one at the same moment.

python -m tests.benchmarks.dealing
"""

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path

from genre_core.store.runs import RunStore, new_run_id
from genre_core.studies.kinds import KINDS, Kind
from genre_core.studies.study import Result
from genre_core.values import Frozen
from genre_core.workers.study import Place, take_part
from tests.benchmarks.report import print_table

WORKERS = (1, 2, 8, 32, 64)
PIECES_EACH, SECONDS = 8, 2.0
EMPTY = 300
A_PROCESS = 8


class NapsConfig(Frozen):
    """How many naps, and how long each is in seconds."""

    n: int
    seconds: float


class Naps:
    """A study whose pieces sleep."""

    def __init__(self, config: NapsConfig) -> None:
        self._config = config

    def plan(self) -> Result:
        """Return nothing."""
        return {}

    def pieces(self, results: Sequence[Result] = ()) -> list[int]:
        """Return the naps that are missing."""
        had = {result["nap"] for result in results}
        return [nap for nap in range(self._config.n) if nap not in had]

    def do(self, piece: int) -> Iterator[Result | None]:
        """Sleep."""
        time.sleep(self._config.seconds)
        yield {"nap": piece}


def main() -> None:
    """Print how many times one worker's work many do, and what a piece costs."""
    rows = []
    for n in WORKERS:
        seconds, _ = timed(NapsConfig(n=n * PIECES_EACH, seconds=SECONDS), n)
        speed = n * PIECES_EACH * SECONDS / seconds
        rows.append((str(n), f"{speed:.1f}", f"{speed / n:.2f}"))
    print_table((f"workers, {PIECES_EACH} pieces of {SECONDS:.0f} s each", "times one", "of what is possible"), rows)
    _, cpu = timed(NapsConfig(n=EMPTY, seconds=0.0), 1)
    print(f"A piece costs {1000 * cpu / EMPTY:.1f} ms of the processor.")


def timed(config: NapsConfig, n_workers: int) -> tuple[float, float]:
    """Return the seconds that a study takes, and those of the processor where one process does it."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{Path(folder) / 'store.sqlite'}")
        study_id = new_run_id()
        store.studies.submit(study_id, "naps", config.model_dump_json())
        context = multiprocessing.get_context("spawn")
        shares = [min(A_PROCESS, n_workers - begun) for begun in range(0, n_workers, A_PROCESS)]
        ready, spent = context.Barrier(len(shares) + 1), context.Queue()
        others = [context.Process(target=work, args=(store.url, study_id, n, ready, spent)) for n in shares]
        for other in others:
            other.start()
        ready.wait()
        began = time.perf_counter()
        cpu = sum(spent.get() for _ in others)
        seconds = time.perf_counter() - began
        for other in others:
            other.join()
        found = store.studies.study(study_id)
        store.close()
        if (found.state, found.n_results) != ("complete", config.n):
            raise SystemExit(f"The study ended otherwise: {found.state}, {found.n_results} results. {found.error}")
        return seconds, cpu


def work(url: str, study_id: str, n_workers: int, ready: Barrier, spent: "multiprocessing.Queue[float]") -> None:
    """Let some workers do a study in this process, and tell how long the processor took."""
    KINDS["naps"] = Kind("naps", "nap", NapsConfig, lambda config, *_: Naps(config), data=lambda _: None)  # type: ignore[index]
    store = RunStore(url)
    threads = [threading.Thread(target=take_part, args=(store, study_id, 1, Place())) for _ in range(n_workers)]
    ready.wait()
    began = time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent.put(time.process_time() - began)
    store.close()


if __name__ == "__main__":
    main()
