"""How often test tracks were looked at: once for each configuration whose score on any of them somebody has seen.

Who picks the best of several configurations by their test scores reports a score that is too good, and the more of them
the better it looks. What counts is therefore not clicks but different configurations, and not the names of test parts
but their tracks: two splits of the same source that share test tracks show the same tracks, whichever features of them
are given. A lens that judges a published split looks at test tracks too: each classifier with each of its seeds is a
configuration there.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from genre_core.data.sources import load_dataset
from genre_core.data.splitting import name_test_set
from genre_core.errors import DataError, RunStateError, StoreError
from genre_core.store.runs import RunStore
from genre_core.store.schema import UNANSWERED, Run
from genre_core.store.schema import openings as _openings
from genre_core.store.schema import runs as _runs
from genre_core.store.schema import test_sets as _test_sets
from genre_core.store.test_sets import source_of
from genre_core.text import count
from genre_core.training.predictions import Predictions


class Look(NamedTuple):
    """A look at a test part for a configuration: by which run or study, and when, in seconds since 1970."""

    test_hash: str
    fingerprint: str
    run_id: str
    opened_at: float


@dataclass(frozen=True)
class Openings:
    """For how many configurations test tracks of a run were looked at, and whether its own is among them.

    `seen` of the `total` tracks of its test part were looked at for other configurations.
    """

    n: int = 0
    opened: bool = False
    seen: int = 0
    total: int = 0

    @property
    def others(self) -> int:
        """Return how many other configurations there are."""
        return self.n - self.opened

    def sentence(self, noun: str = "track", configuration: str = "other configuration") -> str:
        """Say how many of the test tracks were looked at, for how many other configurations."""
        if not self.others:
            return f"None of these {noun}s was looked at for another configuration."
        were = f"{self.seen:,} of these {count(self.total, noun)} {'was' if self.seen == 1 else 'were'} looked at"
        return f"{were} for {count(self.others, configuration)}: the best of several looks too good."


def openings_of(store: RunStore, runs: Iterable[Run]) -> dict[str, Openings]:
    """Return for each run, by its id, how often its test tracks were looked at."""
    runs = list(runs)
    _remember(store, runs)
    seen = _looks(store, {run.context["test_hash"] for run in runs if "test_hash" in run.context})
    return {run.id: _count(store, run.context, seen, run.fingerprint) for run in runs}


def last_look(store: RunStore) -> tuple[object, ...]:
    """Return what changes when somebody looks at test tracks, or tracks of a test part become known."""
    known = select(func.count()).select_from(_test_sets).scalar_subquery()
    return tuple(store.one(select(func.count(), func.max(_openings.c.opened_at), known).select_from(_openings)))


def count_openings(store: RunStore, test_hash: str) -> Openings:
    """Return how often the tracks of a test part were looked at, given its name."""
    return _count(store, {"test_hash": test_hash}, _looks(store, {test_hash}), "")


def open_test(store: RunStore, run: Run) -> Openings:
    """Write down that somebody looks at the test part of a run; a second time for its configuration changes nothing.

    Raises RunStateError where the run is not complete, or came without its data, so that there is nothing to look at,
    and StoreError where it could not be written down.
    """
    if UNANSWERED in run.context:
        raise RunStateError(
            f"The run {run.name} came without its data, so nothing is known of its test part: import the data here, "
            "then the archive of the run again."
        )
    tracks = None if "test_hash" in run.context else _tracks(store, run)
    test_hash: str | None = run.context.get("test_hash")
    if tracks is not None:
        test_hash = name_test_set(run.config.data, tracks)
    if run.state != "complete" or test_hash is None:
        raise RunStateError(f"The run {run.name} has no test score yet: open its test part when it is complete.")
    if tracks is not None:
        store.test_sets.record(test_hash, run.config.data, tracks)
        run = replace(run, context={**run.context, "test_hash": test_hash})
        store.change(update(_runs).where(_runs.c.id == run.id).values(context=json.dumps(run.context)))
    if not run.opened:
        count_opening(store, test_hash, run.fingerprint, run.id)
    return openings_of(store, [run])[run.id]


def opened(store: RunStore, run: Run) -> tuple[Run, Openings]:
    """Open the test part of a run; return it with its test scores, and how often its test tracks were looked at.

    Raises RunStateError, StoreError as `open_test` does: it stays closed.
    """
    found = open_test(store, run)
    return store.run(run.id), found


def count_opening(store: RunStore, test_hash: str, fingerprint: str, looked_by: str) -> None:
    """Count that a configuration's score on test tracks was seen; a second look at it changes nothing."""
    opening = {"test_hash": test_hash, "fingerprint": fingerprint, "run_id": looked_by, "opened_at": time.time()}
    shown = update(_runs).where(_runs.c.fingerprint == fingerprint).values(revision=_runs.c.revision + 1)
    with suppress(IntegrityError), store.transaction() as connection:  # it was opened before
        connection.execute(insert(_openings).values(opening))
        connection.execute(shown)


def looks_near(store: RunStore, runs: Sequence[Run]) -> list[Look]:
    """Return every look at test tracks of these runs, whatever split showed them."""
    names = {run.context["test_hash"] for run in runs if "test_hash" in run.context}
    _remember(store, runs)
    near = set(names)
    for name, others in _looks(store, names).items():
        overlaps = {other: store.test_sets.overlap(name, other) for other in others}
        near |= {other for other, overlap in overlaps.items() if overlap is not None and overlap.any()}
    found = store.mappings(select(_openings).where(_openings.c.test_hash.in_(near)))
    return sorted(Look(**row) for row in found)


_Looks = dict[str, dict[str, set[str]]]
"""For each test part, by its name: those of its source that were looked at, and for which configurations."""


def _looks(store: RunStore, wanted: set[str]) -> _Looks:
    sources = select(_test_sets.c.test_hash, _test_sets.c.source).where(_test_sets.c.test_hash.in_(wanted))
    same = _test_sets.c.source.in_(select(_test_sets.c.source).where(_test_sets.c.test_hash.in_(wanted)))
    query = select(_openings.c.test_hash, _openings.c.fingerprint, _test_sets.c.source)
    query = query.join(_test_sets, _test_sets.c.test_hash == _openings.c.test_hash, isouter=True)
    by_source: dict[str | None, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    source_of_set = {row.test_hash: row.source for row in store.all(sources)}
    for name, fingerprint, source in store.all(query.where(or_(same, _openings.c.test_hash.in_(wanted)))):
        by_source[source][name].add(fingerprint)
    found: _Looks = {}
    for name in wanted:
        source = source_of_set.get(name)  # None: its tracks are not known, so that it is like no other
        looks = by_source[source]
        found[name] = dict(looks) if source else {name: looks[name]} if name in looks else {}
    return found


def _count(store: RunStore, context: dict[str, object], looks: _Looks, own: str) -> Openings:
    """Return how often the tracks of a run's test part were looked at, `own` being its configuration."""
    name = str(context.get("test_hash", ""))
    shown, configurations, total = [], set[str](), context.get("n_test")
    for other, fingerprints in looks.get(name, {}).items():
        overlap = store.test_sets.overlap(name, other)
        if overlap is None or overlap.any():
            configurations |= fingerprints
            shown += [overlap] if fingerprints - {own} else []
    known = [overlap for overlap in shown if overlap is not None]
    size = int(total) if isinstance(total, int) else len(known[0]) if known else 0
    seen = int(np.logical_or.reduce(known).sum()) if known else size if shown else 0
    return Openings(len(configurations), own in configurations, seen, size)


# -- what earlier versions did not write down --------------------------------------------------------------------------


def _remember(store: RunStore, runs: Sequence[Run]) -> None:
    """Keep the test tracks of runs that earlier versions trained or opened, where others of their source were seen."""
    known = select(_test_sets.c.test_hash)
    unknown = select(_openings.c.test_hash, _openings.c.run_id).where(_openings.c.test_hash.not_in(known)).distinct()
    looked_by = {run_id for _, run_id in store.all(unknown)}
    for run_id in looked_by - store.test_sets.tried:
        with suppress(RunStateError, StoreError):  # it was deleted, or a lens looked
            _record(store, store.run(run_id))
    seen = select(_test_sets.c.source).join(_openings, _openings.c.test_hash == _test_sets.c.test_hash).distinct()
    names = {run.context["test_hash"] for run in runs if "test_hash" in run.context}
    sources = set(store.values(seen))
    names -= set(store.values(known.where(_test_sets.c.test_hash.in_(names))))
    for run in runs:
        if run.context.get("test_hash") in names and run.id not in store.test_sets.tried:
            with suppress(RunStateError, StoreError):
                if source_of(run.config.data) in sources:
                    _record(store, run)


def _record(store: RunStore, run: Run) -> None:
    """Keep the test tracks of a run, if they still are those that its test part is named for."""
    store.test_sets.tried.add(run.id)
    tracks = _tracks(store, run)
    if tracks and run.context.get("test_hash") == name_test_set(run.config.data, tracks):
        store.test_sets.record(run.context["test_hash"], run.config.data, tracks)


def _tracks(store: RunStore, run: Run) -> list[str] | None:
    """Return the names of a run's test tracks; None where nothing of it is stored.

    Where its data can't be read any more they are numbers. A look has to be counted even then, though not together with
    those at runs whose tracks are known.
    """
    saved = store.artifact(run.id, "logits")
    if saved is None:
        return None
    every = Predictions.load(saved)
    names, rows = _names_of_rows(store, run, len(every)), every.of("test").rows.tolist()
    return [names[row] for row in rows]


def _names_of_rows(store: RunStore, run: Run, n_rows: int) -> Sequence[str]:
    with suppress(DataError):
        dataset = load_dataset(run.config.data, store)
        if dataset.content_hash == run.context.get("data_hash"):
            return dataset.tracks
    return [str(row) for row in range(n_rows)]
