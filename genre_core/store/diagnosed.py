"""Diagnoses of stored runs."""

from collections.abc import Sequence

from genre_core.diagnosis.rules import Diagnosis, diagnose
from genre_core.diagnosis.training import Training
from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.store.record import NOTHING_TO_KEEP
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
        "segment" if "n_validation_tracks" in run.context else "track",
        few,
    )
    return diagnose(training)
