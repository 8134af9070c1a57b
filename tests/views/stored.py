"""Contents that tests of pages put into their store: trained runs, and a table of recordings in pieces."""

import hashlib
from collections.abc import Callable, Iterator

from genre_core.data.tables.reading import read_table
from genre_core.settings.names import configure
from genre_core.store.runs import RunStore
from genre_core.workers.run import execute

Values = Callable[[bytes], object]
"""A digest of a row → the row's value of a feature."""
NOISE = {"a": lambda digest: digest[0], "b": lambda digest: digest[1]}
"""Features that say nothing of the genre."""


def trained(store: RunStore, run_id: str, base: dict, name: str = "", **settings) -> None:
    """Train a run of the settings in `base` and of these, their dots written as __."""
    given = {key.replace("__", "."): value for key, value in settings.items()}
    store.submit(run_id, configure(base | given), name)
    execute(run_id, 1, store.url)
    assert store.run(run_id).state == "complete", store.run(run_id).error


def put_segments(store: RunStore, salt: str, **features: Values) -> dict[str, str]:
    """Store a table of recordings in four pieces, three genres of twelve; return the settings that choose it."""
    features = features or NOISE
    header = ",".join(["filename", *(f'"{name}"' for name in features), "label"])
    read = read_table([("segments.csv", "\n".join([header, *_rows(salt, list(features.values()))]).encode())])
    store.put_table(read.content_hash, read.name, read.parquet, read.n_rows, read.n_columns, read.notes)
    return {"data__source": "table", "data__table": read.content_hash}


def _rows(salt: str, features: list[Values]) -> Iterator[str]:
    for genre in ("blues", "jazz", "rock"):
        for recording in range(12):
            for piece in range(4):
                digest = hashlib.sha256(f"{salt}{genre}{recording}{piece}".encode()).digest()
                values = ",".join(str(value(digest)) for value in features)
                yield f"{genre}.{recording:05}.{piece}.wav,{values},{genre}"
