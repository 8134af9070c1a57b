"""A table of 100,000 new rows and 57 columns: what reading, looking over, answering and writing take of a processor.

python -m tests.benchmarks.predicting [N_ROWS]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from genre_core.data.tables.reading import read_table
from genre_core.judging.predicting.answering import answer, ready
from genre_core.judging.predicting.tables import learned_by, read_new
from genre_core.settings.names import configure
from genre_core.store.runs import RunStore
from genre_core.takehome.answers import answer_table, with_threshold, written
from genre_core.workers.run import execute
from tests.benchmarks.report import print_table

N_TRAINED, N_GENRES, N_FEATURES = 1_000, 8, 57
Made = TypeVar("Made")


def table(n_rows: int, seed: int) -> bytes:
    """Return names, features of five decimals, and genres as CSV."""
    import pandas as pd

    rng = np.random.default_rng(seed)
    y = rng.integers(0, N_GENRES, n_rows)
    X = np.random.default_rng(5).normal(size=(N_GENRES, N_FEATURES))[y] + 2 * rng.normal(size=(n_rows, N_FEATURES))
    frame = pd.DataFrame(X, columns=[f"f{number}" for number in range(N_FEATURES)])
    frame.insert(0, "filename", [f"{seed} {number}.wav" for number in range(n_rows)])
    return frame.assign(genre=y).to_csv(index=False, float_format="%.5f").encode()


def timed(costs: list[tuple[str, str, str]], what: str, make: Callable[[], Made]) -> Made:
    """Note the seconds of the processor, and by the clock, that something takes."""
    processor, clock = time.process_time(), time.perf_counter()
    made = make()
    costs.append((what, f"{time.process_time() - processor:.2f} s", f"{time.perf_counter() - clock:.2f} s"))
    return made


def main(n_rows: int) -> None:
    """Train a run, then let it answer."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{Path(folder) / 'store.sqlite'}")
        own = read_table([("own.csv", table(N_TRAINED, 0))])
        store.put_table(own.content_hash, own.name, own.parquet, own.n_rows, own.n_columns)
        store.submit("run", configure({"data.source": "table", "data.table": own.content_hash}))
        execute("run", 1, store.url)
        run, new = store.run("run"), table(n_rows, 1)
        fitted, _ = ready(store, run.id, run.attempt)
        costs: list[tuple[str, str, str]] = []
        reading = timed(costs, "reading the file", lambda: read_table([("new.csv", new)]))
        seen = timed(costs, "looking it over", lambda: read_new(reading, learned_by(fitted), fitted.genres))
        found = timed(costs, "answering and judging", lambda: answer(store, run, seen.rows))
        answers = timed(costs, "the table of answers", lambda: answer_table(found))
        timed(costs, "another threshold", lambda: with_threshold(answers, found, 0.5))
        for ending in (".csv", ".parquet"):
            timed(costs, f"writing {ending}", lambda ending=ending: written(answers, ending))
        store.close()
    print_table((f"{n_rows:,} rows of {N_FEATURES} columns", "processor", "clock"), costs)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
