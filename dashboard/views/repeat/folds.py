"""Result of the held-out folds of a cross-validation together."""

import streamlit as st

from dashboard.services.datasets import dataset
from dashboard.services.repetitions import Repetition
from dashboard.services.workers import store
from genre_core.evaluation import repeated_scores
from genre_core.evaluation.repeated_scores import PooledScore
from genre_core.settings.config import DatasetConfig
from genre_core.studies.repeats.summary import held_out
from genre_core.training.predictions import Predictions


def pooled_score(found: Repetition) -> PooledScore | None:
    """Return the share that is right of all held-out answers so far; None before the first.

    Raises
    ------
    DataError
        Its data are gone.
    """
    runs = tuple(run.id for run in found.complete)
    return _pooled(runs, found.config.experiment.data) if runs else None


@st.cache_resource(show_spinner=False, max_entries=64)
def _pooled(runs: tuple[str, ...], _config: DatasetConfig) -> PooledScore | None:
    saved, data = [store().artifact(run, "logits") for run in runs], dataset(_config)
    folds = [held_out(Predictions.load(one), data, "row") for one in saved if one is not None]
    return repeated_scores.pooled_score(folds) if folds else None
