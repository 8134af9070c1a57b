"""Trained networks of completed runs, in numpy, and the training part that they learned from."""

from dataclasses import dataclass

import numpy as np

from dashboard.services.caching import cached_by_run
from dashboard.services.datasets import dataset
from dashboard.services.outcomes import predictions, standard_scores
from dashboard.services.workers import store
from genre_core.data.dataset import FloatArray, IntArray
from genre_core.data.inputs import Standardizer
from genre_core.errors import DataError
from genre_core.explaining.attribution import Attribution, attribute
from genre_core.explaining.counterfactual import Change, Flip, flip_work, flips, smallest_change
from genre_core.explaining.neighbours import Neighbours, nearest
from genre_core.explaining.network import FittedNetwork
from genre_core.store.schema import Run

FEWEST_ASKED, MOST_WORK = 6, 1e10
"""Of how many features, at least, and for how many multiplications one waits to learn whether they flip the answer."""


@cached_by_run(32)
def network(of: Run) -> FittedNetwork:
    """Return the network of a run with its best weights.

    Raises DataError where it has stored none, or its kind cannot be explained.
    """
    saved = store().artifact(of.id, "weights")
    if saved is None and of.averages:
        raise DataError("An ensemble has no single network: open one of its members.")
    if not of.config.model.explainable:
        raise DataError(f"Genre Lab cannot explain the predictions of {of.config.model.phrase} feature by feature.")
    if saved is None:
        raise DataError("This run did not store its weights: train it again.")
    return FittedNetwork.load(saved)


@dataclass(frozen=True, eq=False)
class Training:
    """The training part of a run: its rows in the data, what standardises by it, and each feature's range in it.

    `low` and `high` (n_features,) are in the features' own units, of the values that are there.
    """

    rows: IntArray
    standardizer: Standardizer
    low: FloatArray
    high: FloatArray


@cached_by_run(8)
def training(of: Run) -> Training:
    """Return what a completed run was trained on; raises DataError where its data are gone."""
    every, data = predictions(of), dataset(of.config.data)
    if every is None:
        raise DataError("This run did not store its split: train it again.")
    rows = every.of("train").rows
    standardizer = Standardizer.fit(data.X[rows])
    known = np.where(np.isnan(data.X[rows]), standardizer.median, data.X[rows])
    return Training(rows, standardizer, known.min(axis=0), known.max(axis=0))


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a network answers as it does for one track, and what would change it.

    `flips` are single features that change the answer alone, the smallest change first, of the `asked` features that
    were tried; `change` is the smallest found of all features together.
    """

    attribution: Attribution
    flips: tuple[Flip, ...]
    asked: IntArray
    change: Change | None


@cached_by_run(256)
def explanation(of: Run, row: int, genre: int, other: int) -> Explanation:
    """Return why a network puts `genre` before `other` for a row of its data, and what would change its answer.

    Raises DataError where its weights or its data are gone.
    """
    net, learned = network(of), training(of)
    x = learned.standardizer.transform(dataset(of.config.data).X[[row]])[0].astype(np.float64)
    found = attribute(net, x, genre, other)
    order = np.argsort(-np.abs(found.features), kind="stable")
    asked = order[: max(FEWEST_ASKED, int(MOST_WORK / flip_work(net)))]
    low, high = (learned.standardizer.transform(bound[None])[0] for bound in (learned.low, learned.high))
    return Explanation(found, flips(net, x, low, high, asked.tolist()), asked, smallest_change(net, x))


@cached_by_run(256)
def neighbours(of: Run, row: int) -> Neighbours | None:
    """Return the training tracks that are most like a row of the data, in the standard scores that the network sees."""
    scores, data = standard_scores(of), dataset(of.config.data)
    if scores is None:
        return None
    groups = None if data.coarsest is None else data.coarsest[1]
    return nearest(scores.X, row, training(of).rows, groups)
