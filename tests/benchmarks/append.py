"""Cost of one epoch in the store, beside a bare SQLite insert of the same bytes in the same mode.

python -m tests.benchmarks.append
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

from genre_core.settings.config import ExperimentConfig
from genre_core.store.runs import RunStore
from genre_core.store.schema import Epoch
from tests.benchmarks.report import median, milliseconds, p95, print_table

EPOCHS, LONG_RUN, REPEATS = 400, 50, 100
PREDICTIONS = bytes(number % 8 for number in range(1197))
COLUMNS = ", ".join(Epoch.__dataclass_fields__)


def epoch(number: int) -> Epoch:
    return Epoch(number, 1 / number, 0.7, 1.1 / number, 0.69, 1e-3, 0.1, is_best=number % 3 == 0)


def claimed(store: RunStore, run_id: str) -> str:
    store.submit(run_id, ExperimentConfig())
    store.claim(run_id, 1)
    return run_id


def bare(path: Path) -> Callable[[Epoch], None]:
    """Return a function that inserts an epoch with nothing between it and SQLite, a transaction each."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"CREATE TABLE epochs (run_id TEXT, {COLUMNS}, predictions BLOB, PRIMARY KEY (run_id, epoch))")
    places = ", ".join("?" * (2 + len(Epoch.__dataclass_fields__)))
    return lambda one: connection.execute(f"INSERT INTO epochs VALUES ({places})", ("run", *astuple(one), PREDICTIONS))


def main() -> None:
    """Time each operation in turn, and print a table."""
    seconds: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        started = time.perf_counter()
        work()
        seconds.setdefault(name, []).append(time.perf_counter() - started)

    with tempfile.TemporaryDirectory(prefix="genre-lab-benchmark-") as folder:
        store = RunStore(f"sqlite:///{folder}/store.sqlite")
        insert = bare(Path(folder) / "bare.sqlite")
        short, long = claimed(store, "short"), claimed(store, "long")
        for number in range(1, LONG_RUN + 1):
            store.append(short, 1, epoch(number), PREDICTIONS)
        for number in range(1, EPOCHS + 1):
            one = epoch(number)
            timed("bare insert of the same bytes", lambda one=one: insert(one))
            timed("append an epoch", lambda one=one: store.append(long, 1, one, PREDICTIONS))
        for _ in range(REPEATS):
            timed("sign of life", lambda: store.beat(long, 1))
            timed("read the revision", lambda: store.revision(short))
            timed("read the run", lambda: store.run(short))
            timed(f"read {LONG_RUN} epochs", lambda: store.epochs(short))
            timed("read one epoch's predictions", lambda: store.predictions(short, LONG_RUN))
        store.close()
    base = median(seconds["bare insert of the same bytes"])
    rows = [
        (name, milliseconds(median(times)), milliseconds(p95(times)), f"{median(times) / base:.1f}")
        for name, times in seconds.items()
    ]
    print_table(("1,197 predictions an epoch", "median", "p95", "ratio"), rows)


if __name__ == "__main__":
    main()
