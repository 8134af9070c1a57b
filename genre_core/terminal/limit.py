"""The Bayes limit beside an accuracy."""

from genre_core.bayes import bayes_limit, limit_on
from genre_core.config import ExperimentConfig, SyntheticConfig
from genre_core.dataset import Part
from genre_core.experiment import Prepared


def bayes(config: ExperimentConfig, prepared: Prepared, part: Part) -> dict[str, float | str] | None:
    """Return what the best possible classifier reaches in the long run and on one part; None where it is unknown."""
    if not isinstance(config.data, SyntheticConfig):
        return None
    limit, rows = bayes_limit(config.data), prepared.split[part]
    here = limit_on(config.data, prepared.dataset.X[rows], prepared.dataset.y[rows])
    return {
        "accuracy": limit.accuracy,
        "standard_error": limit.standard_error,
        f"{part}_accuracy": here.accuracy,
        "about": limit.about,
    }
