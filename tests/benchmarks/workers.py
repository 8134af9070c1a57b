"""Two workers against one: several people's repeats of the notebook at a time, on a cluster of each size, in turn.

A study is one worker's, so that two workers help where there are at least two studies (or runs). With both cores to
themselves two workers take half as long; what other programs take is what is missing.

python -m tests.benchmarks.workers
"""

import os
import tempfile
import time
from pathlib import Path

from distributed import Client

from genre_core import cluster, jobs
from genre_core.config import ExperimentConfig, TrainConfig
from genre_core.selection import OtherSeeds, RepeatsConfig
from genre_core.store import RunStore
from genre_core.studying import REPEATS
from tests.benchmarks.report import print_table

STUDIES, MEMBERS, EPOCHS = 4, 8, 4
DEADLINE = 300.0


def main() -> None:
    """Do the same studies with one worker and with two, and print how long they take."""
    rows = []
    for n_workers in (1, 2):
        seconds = timed(n_workers)
        each = 1000 * seconds / (STUDIES * MEMBERS * EPOCHS)
        rows.append((f"{n_workers} worker{'s' if n_workers > 1 else ''}", f"{seconds:.1f} s", f"{each:.1f} ms"))
    print_table((f"{STUDIES} studies of {MEMBERS} networks, {EPOCHS} epochs each", "on the clock", "an epoch"), rows)


def timed(n_workers: int) -> float:
    """Return the seconds from the first study's submission to the last one's end."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{Path(folder) / 'store.sqlite'}")
        process = cluster.start(n_workers)
        try:
            with cluster.connect(process.address) as client:
                client.wait_for_workers(n_workers, timeout=60)
                done(store, client, [f"warm-{number}" for number in range(n_workers)], 1)
                began = time.perf_counter()
                done(store, client, [f"study-{number}" for number in range(STUDIES)], EPOCHS)
                return time.perf_counter() - began
        finally:
            process.close()
            store.close()


def done(store: RunStore, client: Client, names: list[str], epochs: int) -> None:
    """Submit studies and wait until all are complete."""
    for number, name in enumerate(names):
        train = TrainConfig(seed=100 * number, max_epochs=epochs, patience=epochs)
        config = RepeatsConfig(experiment=ExperimentConfig(train=train), what=OtherSeeds(times=MEMBERS, vary="network"))
        jobs.submit_study(store, client, name, REPEATS, config)
    end = time.monotonic() + DEADLINE
    while any(store.studies.study(name).state in ("queued", "running") for name in names):
        if time.monotonic() > end:
            raise SystemExit(f"The studies were not done after {DEADLINE:.0f} s (load {os.getloadavg()[0]:.1f}).")
        time.sleep(0.1)
    states = {store.studies.study(name).state for name in names}
    if states != {"complete"}:
        raise SystemExit(f"Studies ended otherwise: {states}.")


if __name__ == "__main__":
    main()
