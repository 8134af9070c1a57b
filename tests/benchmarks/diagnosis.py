"""How often a training gets the right diagnosis, how often a healthy one is alarmed for, and what the remedies do.

`python -m tests.benchmarks.diagnosis [SEEDS]` trains healthy configurations and faulty ones with so many seeds each
(100; a tenth of it of the faulty ones), for tracks, split and training alike, and trains what the remedies change.
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from genre_core.bayes.limit import bayes_limit
from genre_core.diagnosis.rules import DiagnosisKind, diagnose
from genre_core.diagnosis.training import Training
from genre_core.evaluation.confusion import confusion_matrix
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import configure
from genre_core.settings.presets import PRESETS
from genre_core.training.batch_trainer import BatchTrainer, shape_of
from genre_core.training.events import EpochEnd, TrainEnd
from genre_core.training.experiment import make_trainer, prepare
from tests.benchmarks.report import print_table

AT_ONCE = 16
_UNALARMED: tuple[DiagnosisKind | None, ...] = (None, "as_good_as_possible")
HEALTHY: Mapping[str, Mapping[str, Any]] = {
    "8,000 tracks, as the product opens": {},
    "2,000 tracks, the same network": {"data.n_samples": 2000},
    "1,200 tracks, 32 units, little overlap": {
        "data.n_samples": 1200, "data.overlap": 2.5, "model.hidden": (32,), "model.dropout": 0.2,
    },
    "800 tracks, 32 units, dropout 0.5": {
        "data.n_samples": 800, "model.hidden": (32,), "model.dropout": 0.5, "train.learning_rate": 0.002,
    },
    "4,000 tracks of 10 genres, 64 units": {
        "data.n_samples": 4000, "data.n_genres": 10, "data.overlap": 3.0, "model.hidden": (64,),
        "train.learning_rate": 0.003, "train.batch_size": 128,
    },
    "3,000 tracks, softmax regression": {
        "data.n_samples": 3000, "model.architecture": "linear", "train.learning_rate": 0.01,
    },
    "3,000 tracks, SGD along a cosine": {
        "data.n_samples": 3000, "train.optimizer": "sgd", "train.learning_rate": 0.03, "train.schedule": "cosine",
    },
    "4,000 tracks, one genre twice as common": {"data.n_samples": 4000, "data.imbalance": 2.0},
}  # fmt: skip
_SMALL = {"model.hidden": (256, 256), "model.dropout": 0.0}
FAULTY: Mapping[str, tuple[Mapping[str, Any], str, tuple[DiagnosisKind | None, ...]]] = {
    "preset rate_too_high": ({}, "rate_too_high", ("unstable", "collapsed")),
    "learning rate 0.05, 2,000 tracks": (
        {"train.learning_rate": 0.05, "data.n_samples": 2000}, "overlapping", ("unstable", "collapsed"),
    ),
    "learning rate 10": ({"train.learning_rate": 10.0}, "overlapping", ("stuck", "diverged")),
    "SGD, learning rate 10": (
        {"train.learning_rate": 10.0, "train.optimizer": "sgd"}, "overlapping", ("stuck", "diverged"),
    ),
    "weight decay 0.1": ({"train.weight_decay": 0.1}, "overlapping", ("stuck",)),
    "SGD, learning rate 0.00001": (
        {"train.learning_rate": 1e-5, "train.optimizer": "sgd", "train.max_epochs": 20}, "overlapping", ("stuck",),
    ),
    "60 tracks, 256, 256": ({"data.n_samples": 60, **_SMALL}, "overlapping", ("too_few",)),
    "preset overfitting": ({}, "overfitting", ("overfitting",)),
    "2,000 tracks, 256, 256, patience 50": (
        {"data.n_samples": 2000, "train.patience": 50, **_SMALL}, "overlapping", ("overfitting",),
    ),
    "preset rate_too_low": ({}, "rate_too_low", ("still_climbing",)),
    "1 epoch": ({"train.max_epochs": 1}, "overlapping", ("still_climbing",)),
    "1 epoch, 800 tracks": ({"train.max_epochs": 1, "data.n_samples": 800}, "overlapping", ("still_climbing", "stuck")),
    "5 epochs, learning rate 0.0001": (
        {"train.max_epochs": 5, "train.learning_rate": 1e-4}, "overlapping", ("still_climbing",),
    ),
    "patience 1, learning rate 0.00005": (
        {"train.patience": 1, "train.learning_rate": 5e-5}, "overlapping", ("still_climbing",),
    ),
    "preset too_small": ({}, "too_small", ("underfitting",)),
    "dropout 0.9": ({"model.dropout": 0.9}, "overlapping", ("underfitting",)),
    "preset imbalanced": ({}, "imbalanced", ("rare_ignored",)),
    "preset overlapping": ({}, "overlapping", _UNALARMED),
    "preset notebook": ({}, "notebook", _UNALARMED),
    "preset leaking_artists": ({}, "leaking_artists", _UNALARMED),
}  # fmt: skip
"""Differences from a preset, the preset, and the diagnoses that are right."""


def seeded(config: ExperimentConfig, seed: int) -> ExperimentConfig:
    """Return a configuration with other tracks, another split and another network: none that a rule was chosen on."""
    return configure(dict.fromkeys(("data.seed", "split.seed", "train.seed"), 1000 + seed), config)


def trainings(configs: Sequence[ExperimentConfig]) -> list[Training]:
    """Train configurations and return the evidence of each; those of one shape are trained side by side."""
    found: list[Training] = []
    for start in range(0, len(configs), AT_ONCE):
        found += _together(configs[start : start + AT_ONCE])
    return found


def _together(configs: Sequence[ExperimentConfig]) -> list[Training]:
    prepared = [prepare(config) for config in configs]
    trainers = [make_trainer(config, of) for config, of in zip(configs, prepared, strict=True)]
    shapes = [shape_of(trainer) for trainer in trainers]
    found: dict[int, Training] = {}
    for shape in set(shapes):
        numbers = [number for number, own in enumerate(shapes) if own == shape]
        epochs: dict[int, list[EpochEnd]] = {number: [] for number in numbers}
        for place, event in BatchTrainer([trainers[number] for number in numbers]):
            number = numbers[place]
            match event:
                case EpochEnd():
                    epochs[number].append(event)
                case TrainEnd():
                    of = prepared[number]
                    y, genres = of.dataset.y[of.split.validation], of.dataset.genres
                    at = event.best_epoch
                    answers = epochs[number][at - 1].validation_pred.astype(np.int64) if at else None
                    groups = of.dataset.clusters(of.split.validation)
                    matrix = None if answers is None else confusion_matrix(y, answers, genres, groups)
                    drawn = configs[number].data.generator
                    assert drawn is not None
                    found[number] = Training(
                        configs[number],
                        epochs[number],
                        at,
                        event.reason,
                        len(of.split.train),
                        float(np.mean(y == of.majority)),
                        genres,
                        None if matrix is None else matrix.counts,
                        None if matrix is None else matrix.accuracy_interval,
                        None if of.split.leaky else bayes_limit(drawn, n_draws=20_000).accuracy,
                    )
    return [found[number] for number in range(len(configs))]


def healthy(seeds: int) -> None:
    """Print how often each kind of diagnosis is made where nothing ails a training."""
    rows = []
    for name, settings in HEALTHY.items():
        config = configure(settings)
        kinds = Counter(map(_kind, trainings([seeded(config, seed) for seed in range(seeds)])))
        alarms = {kind: n for kind, n in kinds.items() if kind not in _UNALARMED}
        good = 100 * kinds["as_good_as_possible"] / seeds
        said = ", ".join(f"{kind} {100 * n / seeds:.0f} %" for kind, n in alarms.items()) or "none"
        rows.append([name, f"{good:.0f} %", f"{100 * kinds[None] / seeds:.0f} %", said])
    print_table(["healthy", "as good as possible", "no diagnosis", "alarms"], rows)


def faulty(seeds: int) -> None:
    """Print how often a fault is found, and what is found after its remedy."""
    rows = []
    for name, (settings, preset, right) in FAULTY.items():
        config = configure(settings, PRESETS[preset].config)
        ended = trainings([seeded(config, seed) for seed in range(seeds)])
        found = [diagnose(one) for one in ended]
        right_ones = [(of, one) for of, one in zip(ended, found, strict=True) if (one.kind if one else None) in right]
        mended = [(of, one.kind, one.remedy.config) for of, one in right_ones if one and one.remedy]
        better, after = "–", "–"
        if mended:
            now = trainings([config for _, _, config in mended])
            gains = [_best(then) - _best(of) for (of, _, _), then in zip(mended, now, strict=True)]
            gone = [kind != _kind(then) for (_, kind, _), then in zip(mended, now, strict=True)]
            better, after = f"{100 * float(np.mean(gains)):+.1f}", f"{100 * float(np.mean(gone)):.0f} %"
        rows.append([name, f"{100 * len(right_ones) / seeds:.0f} %", after, better])
    print_table(["fault", "found", "gone after the remedy", "points on validation"], rows)


def _best(of: Training) -> float:
    return of.best if of.epochs else of.majority


def _kind(of: Training) -> DiagnosisKind | None:
    found = diagnose(of)
    return found.kind if found else None


def main() -> None:
    """Print both tables."""
    import torch

    torch.set_num_threads(1)
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    faulty(max(1, seeds // 10))
    healthy(seeds)


if __name__ == "__main__":
    main()
