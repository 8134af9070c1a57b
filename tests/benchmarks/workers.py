"""Two workers against one: several people's repeats of the notebook at a time, on a cluster of each size, in turn.

A study is one worker's, so that two workers help where there are at least two studies (or runs). Workers stand back for
all other programs: what these left them is told as the cores that they got, and two workers do twice as much where both
cores are theirs and an epoch costs the processor no more than with one.

python -m tests.benchmarks.workers
"""

import os
import tempfile
import time
from pathlib import Path

from distributed import Client

from genre_core.settings.config import ExperimentConfig, TrainConfig
from genre_core.store.runs import RunStore
from genre_core.studies.kinds import REPEATS
from genre_core.studies.repeats.config import OtherSeeds, RepeatsConfig
from genre_core.workers import cluster
from genre_core.workers import commands as jobs
from tests.benchmarks.report import print_table

STUDIES, MEMBERS, EPOCHS = 8, 8, 8
DEADLINE = 300.0


def main() -> None:
    """Do the same studies with one worker and with two, and print how long they take."""
    rows = []
    for n_workers in (1, 2):
        seconds, cpu = timed(n_workers)
        each = 1000 * cpu / (STUDIES * MEMBERS * EPOCHS)
        name = f"{n_workers} worker{'s' if n_workers > 1 else ''}"
        rows.append((name, f"{seconds:.1f} s", f"{cpu / seconds:.2f}", f"{each:.1f} ms"))
    what = f"{STUDIES} studies of {MEMBERS} networks, {EPOCHS} epochs each"
    print_table((what, "on the clock", "cores that they got", "an epoch, of the processor"), rows)


def timed(n_workers: int) -> tuple[float, float]:
    """Return the seconds from the first study's submission to the last one's end, and those of the processor."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{Path(folder) / 'store.sqlite'}")
        process = cluster.start(n_workers)
        try:
            with cluster.connect(process.address) as client:
                client.wait_for_workers(n_workers, timeout=60)
                done(store, client, [f"warm-{number}" for number in range(n_workers)], 1)
                began, began_cpu = time.perf_counter(), sum(client.run(time.process_time).values())
                done(store, client, [f"study-{number}" for number in range(STUDIES)], EPOCHS)
                return time.perf_counter() - began, sum(client.run(time.process_time).values()) - began_cpu
        finally:
            process.close()
            store.close()


def done(store: RunStore, client: Client, names: list[str], epochs: int) -> None:
    """Submit studies and wait until all are complete."""
    for number, name in enumerate(names):
        train = TrainConfig(seed=100 * number, max_epochs=epochs, patience=epochs)
        config = RepeatsConfig(experiment=ExperimentConfig(train=train), what=OtherSeeds(times=MEMBERS, vary="network"))
        jobs.submit_study(store, client, name, REPEATS.kind, config)
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
