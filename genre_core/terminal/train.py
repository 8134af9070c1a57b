"""`train`: a run in this process, by the same worker that trains for the dashboard.

The run is kept in the store, where the dashboard can watch, pause and stop it. A store that does not take it is no
reason to lose a training: it is then trained in a temporary one.
"""

import argparse
import contextlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from genre_core.data.dataset import Dataset, Part
from genre_core.diagnosis.rules import Diagnosis
from genre_core.errors import ConfigError, StoreError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.naming import run_name
from genre_core.store.diagnosed import diagnose_run
from genre_core.store.losses import loss_sentence
from genre_core.store.openings import opened
from genre_core.store.run_result import Judge, Outcome, outcome_of
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import Epoch, Run
from genre_core.terminal import text
from genre_core.terminal.inputs import Inputs, read_order
from genre_core.terminal.limit import right_about
from genre_core.terminal.output import DONE, FAILED, INTERRUPTED, progress_bar, say, show
from genre_core.terminal.stored import in_tree, judged, leaks, looks
from genre_core.terminal.work import Work, at_work
from genre_core.training.experiment import prepare
from genre_core.workers.run import execute

_CLOSED = "The test part stays closed, because a look at it could not be counted: this is validation."
_HISTORY = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "seconds")


@dataclass(frozen=True, eq=False)
class _Order:
    """Configurations to train, with their data."""

    config: ExperimentConfig
    name: str
    inputs: Inputs
    part: Part
    judge: Judge


@dataclass(frozen=True, eq=False)
class _Outcome:
    """How a run ended, whether Ctrl-C ended it, and what it comes to on a part.

    `looks` are those at the test part; `lost` says that its worker was lost, and `diagnosis` how it was trained.
    """

    run: Run
    epochs: tuple[Epoch, ...]
    interrupted: bool
    part: Part
    seen: Outcome | None
    looks: Mapping[str, Any]
    lost: str
    diagnosis: Diagnosis | None


def train(options: argparse.Namespace) -> int:
    """Train, evaluate, and print what came out."""
    if options.no_store and options.part == "test":
        raise ConfigError(
            "--part test needs the store, which counts how often test tracks are looked at: leave out --no-store, or "
            "report on validation."
        )
    order = _order(options)
    prepared = prepare(order.config, order.inputs)
    outcome, kept = _train(order, prepared.dataset, options.no_store)
    run = outcome.run
    if outcome.interrupted:
        say(_interrupted(run, kept))
        return INTERRUPTED
    if run.state != "complete":
        say(run.error or f"The run {run.id} was stopped from the dashboard before its first epoch ended.")
        return FAILED
    document = _document(order, prepared.dataset, outcome, kept)
    show(document, text.result(document), as_json=options.json)
    return DONE


def _order(options: argparse.Namespace) -> _Order:
    config, inputs = read_order(options, one_split=True)
    part: Part = options.part or ("validation" if options.no_store else "test")
    return _Order(config, options.name, inputs, part, Judge(unit=options.by))


def _train(order: _Order, data: Dataset, no_store: bool) -> tuple[_Outcome, bool]:
    """Train in the store, or in a temporary one if that does not take the run; say whether it is kept."""
    trouble = None
    if not no_store:
        try:
            outcome = _train_in(None, order, data)
            if outcome.interrupted or outcome.run.state != "failed":
                return outcome, True
            trouble = outcome.run.error
        except StoreError as error:
            trouble = str(error)
    # What failed by its own fault fails here once more, with the same sentence.
    with tempfile.TemporaryDirectory(prefix="genre-lab-", ignore_cleanup_errors=True) as folder:
        outcome = _train_in(f"sqlite:///{folder}/store.sqlite", replace(order, part="validation"), data)
    if trouble and outcome.run.state == "complete":
        closed = [_CLOSED] if order.part == "test" else []
        say(" ".join(["The run is not kept.", trouble, *closed]))
    return outcome, False


def _train_in(url: str | None, order: _Order, data: Dataset) -> _Outcome:
    store, run_id = RunStore(url), new_run_id()
    order.inputs.put_into(store, order.config)
    with at_work() as work:
        store.submit(run_id, order.config, order.name or run_name(order.config, store.table_names()))
        work.begin(lambda: _execute(run_id, store.url))
        run = _watch(store, run_id, work, order.config.train.max_epochs)
    part, looked = order.part, {"test_opened": None}
    if run.state == "complete" and part == "test":
        try:
            run, found = opened(store, run)
            looked = looks(run, found)
        except StoreError as error:
            say(f"{error} {_CLOSED}")
            part = "validation"
    seen = outcome_of(store, run, part, data, order.judge) if run.state == "complete" else None
    lost = loss_sentence(run, store.losses([run_id]).get(run_id, ()))
    told = diagnose_run(store, run)
    outcome = _Outcome(run, tuple(store.epochs(run_id)), work.asked, part, seen, looked, lost, told)
    store.close()
    return outcome


def _execute(run_id: str, store_url: str) -> None:
    with contextlib.suppress(StoreError):  # whoever watches the run sees that it does not begin
        execute(run_id, 1, store_url)


def _watch(store: RunStore, run_id: str, work: Work, max_epochs: int) -> Run:
    """Show a run's progress until it has ended, whoever trains, pauses or stops it; stop it once that is asked."""
    told = stopping = False
    with progress_bar(max_epochs, "epoch {n:.0f} of {total}, {elapsed}") as bar:
        while True:
            was_over = work.over
            if work.asked and not stopping:
                stopping = True
                if not store.cancel(run_id):
                    store.request(run_id, "stop")
                work.told = True
            run = store.run(run_id)
            bar.n = run.epoch + run.fraction
            bar.refresh()
            if run.state in ("complete", "failed", "cancelled") or (run.state == "paused" and stopping):
                return run
            if run.state == "queued" and run.attempt == 1 and was_over:
                raise StoreError("The store could not be written: free some disk space.")
            if run.state == "paused" and not told:
                told = True
                bar.clear()
                say(f"Paused after epoch {run.epoch}: resume or stop the run {run_id} in the dashboard.")
            work.wait()


def _interrupted(run: Run, kept: bool) -> str:
    if run.state == "complete" and kept:
        return f"Stopped after epoch {run.epoch}: the run {run.id} keeps its best weights, of epoch {run.best_epoch}."
    if run.state == "paused":
        return f"The run {run.id} stays paused after epoch {run.epoch}: resume or stop it in the dashboard."
    return "Stopped: nothing was kept."


def _document(order: _Order, data: Dataset, outcome: _Outcome, kept: bool) -> dict[str, Any]:
    """Return what `--json` prints; the part that is not reported is null."""
    run, part = outcome.run, outcome.part
    assert outcome.seen is not None
    found = judged(run, outcome.seen, part) | in_tree(outcome.seen, data)
    given = (order.inputs.table, order.inputs.split)
    notes = [*(note for found in given if found for note in found.notes), *data.notes]
    notes += [outcome.lost] if outcome.lost else []
    return {
        "config": order.config.model_dump(mode="json"),
        "run": run.id if kept else None,
        "notes": notes,
        **leaks(run),
        "history": [{name: getattr(epoch, name) for name in _HISTORY} for epoch in outcome.epochs],
        "best_epoch": run.best_epoch,
        "stopped_because": run.stopped_because,
        "diagnosis": _diagnosis(outcome.diagnosis),
        "part": part,
        "right_about": right_about(order.config.data),
        "validation": None,
        "test": None,
        **found,
        **outcome.looks,
        part: {**found[part], "genres": list(data.genres)},
    }


def _diagnosis(found: Diagnosis | None) -> dict[str, Any] | None:
    """Return a diagnosis as plain values, with the settings that mend it and the same as options."""
    if found is None:
        return None
    remedy = found.remedy
    mends = {"settings": dict(remedy.changes), "options": remedy.options} if remedy else None
    return {"kind": found.kind, "sentence": text.plain(found.sentence), "remedy": mends}
