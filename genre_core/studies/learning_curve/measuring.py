"""Measuring: the network learns from nested samples of the training part, and is judged on the validation part.

The split is the experiment's own, and its test part is never looked at. Repeat r draws an order of its own and trains
with the experiment's seed + OWN_SEEDS + r; a smaller sample is the beginning of a larger one. Every genre gives the
same share of its tracks, and whole groups at the coarsest level, so that no artist is half in. What standardises is
fitted to the sample alone: it is all that the network would know.
"""

import time
from collections.abc import Collection, Generator, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from genre_core.data.dataset import Dataset, IntArray
from genre_core.data.sources import Tables, load_dataset
from genre_core.data.splitting import Split, split_dataset
from genre_core.errors import DataError
from genre_core.settings.config import ExperimentConfig
from genre_core.studies.learning_curve.config import LearningCurveConfig
from genre_core.training.events import EpochEnd, TrainEnd
from genre_core.training.experiment import Prepared, make_trainer

OWN_SEEDS = 2000
"""How far the seeds of a learning curve lie above the experiment's."""
MAX_SEED = 2**32


@dataclass(frozen=True)
class CurvePlan:
    """What will be measured: `n_scores` scores on the `support` (n_genres,) validation tracks of each genre.

    `kept_whole` is the level of groups that are kept together, empty where rows stand alone.
    """

    genres: tuple[str, ...]
    support: tuple[int, ...]
    n_train: int
    n_scores: int
    kept_whole: str

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "CurvePlan":
        """Read a plan back."""
        return cls(**{**document, "genres": tuple(document["genres"]), "support": tuple(document["support"])})


@dataclass(frozen=True)
class CurveScore:
    """What the network reached on the validation part after learning from `n_train` rows.

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

    def to_json(self) -> dict[str, Any]:
        """Return the score as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "CurveScore":
        """Read a score back."""
        whole = {name: tuple(document[name]) for name in ("n_of_genre", "right")}
        return cls(**{**document, **whole})


@dataclass(frozen=True)
class CurveProgress:
    """The network has done an epoch (counted from 1) on the way to its score."""

    share: float
    repeat: int
    epoch: int


def iter_learning_curve(
    config: LearningCurveConfig, tables: Tables | None = None, done: Collection[CurveScore] = ()
) -> Iterator[CurvePlan | CurveProgress | CurveScore]:
    """Yield the plan, then each score as soon as it is there, but for those `done`; epochs in between.

    Raises
    ------
    DataError
        The source cannot provide the data, they cannot be split, or the network diverged.
    """
    dataset = load_dataset(config.experiment.data, tables)
    split = split_dataset(dataset, config.experiment.split)
    yield plan_learning_curve(config, dataset, split)
    had = {score.task for score in done}
    for repeat in range(1, config.n_repeats + 1):
        samples = nested_samples(dataset, split.train, config.shares, config.experiment.split.seed + OWN_SEEDS + repeat)
        for share, rows in zip(config.shares, samples, strict=True):
            if (repeat, share) not in had:
                yield from _measure(config.experiment, dataset, split, rows, share, repeat)


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


def _measure(
    experiment: ExperimentConfig, dataset: Dataset, split: Split, rows: IntArray, share: float, repeat: int
) -> Generator[CurveProgress | CurveScore, None, None]:
    """Learn from some rows, epoch by epoch, and score the best epoch on the validation part."""
    started, n_genres = time.perf_counter(), len(dataset.genres)
    seed = (experiment.train.seed + OWN_SEEDS + repeat) % MAX_SEED
    config = experiment.model_copy(update={"train": experiment.train.model_copy(update={"seed": seed})})
    # Without a test part: nothing here can look at it.
    prepared = Prepared.of(dataset, Split(rows, split.validation, split.test[:0], split.by, split.straddling))
    trainer = make_trainer(config, prepared)
    epochs = 0
    for event in trainer:
        if isinstance(event, EpochEnd):
            epochs = event.epoch
            yield CurveProgress(share, repeat, epochs)
        elif isinstance(event, TrainEnd) and event.best_epoch is None:
            raise DataError("The network diverged in its first epoch: lower the learning rate, and train again.")
    y = dataset.y[split.validation]
    y_pred = trainer.predict(prepared.X[split.validation]).argmax(axis=1)
    right, learned = (np.bincount(of, minlength=n_genres).tolist() for of in (y[y == y_pred], dataset.y[rows]))
    seconds = time.perf_counter() - started
    yield CurveScore(share, repeat, len(rows), tuple(learned), tuple(right), epochs, seconds)
