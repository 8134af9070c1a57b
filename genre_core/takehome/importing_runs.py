"""An archive of runs that become runs of this store, with the tables that it brings: all of them or none."""

from dataclasses import replace
from functools import partial
from typing import NamedTuple

from genre_core.errors import RunStateError
from genre_core.settings.config import ExperimentConfig
from genre_core.store.arrivals import Answers, Arrivals, ArrivingRun, put_arrivals
from genre_core.store.runs import RunStore
from genre_core.store.schema import UNANSWERED, Run
from genre_core.store.test_sets import marks_of, source_of
from genre_core.takehome.answering import Measure, Together, answer, measure_here
from genre_core.takehome.arriving import Read, read_archive
from genre_core.takehome.clips import taken_in
from genre_core.text import count

_SAME = ("state", "best_epoch", "stopped_because", "error")
"""Parts of two runs of one identifier that have to be the same, beside their settings, epochs and weights."""


class Imported(NamedTuple):
    """The news of an archive: new runs, those that were here already, names of new tables, and what is to be known."""

    runs: tuple[Run, ...]
    there: tuple[Run, ...]
    tables: tuple[str, ...]
    notes: tuple[str, ...]


def import_runs(store: RunStore, data: bytes, measure: Measure = measure_here) -> Imported:
    """Put the runs of an archive into a store; a run that came without its data once is completed if they are here.

    What runs on sound need is measured again by `measure`.
    Raises DataError where it is no such archive, of a newer version, was changed, or its weights do not answer as it
    says, RunStateError where a run of the same identifier is here, and another one, and StoreError where it cannot be
    written.
    """
    read = read_archive(data)
    with taken_in(store, read.clips):
        return _take_in(store, read, measure)


def _take_in(store: RunStore, read: Read, measure: Measure) -> Imported:
    here = [(config, one, store.find(one.values["id"])) for config, one in read.runs]
    for config, one, run in here:
        if run and not _same(store, run, config, one):
            raise RunStateError(
                f"A run {run.id} with other content is here ({run.name}), so nothing was imported: delete that one "
                "first, or export without it."
            )
    together, test_sets = Together(store, read, measure), dict(read.test_sets)
    new, answered, notes = list[ArrivingRun](), dict[str, Answers](), list[str]()
    for config, one, run in here:
        if run and UNANSWERED not in run.context:
            continue
        found, prepared, note = answer(config, one, together)
        notes += [note] if note else []
        if prepared and "test_hash" in found.context:
            marks = marks_of(prepared.dataset.tracks[row] for row in prepared.split.test)
            test_sets[found.context["test_hash"]] = source_of(config.data), marks.astype("<u8").tobytes()
        if run is None:
            new.append(replace(one, answers=found))
        elif UNANSWERED not in found.context:
            answered[run.id] = found
            notes.append(f"The run {run.name} was here without its data, and is complete now.")
    tables = [table for table in read.tables if not store.has_table(table.content_hash)]
    every = partial(store.runs, limit=100_000, with_members=True)
    closed = {run.id for run in every() if not run.opened}
    configurations = {config.fingerprint for config, _ in read.runs}
    n_heard = put_arrivals(
        store, Arrivals(new, tables, read.looks, test_sets, answered, configurations, read.ear_tests)
    )
    notes += [f"{count(n_heard, 'ear test')} came along, listed on Runs."] if n_heard else []
    notes += [
        f"The test part of the run {run.name} was opened where the archive comes from: it is open here, too."
        for run in every()
        if run.opened and run.id in closed
    ]
    there = tuple(store.run(run.id) for _, _, run in here if run)
    return Imported(
        tuple(store.run(one.values["id"]) for one in new), there, tuple(table.name for table in tables), tuple(notes)
    )


def _same(store: RunStore, run: Run, config: ExperimentConfig, one: ArrivingRun) -> bool:
    """Return whether a run that is here is the one that arrives, whatever people call it and say of it here."""
    return (
        all(getattr(run, name) == one.values[name] for name in _SAME)
        and run.config == config
        and store.epochs(run.id) == [epoch for epoch, _ in one.epochs]
        and store.all_predictions(run.id).tobytes() == b"".join(predictions for _, predictions in one.epochs)
        and store.artifact(run.id, "weights") == one.saved.get("weights")
    )
