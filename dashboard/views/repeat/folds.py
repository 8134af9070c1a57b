"""Result of the held-out folds of a cross-validation together."""

from dashboard.services.datasets import dataset
from dashboard.services.repetitions import Repetition
from genre_core.evaluation import repeated_scores
from genre_core.evaluation.repeated_scores import PooledScore
from genre_core.studies.repeats.summary import held_out


def pooled_score(found: Repetition) -> PooledScore | None:
    """Return the share that is right of all held-out answers so far; None before the first.

    Raises DataError where its data are gone.
    """
    if not found.predictions:
        return None
    data, unit = dataset(found.config.experiment.data), found.unit
    return repeated_scores.pooled_score([held_out(one, data, unit) for one in found.predictions.values()])
