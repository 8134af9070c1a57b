"""Search for settings: what is searched and how, and what the best of many is worth."""

from genre_core.studies.tuning.config import (
    MOST_TRIALS,
    OBJECTIVES,
    SAMPLERS,
    Objective,
    Sampler,
    SearchConfig,
    search_config,
    trial_config,
)
from genre_core.studies.tuning.optimism import Optimism, corrected_best
from genre_core.studies.tuning.rows import SearchSummary, TrialResult, best_of
from genre_core.studies.tuning.space import Dimension, read_dimension, searchable, suggested

__all__ = [
    "MOST_TRIALS",
    "OBJECTIVES",
    "SAMPLERS",
    "Dimension",
    "Objective",
    "Optimism",
    "Sampler",
    "SearchConfig",
    "SearchSummary",
    "TrialResult",
    "best_of",
    "corrected_best",
    "read_dimension",
    "search_config",
    "searchable",
    "suggested",
    "trial_config",
]
