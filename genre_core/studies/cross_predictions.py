"""Predictions for every track by networks that did not learn from it: k folds, each predicted by a network of its own.

The experiment's own data, network and training; standardized by what each network learns from. Of k folds one is
predicted, the next chooses the best epoch, and the others train. Whole groups stay in one fold, at the coarsest level
at which every genre has enough of them. Unless `with_test` is set, tracks of the test part are in no fold: they are
neither learned from nor predicted.
"""

import base64
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import Dataset, IntArray
from genre_core.data.sources import Tables, load_dataset
from genre_core.data.splitting import Split, split_dataset
from genre_core.errors import DataError
from genre_core.settings.config import ExperimentConfig
from genre_core.studies.seeds import MAX_SEED, reseeded
from genre_core.studies.study import Plain, Result, train_network
from genre_core.training.experiment import Prepared, make_trainer
from genre_core.values import Frozen, setting

OWN_SEEDS = 3000
"""How far the seeds lie above the experiment's."""
_FOLDS = "How many networks share the tracks out among them. More: each learns from more tracks; it takes longer."


class CrossPredictionsConfig(Frozen):
    """Everything that determines cross-predictions; `with_test`: the test part is opened and takes part."""

    experiment: ExperimentConfig = ExperimentConfig()
    n_folds: int = setting(5, "Folds", _FOLDS, ge=3, le=20, step=1, unit="folds")
    with_test: bool = False


@dataclass(frozen=True)
class CrossPlan(Plain):
    """Plan of the predictions: `n_tracks` in `n_folds` folds; `kept_whole` is the level of groups, or empty.

    `torn` names coarser levels of which a genre has too few groups, so that they stand in several folds; `n_left_out`
    counts tracks of the closed test part.
    """

    n_tracks: int
    n_folds: int
    kept_whole: str
    torn: tuple[str, ...]
    n_left_out: int


@dataclass(frozen=True, eq=False)
class FoldPredictions:
    """Logits (n, n_genres) of the rows (n,) of one fold, counted from 1, by a network that learned from others."""

    fold: int
    rows: IntArray
    logits: npt.NDArray[np.float32]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the predictions as JSON can hold them: numbers as base64 of little-endian bytes."""
        rows, logits = self.rows.astype("<i4").tobytes(), self.logits.astype("<f4").tobytes()
        said = {"rows": base64.b64encode(rows).decode(), "logits": base64.b64encode(logits).decode()}
        return {"fold": self.fold, "seconds": self.seconds, **said}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "FoldPredictions":
        """Read predictions back."""
        rows = np.frombuffer(base64.b64decode(document["rows"]), "<i4").astype(np.int64)
        logits = np.frombuffer(base64.b64decode(document["logits"]), "<f4").reshape(len(rows), -1)
        return cls(document["fold"], rows, logits, document["seconds"])


class CrossPredictions:
    """Cross-predictions as a study: a piece is a fold, counted from 1."""

    def __init__(self, config: CrossPredictionsConfig, tables: Tables | None = None) -> None:
        self._config, self._tables = config, tables

    @cached_property
    def dataset(self) -> Dataset:
        """The data that are predicted."""
        return load_dataset(self._config.experiment.data, self._tables)

    @cached_property
    def dealt(self) -> tuple[CrossPlan, list[IntArray]]:
        """The plan, and each fold's rows."""
        return deal_folds(self._config, self.dataset, split_dataset(self.dataset, self._config.experiment.split))

    def plan(self) -> Result:
        """Return what will be predicted."""
        return self.dealt[0].to_json()

    def pieces(self, results: Sequence[Result] = ()) -> list[int]:
        """Return the folds that are to be predicted beside those that are."""
        had = {result["fold"] for result in results}
        return [fold for fold in range(1, self._config.n_folds + 1) if fold not in had]

    def do(self, piece: int) -> Iterator[Result | None]:
        """Train on all folds but two, and predict one of these."""
        started, (_, folds), experiment = time.perf_counter(), self.dealt, self._config.experiment
        own, choosing = folds[piece - 1], folds[piece % len(folds)]
        train = np.concatenate([rows for rows in folds if rows is not own and rows is not choosing])
        prepared = Prepared.of(self.dataset, Split(train, choosing, own))
        trainer = make_trainer(reseeded(experiment, OWN_SEEDS + piece, "network"), prepared)
        yield from train_network(trainer)
        logits = trainer.predict(prepared.X[own])
        yield FoldPredictions(piece, own, logits, time.perf_counter() - started).to_json()


def deal_folds(config: CrossPredictionsConfig, dataset: Dataset, split: Split) -> tuple[CrossPlan, list[IntArray]]:
    """Return the plan, and each fold's rows. Raises DataError where a genre has too few tracks to be in every fold."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    parts = [split.train, split.validation, *([split.test] if config.with_test else [])]
    rows, k = np.sort(np.concatenate(parts)), config.n_folds
    y, seed = dataset.y[rows], (config.experiment.split.seed + OWN_SEEDS) % MAX_SEED
    level, torn = _kept_whole(dataset, rows, k)
    if level:
        splitter = StratifiedGroupKFold(k, shuffle=True, random_state=seed)
        with warnings.catch_warnings():  # it warns of genres with fewer groups than folds, of which there are none
            warnings.simplefilter("ignore")
            dealt = [rows[fold] for _, fold in splitter.split(y, y, dataset.groups[level][rows])]
    else:
        counts = np.bincount(y, minlength=len(dataset.genres))
        if (rarest := int(counts[counts > 0].min())) < k:
            name = dataset.genres[int(np.flatnonzero(counts == rarest)[0])]
            raise DataError(
                f"The genre {name} has {rarest} tracks outside the test part, too few for {k} folds: raise the fewest "
                "tracks per genre to leave it out, or add tracks."
            )
        dealt = [rows[fold] for _, fold in StratifiedKFold(k, shuffle=True, random_state=seed).split(y, y)]
    left_out = 0 if config.with_test else len(split.test)
    return CrossPlan(len(rows), k, level, torn, left_out), dealt


def _kept_whole(dataset: Dataset, rows: IntArray, k: int) -> tuple[str, tuple[str, ...]]:
    """Return the coarsest level of which every genre has k groups or more, and the levels above it."""
    torn: list[str] = []
    for level in reversed(list(dataset.groups)):
        numbers, y = dataset.groups[level][rows], dataset.y[rows]
        fewest = min(len(np.unique(numbers[y == genre])) for genre in np.unique(y))
        if fewest >= k:
            return level, tuple(torn)
        torn.append(level)
    return "", tuple(torn)
