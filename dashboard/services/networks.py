"""Trained networks of completed runs, in numpy, and the training part that they learned from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.services.caching import cached_by_run
from dashboard.services.datasets import dataset
from dashboard.services.outcomes import standard_scores
from dashboard.services.workers import store
from genre_core.data.dataset import PARTS, FloatArray, IntArray, Part
from genre_core.data.inputs import Standardizer
from genre_core.errors import DataError
from genre_core.explaining import (
    Attribution,
    Change,
    FittedNetwork,
    Flip,
    Neighbours,
    attribute,
    flip_work,
    flips,
    nearest,
    smallest_change,
)
from genre_core.store import Run

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
    saved, data = store().artifact(of.id, "logits"), dataset(of.config.data)
    if saved is None:
        raise DataError("This run did not store its split: train it again.")
    from safetensors.numpy import load

    rows = np.flatnonzero(load(saved)["part"] == PARTS.index("train"))
    standardizer = Standardizer.fit(data.X[rows])
    known = np.where(np.isnan(data.X[rows]), standardizer.median, data.X[rows])
    return Training(rows, standardizer, known.min(axis=0), known.max(axis=0))


@dataclass(frozen=True, eq=False)
class Answers:
    """Predictions of a completed run's network for every row of the data: logits (n, n_genres), and each row's part.

    `y` (n,) are the labels that it was judged by; `part` (n,) holds positions in `PARTS`, one more for rows in none.
    """

    logits: npt.NDArray[np.float32]
    y: IntArray
    part: npt.NDArray[np.uint8]

    def part_of(self, row: int) -> Part | None:
        """Return the part that a row is in; None: the split left it out."""
        number = int(self.part[row])
        return PARTS[number] if number < len(PARTS) else None


@cached_by_run(16)
def answers(of: Run) -> Answers | None:
    """Return what the network of a completed run answered for every row of its data; None where that is not stored."""
    saved = store().artifact(of.id, "logits")
    if saved is None:
        return None
    from safetensors.numpy import load

    arrays = load(saved)
    return Answers(arrays["logits"], arrays["y"], arrays["part"])


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
