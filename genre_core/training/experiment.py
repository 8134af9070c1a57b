"""An experiment from end to end: load, split, standardise, build, train, predict, evaluate."""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import PARTS, Dataset, Part, count_groups
from genre_core.data.inputs import BandStandardizer, Rows, Standardizer
from genre_core.data.sources import Tables, load_dataset
from genre_core.data.splitting import Split, name_test_set, split_dataset
from genre_core.errors import ConfigError, DataError
from genre_core.settings.config import DatasetConfig, ExperimentConfig, SoundConfig, SplitConfig
from genre_core.settings.ensembles import average_logits
from genre_core.training.events import EpochEnd, Event, TrainEnd

if TYPE_CHECKING:
    from genre_core.evaluation.report import Evaluation
    from genre_core.training.trainer import Trainer, TrainingData


@dataclass(frozen=True, eq=False)
class Prepared:
    """Data as a network sees them: loaded, split, and standardized by the training part.

    `X` has all rows: an array, or rows that are read as they are needed.
    """

    dataset: Dataset
    split: Split
    standardizer: Standardizer | BandStandardizer
    X: Rows

    @classmethod
    def of(cls, dataset: Dataset, split: Split) -> "Prepared":
        """Standardize a data set by the training part of a split."""
        return cls(dataset, split, *dataset.inputs.standardize(split.train))

    @cached_property
    def majority(self) -> int:
        """Return the most common class of the training part."""
        return int(np.bincount(self.dataset.y[self.split.train]).argmax())

    @property
    def training_data(self) -> "TrainingData":
        """Return what a trainer is allowed to see: the training and the validation part."""
        from genre_core.training.trainer import TrainingData

        dataset, y, split = self.dataset, self.dataset.y, self.split
        inputs, found = dataset.inputs, self.standardizer
        X_train = inputs.to_learn(self.X, found, split.train)
        y_train = y[np.concatenate(inputs.learned(split.train))]
        parts = X_train, y_train, self.X[split.validation], y[split.validation]
        decibels = (found.mean * inputs.unit_db, found.scale * inputs.unit_db)
        return TrainingData(*parts, len(dataset.genres), inputs.frame_seconds, inputs.pretrained, decibels)


@dataclass(frozen=True, eq=False)
class Result:
    """Result of an experiment: its epochs, its end, and logits (n, n_genres) of every track."""

    prepared: Prepared
    history: tuple[EpochEnd, ...]
    end: TrainEnd
    logits: npt.NDArray[np.float32]

    def evaluate(self, part: Part) -> "Evaluation":
        """Evaluate the best weights on one part."""
        return evaluate_part(self.prepared, self.logits, part)


def prepare(config: ExperimentConfig, tables: Tables | None = None) -> Prepared:
    """Load, split and standardise an experiment's data.

    Raises DataError where the source cannot provide them, or a genre is too small for the split.
    """
    dataset = load_dataset(config.data, tables)
    return Prepared.of(dataset, split_dataset(dataset, config.split))


def prepare_once(data: DatasetConfig, split: SplitConfig, tables: Tables | None = None) -> Prepared:
    """Prepare data as `prepare` does, and keep the last: whoever needs the same next does not wait for them again."""
    # With clips that came back since, or were lost, data are others.
    n_left_out = tables.clips.n_left_out() if tables and isinstance(data, SoundConfig) else 0
    return _prepare_once(data, split, tables, n_left_out)  # type: ignore[arg-type]  # a protocol, not known to hash


@lru_cache(maxsize=1)
def _prepare_once(data: DatasetConfig, split: SplitConfig, tables: Tables | None, n_left_out: int) -> Prepared:
    dataset = _load_once(data, tables, n_left_out)  # type: ignore[arg-type]
    return Prepared.of(dataset, split_dataset(dataset, split))


@lru_cache(maxsize=1)
def _load_once(data: DatasetConfig, tables: Tables | None, n_left_out: int) -> Dataset:
    return load_dataset(data, tables)


def prepare_members(config: ExperimentConfig, prepared: Prepared, tables: Tables | None = None) -> list[Prepared]:
    """Return the tracks of an ensemble as each of its members is given them; those of the first are `prepared`.

    Raises DataError where something could be measured on other clips than the rest.
    """
    found = {config.data: prepared}
    for member in config.members:
        if member.data not in found:
            found[member.data] = prepare(member, tables)
            if found[member.data].dataset.heard != prepared.dataset.heard:
                raise DataError(
                    "The members of this ensemble listen to different things, and not all of them could be measured on "
                    "the same clips: average members with the same feature sets."
                )
    return [found[member.data] for member in config.members]


def make_trainer(config: ExperimentConfig, prepared: Prepared) -> "Trainer":
    """Build the network and what trains it. Raises ConfigError where it is an ensemble, which has no single network."""
    if config.averaged_with:
        raise ConfigError("An ensemble has no network of its own to train: take one of its members.")
    from genre_core.training.trainer import Trainer

    return Trainer(config.model, config.train, prepared.training_data, before=config.before)


def run_experiment(config: ExperimentConfig, tables: Tables | None = None) -> Result:
    """Run an experiment to its end; of an ensemble all members, and average them."""
    prepared = prepare(config, tables)
    if config.averaged_with:
        answers = []
        for member, own in zip(config.members, prepare_members(config, prepared, tables), strict=True):
            trainer = make_trainer(member, own)
            drain(trainer)
            answers.append(trainer.predict(own.X))
        return Result(prepared, (), TrainEnd("averaged", None, 0), average_logits(answers))
    trainer = make_trainer(config, prepared)
    history, end = drain(trainer)
    return Result(prepared, history, end, trainer.predict(prepared.X))


def drain(trainer: Iterable[Event]) -> tuple[tuple[EpochEnd, ...], TrainEnd]:
    """Train to the end; return its epochs and how it ended."""
    events = list(trainer)
    end = events[-1]
    assert isinstance(end, TrainEnd)
    return tuple(event for event in events if isinstance(event, EpochEnd)), end


def evaluate_part(prepared: Prepared, logits: npt.NDArray[np.float32], part: Part) -> "Evaluation":
    """Evaluate logits (n, n_genres) of all tracks on one part, by the labels."""
    from genre_core.evaluation.report import evaluate

    rows, dataset = prepared.split[part], prepared.dataset
    groups = dataset.clusters(rows)
    return evaluate(dataset.y[rows], logits[rows], dataset.genres, majority=prepared.majority, groups=groups)


def straddlers(dataset: Dataset, split: Split) -> dict[str, int]:
    """Return how many tracks, albums or artists stand in several parts of a split, by level; empty unless it leaks."""
    found = {}
    for level in split.straddling:
        inside = np.concatenate([np.unique(dataset.groups[level][split[part]]) for part in PARTS])
        found[level] = int(np.count_nonzero(np.unique(inside, return_counts=True)[1] > 1))
    return found


def groups_of(dataset: Dataset, split: Split) -> dict[str, Any]:
    """Return the level of the groups that intervals rest on, and how many each part has; empty where rows stand alone.

    A part in which each row is of another group is left out.
    """
    found: dict[str, Any] = {}
    for part in PARTS:
        groups = dataset.clusters(split[part])
        if dataset.coarsest and groups is not None:
            found |= {"level": dataset.coarsest[0], part: count_groups(groups)}
    return found


def describe(config: ExperimentConfig, prepared: Prepared, trainer: "Trainer") -> dict[str, Any]:
    """Return what a run's card says beside its configuration: sizes, data hash, versions, device."""
    import sklearn
    import torch

    dataset, split = prepared.dataset, prepared.split
    sizes = {f"n_{part}": len(split[part]) for part in PARTS}
    tracks = {f"n_{part}_tracks": dataset.n_tracks(split[part]) for part in PARTS if dataset.in_segments}
    return {
        **sizes,
        **tracks,
        "input_shape": list(dataset.inputs.shape),
        "n_parameters": trainer.n_parameters,
        "genres": list(dataset.genres),
        "majority_accuracy": float(np.mean(dataset.y[split.validation] == prepared.majority)),
        "split_by": split.by,
        "straddling": list(split.straddling),
        "straddlers": straddlers(dataset, split),
        "leaky": split.leaky,
        "groups": groups_of(dataset, split),
        "n_left_out": len(dataset) - sum(sizes.values()),
        "notes": list(dataset.notes),
        "data_hash": dataset.content_hash,
        "test_hash": name_test_set(config.data, (dataset.tracks[row] for row in split.test)),
        "device": str(trainer.device),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__,
            "scikit-learn": sklearn.__version__,
        },
    }
