"""Outcomes of completed runs: scores, matrices, and the tracks as the network saw them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.services.caching import cached_by_run
from dashboard.services.datasets import dataset
from dashboard.services.workers import store
from genre_core.data.dataset import FloatArray, Part
from genre_core.data.inputs import Standardizer
from genre_core.errors import DataError
from genre_core.store import tag_baseline
from genre_core.store.gate import predictions_of
from genre_core.store.run_result import JUDGE, Judge, outcome_of
from genre_core.store.run_result import About as About
from genre_core.store.run_result import Outcome as Outcome
from genre_core.store.schema import Run
from genre_core.store.tag_baseline import TagsAlone
from genre_core.training.predictions import Predictions


@cached_by_run(64)
def outcome(of: Run, part: Part, *, judge: Judge = JUDGE) -> Outcome | None:
    """Return what a completed run's best weights say of one part; None before it is complete.

    Raises DataError where its data are gone, RunStateError for a closed test part.
    """
    if of.state != "complete":
        return None
    try:
        return outcome_of(store(), of, part, dataset(of.config.data), judge)
    except DataError:  # clips may have come back since the data were loaded
        dataset.clear(of.config.data)
        return outcome_of(store(), of, part, dataset(of.config.data), judge)


def tags_alone(of: Run, part: Part, *, judge: Judge = JUDGE) -> TagsAlone | None:
    """Return what a pretrained tagger's tags alone reach on a part of a completed run; None where that is not known."""
    try:
        return _tags_alone(of, part, judge=judge)
    except DataError:  # not measured yet, or the data are gone
        return None


@cached_by_run(128)
def _tags_alone(of: Run, part: Part, *, judge: Judge) -> TagsAlone:
    """Return what the tags alone reach; raises DataError, which is not kept, where they are not measured."""
    told = tag_baseline.tags_alone(store(), of, part, dataset(of.config.data), judge)
    if told is None:
        raise DataError("The tags are not measured on these clips.")
    return told


@cached_by_run(16)
def predictions(of: Run) -> Predictions | None:
    """Return what a completed run's best weights say of all rows of its data, of closed test rows nothing: NaN.

    None where that is not stored.
    """
    return predictions_of(store(), of)


@dataclass(frozen=True, eq=False)
class StandardScores:
    """Standard scores of all tracks, `X` (n, n_features), and each genre's mean over the training part (k, n_features).

    A genre without training tracks has NaN for its mean.
    """

    X: npt.NDArray[np.float32]
    means: FloatArray
    features: tuple[str, ...]


@cached_by_run(4)
def standard_scores(of: Run) -> StandardScores | None:
    """Return the tracks of a completed run as its network saw them, and each genre's mean; None without features."""
    every, data = predictions(of), dataset(of.config.data)
    if every is None or not data.features:
        return None
    train = every.of("train").rows
    X = Standardizer.fit(data.X[train]).transform(data.X)
    members = data.y[train][:, None] == np.arange(len(data.genres))
    n = members.sum(axis=0)[:, None].astype(np.float64)
    means = np.divide(
        members.T.astype(np.float64) @ X[train], n, out=np.full((len(n), X.shape[1]), np.nan), where=n > 0
    )
    return StandardScores(X, means, data.features)
