"""Two workers against one, measuring the 57 columns of a collection of 30-second clips, as a run or a study does it.

python -m tests.benchmarks.extraction
"""

import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from distributed import Client

from genre_core.data.clips.sounds import SAMPLE_RATE
from genre_core.settings.config import ClipsConfig
from genre_core.store.runs import RunStore
from genre_core.studies.extraction import ExtractionConfig
from genre_core.studies.kinds import EXTRACTION
from genre_core.terminal.inputs import import_clips
from genre_core.workers import cluster
from genre_core.workers import commands as jobs
from tests.benchmarks.report import print_table

CLIPS, SECONDS = 160, 30
DEADLINE = 300.0


def main() -> None:
    """Measure the same clips with one worker and with two, and print how long that takes."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        write_clips(Path(folder) / "clips")
        for n_workers in (1, 2):
            seconds, cpu = timed(Path(folder), n_workers)
            name = f"{n_workers} worker{'s' if n_workers > 1 else ''}"
            rows.append((name, f"{seconds:.1f} s", f"{CLIPS / seconds:.1f}", f"{cpu / seconds:.2f}"))
    what = f"{CLIPS} clips of {SECONDS} s"
    print_table((what, "on the clock", "clips a second", "cores that they got"), rows)


def write_clips(folder: Path) -> None:
    """Write noise in two genres, so that nothing is found in what was measured before."""
    for number in range(CLIPS):
        path = folder / ("hiss", "hum")[number % 2] / f"{number:04}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        sound = 0.1 * np.random.default_rng(number).standard_normal(SECONDS * SAMPLE_RATE)
        soundfile.write(path, sound, SAMPLE_RATE)


def timed(folder: Path, n_workers: int) -> tuple[float, float]:
    """Return the seconds from the start of an extraction to its end, and those of the processor."""
    store = RunStore(f"sqlite:///{folder / f'{n_workers}.sqlite'}")
    config = ClipsConfig(table=import_clips(folder / "clips", store)[0].content_hash)
    process = cluster.start(n_workers)
    try:
        with cluster.connect(process.address) as client:
            client.wait_for_workers(n_workers, timeout=60)
            began, began_cpu = time.perf_counter(), processor_seconds(client)
            jobs.submit_study(store, client, "measure", EXTRACTION.kind, ExtractionConfig(data=config))
            while store.studies.study("measure").state in ("queued", "running"):
                if time.perf_counter() - began > DEADLINE:
                    raise TimeoutError("the extraction did not end")
                time.sleep(0.05)
            return time.perf_counter() - began, processor_seconds(client) - began_cpu
    finally:
        process.close()
        store.close()


def processor_seconds(client: Client) -> float:
    """Return what the workers have taken of the processor."""
    return float(sum(client.run(time.process_time).values()))


if __name__ == "__main__":
    main()
