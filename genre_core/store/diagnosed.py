"""Diagnoses of stored runs, and all else that stands out in them."""

from collections.abc import Sequence

import numpy as np

from genre_core.bayes.conditions import is_known
from genre_core.bayes.limit import bayes_limit
from genre_core.data.dataset import Dataset, Part
from genre_core.diagnosis.rules import Diagnosis, diagnose
from genre_core.diagnosis.training import Training
from genre_core.evaluation.confusion import ConfusionMatrix, confusion_matrix
from genre_core.findings.finding import Finding
from genre_core.findings.rules import find
from genre_core.findings.sentences import Told
from genre_core.store.record import NOTHING_TO_KEEP
from genre_core.store.run_result import Outcome, facts_of, told_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Epoch, Run
from genre_core.text import count


def diagnosis_of(
    run: Run, epochs: Sequence[Epoch], matrix: ConfusionMatrix | None, limit: float | None
) -> Diagnosis | None:
    """Return what became of a run that has ended; None where nothing stands out, of an ensemble, or before the end.

    `matrix` is the validation matrix of its best epoch, and `limit` the best possible accuracy where it is known.
    """
    if run.averages or not (run.state == "complete" or run.error == NOTHING_TO_KEEP):
        return None
    groups = run.context.get("groups", {})
    few = count(groups["validation"], groups["level"]) if groups.get("validation") else ""
    training = Training(
        run.config,
        epochs,
        run.best_epoch,
        "diverged" if run.error else run.stopped_because,
        run.context.get("n_train", 0),
        run.context.get("majority_accuracy", 0.0),
        tuple(run.context.get("genres", ())),
        None if matrix is None else matrix.counts,
        matrix.accuracy_interval if matrix is not None and run.knows_groups else None,
        None if run.context.get("leaky") else limit,
        run.noun,
        few,
    )
    return diagnose(training)


def diagnose_run(store: RunStore, run: Run) -> Diagnosis | None:
    """Return what became of a run, by what the store holds of it."""
    drawn = run.config.data.generator
    limit = bayes_limit(drawn).accuracy if drawn and is_known(drawn, "row") else None
    return diagnosis_of(run, store.epochs(run.id), _matrix(store, run), limit)


def findings_on(
    store: RunStore, run: Run, part: Part, data: Dataset, seen: Outcome, validation: Outcome | None
) -> tuple[tuple[Finding, ...], Told]:
    """Return what stands out in a complete run on a part, the most important first, and what is told of it in words."""
    facts = facts_of(run, part, data, seen, validation, diagnose_run(store, run))
    return find(facts), told_of(run, part, data, seen.unit)


def _matrix(store: RunStore, run: Run) -> ConfusionMatrix | None:
    """Return the validation matrix of the best epoch."""
    labels, groups = (store.artifact(run.id, f"validation_{name}") for name in ("labels", "groups"))
    if labels is None or not run.best_epoch:
        return None
    return confusion_matrix(
        np.frombuffer(labels, dtype=np.uint8).astype(np.int64),
        store.predictions(run.id, run.best_epoch),
        tuple(run.context["genres"]),
        None if groups is None else np.frombuffer(groups, dtype=np.int32).astype(np.int64),
        run.context.get("groups", {}).get("level", "group"),
    )
