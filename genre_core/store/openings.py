"""How often a test set was looked at: once for each configuration whose score on it somebody has seen.

Who picks the best of several configurations by their test scores reports a score that is too good, and the more of them
the better it looks. What counts is therefore not clicks but different configurations on the same tracks of the same
source, whichever features of them they are given. A lens that judges a published split looks at its test part too: each
classifier with each of its seeds is a configuration there.
"""

import json
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from genre_core.data.sources import load_dataset
from genre_core.data.splitting import name_test_set
from genre_core.errors import DataError, RunStateError
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.store.schema import openings as _openings
from genre_core.store.schema import runs as _runs
from genre_core.training.predictions import Predictions


@dataclass(frozen=True)
class Openings:
    """For how many configurations a run's test set was opened, and whether the run's own is among them."""

    n: int = 0
    opened: bool = False


def openings_of(store: RunStore, runs: Iterable[Run]) -> dict[str, Openings]:
    """Return for each run, by its id, how often its test set was opened."""
    runs = list(runs)
    wanted = {run.context["test_hash"] for run in runs if "test_hash" in run.context}
    query = select(_openings.c.test_hash, _openings.c.fingerprint).where(_openings.c.test_hash.in_(wanted))
    seen: dict[str | None, set[str]] = {}
    with store.transaction() as connection:
        for test_hash, fingerprint in connection.execute(query):
            seen.setdefault(test_hash, set()).add(fingerprint)
    by_run = {run.id: (run, seen.get(run.context.get("test_hash"), set())) for run in runs}
    return {run_id: Openings(len(of), run.fingerprint in of) for run_id, (run, of) in by_run.items()}


def open_test(store: RunStore, run: Run) -> Openings:
    """Write down that somebody looks at the test part of a run; a second time for its configuration changes nothing.

    Raises
    ------
    RunStateError
        The run is not complete, so that there is nothing to look at.
    StoreError
        It could not be written down.
    """
    test_hash = run.context.get("test_hash") or _computed(store, run)
    if run.state != "complete" or test_hash is None:
        raise RunStateError(f"The run {run.name} has no test score yet: open its test part when it is complete.")
    count_opening(store, test_hash, run.fingerprint, run.id)
    known = run
    if "test_hash" not in run.context:
        known = replace(run, context={**run.context, "test_hash": test_hash})
        with store.transaction() as connection:
            connection.execute(update(_runs).where(_runs.c.id == run.id).values(context=json.dumps(known.context)))
    return openings_of(store, [known])[run.id]


def count_openings(store: RunStore, test_hash: str) -> int:
    """Return for how many configurations a test set was opened."""
    query = select(func.count()).select_from(_openings).where(_openings.c.test_hash == test_hash)
    with store.transaction() as connection:
        return int(connection.execute(query).scalar_one())


def count_opening(store: RunStore, test_hash: str, fingerprint: str, looked_by: str) -> None:
    """Count that a configuration's score on a test set was seen; a second look at it changes nothing."""
    opening = {"test_hash": test_hash, "fingerprint": fingerprint, "run_id": looked_by, "opened_at": time.time()}
    with suppress(IntegrityError), store.transaction() as connection:  # it was opened before
        connection.execute(insert(_openings).values(opening))


def _computed(store: RunStore, run: Run) -> str | None:
    """Return the name of the test set of a run that was stored before test sets had one."""
    saved = store.artifact(run.id, "logits")
    if saved is None:
        return None
    every = Predictions.load(saved)
    names, rows = _names_of_rows(store, run, len(every)), every.of("test").rows.tolist()
    return name_test_set(run.config.data, (names[row] for row in rows))


def _names_of_rows(store: RunStore, run: Run, n_rows: int) -> Sequence[str]:
    """Return what names each row that a run was about, or its number where the data can't be read any more.

    A look has to be counted even then, though not together with those at runs whose tracks are known.
    """
    with suppress(DataError):
        dataset = load_dataset(run.config.data, store)
        if dataset.content_hash == run.context.get("data_hash"):
            return dataset.tracks
    return [str(row) for row in range(n_rows)]
