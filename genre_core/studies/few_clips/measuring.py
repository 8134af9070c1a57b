"""Measuring: each way learns from the same clips, and answers for the validation part of the experiment's split.

The test part is never looked at. Draw r shuffles the tracks of each genre in the training part, with the split's seed +
OWN_SEEDS + r; a smaller sample is the beginning of a larger one. What standardizes is fitted to the sample alone. The
best epoch is chosen by the part that judges, for all ways alike, as one clip a genre leaves nothing to choose by.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import Dataset, IntArray
from genre_core.data.sources import Tables, load_dataset
from genre_core.data.splitting import Split, split_dataset
from genre_core.errors import DataError
from genre_core.studies.few_clips.config import FewClipsConfig, Way
from genre_core.studies.seeds import MAX_SEED, reseeded
from genre_core.studies.study import Plain, Result, train_network
from genre_core.training.experiment import Prepared, make_trainer
from genre_core.training.predictions import Predictions

OWN_SEEDS = 3000
"""How far the seeds of this study lie above the experiment's."""


@dataclass(frozen=True)
class FewPlan(Plain):
    """Plan of the study: `sizes` that every genre's training part has, and `groups` (n_judged,) of the judged clips.

    `level` is what those groups are, such as artist; empty where each clip stands alone.
    """

    sizes: tuple[int, ...]
    n_judged: int
    n_genres: int
    n_scores: int
    groups: tuple[int, ...]
    level: str


@dataclass(frozen=True)
class FewScore(Plain):
    """Answers of a way that learned from `size` clips of each genre: `right` holds 1 or 0 for each judged clip.

    `draw` counts from 1.
    """

    way: Way
    size: int
    draw: int
    right: str
    epochs: int
    seconds: float

    @property
    def task(self) -> tuple[int, int, str]:
        """Return what was scored: draw, size and way."""
        return self.draw, self.size, self.way

    @property
    def hits(self) -> IntArray:
        """Return which clips were recognized (n_judged,), 1 or 0."""
        return np.array([int(hit) for hit in self.right], dtype=np.int64)


class FewClips:
    """The study: a piece is one way that learns from one sample, by draw, size and way."""

    def __init__(self, config: FewClipsConfig, tables: Tables | None = None) -> None:
        self._config, self._tables, self._data = config, tables, dict[Way, Dataset]()

    def dataset(self, way: Way) -> Dataset:
        """Return the data of a way, measured as it needs them.

        Raises DataError where they could not be measured on the same clips as those of the first way.
        """
        if way not in self._data:
            self._data[way] = load_dataset(self._config.of_way(way).data, self._tables)
        first = self.dataset(self._config.ways[0]) if way != self._config.ways[0] else self._data[way]
        if self._data[way].heard != first.heard:
            raise DataError("Some clips could be measured for one way to learn and not for another: leave those out.")
        return self._data[way]

    @cached_property
    def split(self) -> Split:
        """The experiment's own split."""
        return split_dataset(self.dataset(self._config.ways[0]), self._config.experiment.split)

    @cached_property
    def few_plan(self) -> FewPlan:
        """The plan of what will be measured. Raises DataError where a genre has too few clips to learn from."""
        config, data, rows = self._config, self.dataset(self._config.ways[0]), self.split.train
        judged = _judged(data, self.split.validation)
        fewest = min(len(tracks) for tracks in _tracks_by_genre(data, rows))
        sizes = tuple(size for size in config.sizes if size <= fewest)
        if not sizes:
            raise DataError(f"A genre has only {fewest} clips to learn from: ask for fewer, or leave that genre out.")
        groups, level = data.clusters(judged.rows), data.coarsest[0] if data.coarsest else ""
        numbers = () if groups is None else tuple(np.unique(groups, return_inverse=True)[1].tolist())
        n_scores = len(sizes) * config.n_repeats * len(config.ways)
        return FewPlan(sizes, len(judged), len(data.genres), n_scores, numbers, level if numbers else "")

    def plan(self) -> Result:
        """Return what will be measured."""
        return self.few_plan.to_json()

    def pieces(self, results: Sequence[Result] = ()) -> list[tuple[int, int, Way]]:
        """Return what is to be measured beside the scores there are."""
        had = {FewScore.from_json(result).task for result in results}
        draws = range(1, self._config.n_repeats + 1)
        every = [(draw, size, way) for draw in draws for size in self.few_plan.sizes for way in self._config.ways]
        return [task for task in every if task not in had]

    def do(self, piece: tuple[int, int, Way]) -> Iterator[Result | None]:
        """Learn from a few clips, and answer for the validation part."""
        started, (draw, size, way) = time.perf_counter(), piece
        data, split, experiment = self.dataset(way), self.split, self._config.of_way(way)
        rows = sample(data, split.train, size, experiment.split.seed + OWN_SEEDS + draw)
        # Without a test part: nothing here can look at it.
        prepared = Prepared.of(data, Split(rows, split.validation, split.test[:0], split.by, split.straddling))
        trainer = make_trainer(reseeded(experiment, OWN_SEEDS + draw, "network"), prepared)
        yield from train_network(trainer)
        found = _judged(data, split.validation, trainer.predict(prepared.X[split.validation]))
        right = "".join(str(int(hit)) for hit in found.y_pred == found.y)
        yield FewScore(way, size, draw, right, trainer.epoch, time.perf_counter() - started).to_json()


def sample(data: Dataset, rows: IntArray, size: int, seed: int) -> IntArray:
    """Return the rows of `size` tracks of each genre among `rows`; those of fewer are among those of more."""
    rng = np.random.default_rng(seed % MAX_SEED)
    tracks = data.groups["track"] if data.in_segments else np.arange(len(data))
    chosen = np.concatenate([rng.permutation(own)[:size] for own in _tracks_by_genre(data, rows)])
    return rows[np.isin(tracks[rows], chosen)]


def _tracks_by_genre(data: Dataset, rows: IntArray) -> list[IntArray]:
    """Return the numbers of the tracks of each genre among rows."""
    tracks = data.groups["track"] if data.in_segments else np.arange(len(data))
    return [np.unique(tracks[rows[data.y[rows] == genre]]) for genre in range(len(data.genres))]


def _judged(data: Dataset, rows: IntArray, logits: npt.NDArray[np.float32] | None = None) -> Predictions:
    """Return answers for rows as one for each track; all 0 where none are given."""
    if logits is None:
        logits = np.zeros((len(rows), len(data.genres)), dtype=np.float32)
    return Predictions(rows, data.y[rows], logits, np.zeros(len(rows), dtype=np.uint8)).by("track", data)
