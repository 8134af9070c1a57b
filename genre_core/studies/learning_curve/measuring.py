"""Measuring: the network learns from nested samples of the training part, and is judged on the validation part.

The split is the experiment's own, and its test part is never looked at. Repeat r draws an order of its own and trains
with the experiment's seed + OWN_SEEDS + r; a smaller sample is the beginning of a larger one. Every genre gives the
same share of its tracks, and whole groups at the coarsest level, so that no artist is half in. What standardises is
fitted to the sample alone: it is all that the network would know.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from genre_core.data.dataset import Dataset, IntArray
from genre_core.data.sources import Tables, load_dataset
from genre_core.data.splitting import Split, split_dataset
from genre_core.studies.learning_curve.config import LearningCurveConfig
from genre_core.studies.seeds import MAX_SEED, reseeded
from genre_core.studies.study import Plain, Result, train_network
from genre_core.training.experiment import Prepared, make_trainer

OWN_SEEDS = 2000
"""How far the seeds of a learning curve lie above the experiment's."""


@dataclass(frozen=True)
class CurvePlan(Plain):
    """Plan of a learning curve: `n_scores` scores on the `support` (n_genres,) validation tracks of each genre.

    `kept_whole` is the level of groups that are kept together, empty where rows stand alone.
    """

    genres: tuple[str, ...]
    support: tuple[int, ...]
    n_train: int
    n_scores: int
    kept_whole: str


@dataclass(frozen=True)
class CurveScore(Plain):
    """Score of the network on the validation part after learning from `n_train` rows.

    `n_of_genre` (n_genres,) says how many of them were of each genre, `right` (n_genres,) how many validation tracks of
    each were recognized; `repeat` counts from 1.
    """

    share: float
    repeat: int
    n_train: int
    n_of_genre: tuple[int, ...]
    right: tuple[int, ...]
    epochs: int
    seconds: float

    @property
    def task(self) -> tuple[int, float]:
        """Return what was scored: repeat and share."""
        return self.repeat, self.share


class LearningCurve:
    """A learning curve as a study: a piece is one sample that is learned from, by repeat and share."""

    def __init__(self, config: LearningCurveConfig, tables: Tables | None = None) -> None:
        self._config, self._tables = config, tables

    @cached_property
    def dataset(self) -> Dataset:
        """The data that are learned from."""
        return load_dataset(self._config.experiment.data, self._tables)

    @cached_property
    def split(self) -> Split:
        """The experiment's own split."""
        return split_dataset(self.dataset, self._config.experiment.split)

    def plan(self) -> Result:
        """Return what will be measured."""
        return plan_learning_curve(self._config, self.dataset, self.split).to_json()

    def pieces(self, results: Sequence[Result] = ()) -> list[tuple[int, float]]:
        """Return what is to be measured beside the scores there are."""
        had = {CurveScore.from_json(result).task for result in results}
        every = ((repeat, share) for repeat in range(1, self._config.n_repeats + 1) for share in self._config.shares)
        return [task for task in every if task not in had]

    def do(self, piece: tuple[int, float]) -> Iterator[Result | None]:
        """Learn from some rows, and score the best epoch on the validation part."""
        started, (repeat, share) = time.perf_counter(), piece
        experiment, shares, y, split = self._config.experiment, self._config.shares, self.dataset.y, self.split
        samples = nested_samples(self.dataset, split.train, shares, experiment.split.seed + OWN_SEEDS + repeat)
        rows = samples[shares.index(share)]
        # Without a test part: nothing here can look at it.
        part = Split(rows, split.validation, split.test[:0], split.by, split.straddling)
        prepared = Prepared.of(self.dataset, part)
        trainer = make_trainer(reseeded(experiment, OWN_SEEDS + repeat, "network"), prepared)
        yield from train_network(trainer)
        y_true = y[split.validation]
        y_pred = trainer.predict(prepared.X[split.validation]).argmax(axis=1)
        learned, right = (
            tuple(np.bincount(of, minlength=len(self.dataset.genres)).tolist())
            for of in (y[rows], y_true[y_true == y_pred])
        )
        seconds = time.perf_counter() - started
        yield CurveScore(share, repeat, len(rows), learned, right, trainer.epoch, seconds).to_json()


def plan_learning_curve(config: LearningCurveConfig, dataset: Dataset, split: Split) -> CurvePlan:
    """Return what a learning curve on these data will measure."""
    support = np.bincount(dataset.y[split.validation], minlength=len(dataset.genres))
    n_scores = config.n_repeats * len(config.shares)
    level = dataset.coarsest[0] if dataset.coarsest else ""
    return CurvePlan(dataset.genres, tuple(support.tolist()), len(split.train), n_scores, level)


def nested_samples(dataset: Dataset, rows: IntArray, shares: Collection[float], seed: int) -> list[IntArray]:
    """Return for each share the rows that are learned from, each sample within those of larger shares.

    Of every genre the groups of `rows` that are mostly of it are put into a random order, and taken from its beginning
    until they hold the share of their rows; one is always taken.
    """
    rng, y = np.random.default_rng(seed % MAX_SEED), dataset.y[rows]
    clusters = dataset.clusters(rows)
    _, members = np.unique(np.arange(len(rows)) if clusters is None else clusters, return_inverse=True)
    sizes = np.bincount(members)
    n_genres = len(dataset.genres)
    counts = np.bincount(members * n_genres + y, minlength=len(sizes) * n_genres).reshape(-1, n_genres)
    main, before = counts.argmax(axis=1), np.zeros(len(sizes))
    for genre in np.unique(main):
        own = rng.permutation(np.flatnonzero(main == genre))
        filled = np.cumsum(sizes[own])
        # How full the genre is before a group is added: it is taken by every share above that.
        before[own] = (filled - sizes[own]) / filled[-1]
    return [rows[before[members] < share] for share in shares]
