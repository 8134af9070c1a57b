"""Memory of a worker that trains on 8,000 clips of 30 s: on 57 columns, and on spectrograms that lie in shards.

python -m tests.benchmarks.many_clips

What is measured on the clips is random numbers of that shape; no sound is made. Pages of shards that are mapped into
memory count as they stand in the process, though the system may take them back at any time: beside the peak stands
what the process itself has asked for.
"""

import hashlib
import multiprocessing
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from genre_core.data.clips.collection import COLUMNS, Collection
from genre_core.data.clips.gathering import extractor_of
from genre_core.data.clips.shards import Window
from genre_core.data.clips.spectrograms import shape_of
from genre_core.settings.names import configure
from genre_core.store.runs import RunStore
from genre_core.studies.extraction import CLIPS_A_TASK
from genre_core.workers.run import execute
from tests.benchmarks.report import print_table

N_CLIPS, SECONDS, GENRES = 8000, 30.0, 8
RUNS: dict[str, dict[str, Any]] = {
    "57 columns, a perceptron": {"data.features": "gtzan57"},
    "spectrograms, a CNN": {"data.features": "logmel", "model.architecture": "cnn"},
}
LOOK_SECONDS = 0.02


def make_store(url: str) -> str:
    """Store a collection of clips and what is measured on them; return its hash."""
    import pandas as pd

    store, rng = RunStore(url), np.random.default_rng(0)
    clips = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(N_CLIPS)]
    facts = {"seconds": SECONDS, "sample_rate": 44_100, "channels": 2, "codec": "MP3", "loudness": -14.0, "peak": 0.9}
    known = {"album": "", "artist": "", "problem": ""} | facts
    rows = [
        {"clip": clip, "file": f"{n:05}.mp3", "genre": f"genre {n % GENRES}", "track": f"{n:05}"} | known
        for n, clip in enumerate(clips)
    ]
    collection = Collection("clips", pd.DataFrame(rows)[list(COLUMNS)])
    store.put_collection(collection)
    windows = [Window(clip, 0, round(1000 * SECONDS)) for clip in clips]
    shapes = {"gtzan57": (57,), "logmel": shape_of("logmel", windows, 0.0)}
    for name, shape in shapes.items():
        kind = np.float32 if name == "gtzan57" else np.float16
        for first in range(0, N_CLIPS, CLIPS_A_TASK):
            some = windows[first : first + CLIPS_A_TASK]
            values = rng.normal(size=(len(some), *shape)).astype(kind)
            store.clips.save(extractor_of(name), values, some, {})
    store.close()
    return collection.content_hash


def train(url: str, run_id: str) -> None:
    """Train a run as a worker does."""
    execute(run_id, 1, url)


def peak(process: psutil.Process, found: dict[str, int]) -> None:
    """Watch a process until it ends: its memory, and that without what is mapped from files."""
    try:
        while process.is_running():
            seen = process.memory_info()
            found["all"] = max(found["all"], seen.rss)
            found["own"] = max(found["own"], seen.rss - seen.shared)
            time.sleep(LOOK_SECONDS)
    except psutil.NoSuchProcess:
        return


def main() -> None:
    """Train each network for an epoch in a process of its own, and print a table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'store.sqlite'}"
        table = make_store(url)
        for number, (name, settings) in enumerate(RUNS.items()):
            store = RunStore(url)
            wanted = {"data.source": "clips", "data.table": table, "train.max_epochs": 1, **settings}
            store.submit(f"run{number}", configure(wanted))
            worker = multiprocessing.get_context("spawn").Process(target=train, args=(url, f"run{number}"))
            began = time.monotonic()
            worker.start()
            found = {"all": 0, "own": 0}
            watcher = threading.Thread(target=peak, args=(psutil.Process(worker.pid), found))
            watcher.start()
            worker.join()
            watcher.join()
            run = store.run(f"run{number}")
            assert run.state == "complete", run.error
            megabytes = [f"{found[kind] / 2**20:,.0f} MiB" for kind in ("all", "own")]
            rows.append((name, *megabytes, f"{time.monotonic() - began:.0f} s"))
            store.close()
    print_table(("8,000 clips of 30 s", "peak memory", "without mapped files", "one epoch, all in all"), rows)


if __name__ == "__main__":
    main()
