"""Two workers against one, on one study at a time: a search, repetitions and a lens, with each cluster in turn.

Workers stand back for all other programs: what these left them is told as the cores that they got. Two workers are
twice as fast where both cores are theirs and the study costs the processor no more than with one.

python -m tests.benchmarks.workers [trials]
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from distributed import Client

from genre_core.settings.config import ExperimentConfig, TrainConfig
from genre_core.store.runs import RunStore
from genre_core.studies.kinds import LENS, REPEATS, SEARCH
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.repeats.config import OtherSeeds, RepeatsConfig
from genre_core.workers import cluster
from genre_core.workers import commands as jobs
from tests.benchmarks.report import print_table
from tests.benchmarks.search import made

MEMBERS, SPLITS, EPOCHS = 32, 10, 40
DEADLINE = 600.0

Found = tuple[float, float]
"""Seconds on the clock, and of the processor."""


def main(n_trials: int = 200) -> None:
    """Do the same studies with one worker and with two, and print how long they take."""
    found = {n_workers: timed(n_workers, n_trials) for n_workers in (1, 2)}
    rows = []
    for name, (one, one_cpu) in found[1].items():
        two, two_cpu = found[2][name]
        got = f"{one_cpu / one:.2f} and {two_cpu / two:.2f}"
        rows.append((name, f"{one:.1f} s", f"{two:.1f} s", f"{one / two:.2f}", got, f"{two_cpu / one_cpu:.2f}"))
    header = ("study", "one worker", "two", "times as fast", "cores that they got", "processor, two to one")
    print_table(header, rows)


def studies(n_trials: int) -> dict[str, tuple[str, object]]:
    """Return what is done, by its name: the kind of study, and its configuration."""
    train = TrainConfig(max_epochs=EPOCHS, patience=EPOCHS)
    repeats = RepeatsConfig(experiment=ExperimentConfig(train=train), what=OtherSeeds(times=MEMBERS, vary="network"))
    return {
        f"a search of {n_trials} trials": (SEARCH.kind, made("tpe", True, n_trials)),
        f"{MEMBERS} repetitions, {EPOCHS} epochs each": (REPEATS.kind, repeats),
        f"a lens of {SPLITS} splits": (LENS.kind, LensConfig(n_repeats=SPLITS)),
    }


def timed(n_workers: int, n_trials: int) -> dict[str, Found]:
    """Return how long each study takes, from its submission to its end."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{Path(folder) / 'store.sqlite'}")
        process = cluster.start(n_workers)
        try:
            with cluster.connect(process.address) as client:
                client.wait_for_workers(n_workers, timeout=60)
                do(
                    store,
                    client,
                    "warm",
                    REPEATS.kind,
                    RepeatsConfig(experiment=ExperimentConfig(train=TrainConfig(max_epochs=1))),
                )
                for name, (kind, config) in studies(n_trials).items():
                    began, began_cpu = time.perf_counter(), processor(client)
                    do(store, client, name, kind, config)
                    found[name] = time.perf_counter() - began, processor(client) - began_cpu
        finally:
            process.close()
            store.close()
    return found


def processor(client: Client) -> float:
    return sum(client.run(time.process_time).values())


def do(store: RunStore, client: Client, name: str, kind: str, config: object) -> None:
    """Submit a study and wait until it is complete."""
    jobs.submit_study(store, client, name, kind, config)
    end = time.monotonic() + DEADLINE
    while store.studies.study(name).active:
        if time.monotonic() > end:
            raise SystemExit(f"It was not done after {DEADLINE:.0f} s (load {os.getloadavg()[0]:.1f}).")
        time.sleep(0.05)
    if (study := store.studies.study(name)).state != "complete":
        raise SystemExit(f"It ended otherwise: {study.error}")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
