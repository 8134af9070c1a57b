"""The notebook's procedure, to the digit, against figures measured by running it (`golden/notebook_*.json`)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genre_core.settings.config import ExperimentConfig, SyntheticConfig
from genre_core.training.events import EpochEnd, TrainEnd
from genre_core.training.experiment import Prepared, drain, evaluate_part, make_trainer, prepare

GOLDEN = Path(__file__).with_name("golden")


@dataclass(frozen=True)
class Case:
    figures: dict[str, Any]
    config: ExperimentConfig
    prepared: Prepared
    first_weights: list[float]
    n_parameters: int
    history: tuple[EpochEnd, ...]
    end: TrainEnd
    logits: np.ndarray


@pytest.fixture(scope="module", params=["as_written", "overlapping"])
def case(request: pytest.FixtureRequest) -> Case:
    figures = json.loads((GOLDEN / f"notebook_{request.param}.json").read_text())
    config = ExperimentConfig(data=SyntheticConfig(overlap=figures["config"]["noise"]))
    prepared = prepare(config)
    trainer = make_trainer(config, prepared)
    first = next(iter(trainer.network.parameters()))[0, :5].tolist()
    n_parameters = trainer.n_parameters
    history, end = drain(trainer)
    return Case(figures, config, prepared, first, n_parameters, history, end, trainer.predict(prepared.X))


def test_settings_are_the_notebooks(case: Case) -> None:
    theirs, data, train = case.figures["config"], case.config.data, case.config.train
    assert (data.n_samples, data.n_features, data.n_genres, data.seed) == tuple(
        theirs[name] for name in ("n_samples", "n_features", "n_genres", "seed")
    )
    assert (train.max_epochs, train.patience, train.batch_size, train.learning_rate) == tuple(
        theirs[name] for name in ("epochs", "patience", "batch_size", "learning_rate")
    )


def test_data_are_bit_exact(case: Case) -> None:
    figures, dataset = case.figures["data"], case.prepared.dataset
    assert list(dataset.X.shape) == figures["shape"]
    assert dataset.X[0].tolist() == figures["X_first_row"]
    assert dataset.X[-1].tolist() == figures["X_last_row"]
    assert dataset.y[:20].tolist() == figures["y_first_20"]
    assert dataset.X.sum() == figures["X_sum"]


def test_split_and_scaler(case: Case) -> None:
    figures, split = case.figures["split"], case.prepared.split
    assert [len(split.train), len(split.validation), len(split.test)] == [figures[k] for k in ("train", "val", "test")]
    assert case.prepared.dataset.y[split.test][:20].tolist() == figures["y_test_first_20"]
    np.testing.assert_allclose(case.prepared.standardizer.mean, figures["scaler_mean"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(case.prepared.standardizer.scale, figures["scaler_scale"], rtol=0, atol=1e-12)


def test_initial_weights(case: Case) -> None:
    assert case.n_parameters == case.figures["model"]["n_parameters"] == 13_288
    assert case.first_weights == case.figures["model"]["fc1_weight_row0_first5"]


def test_every_epoch(case: Case) -> None:
    assert [event.epoch for event in case.history] == [epoch["epoch"] for epoch in case.figures["history"]]
    ours = [(e.train_loss, e.train_accuracy, e.validation_loss, e.validation_accuracy) for e in case.history]
    names = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
    theirs = [[epoch[name] for name in names] for epoch in case.figures["history"]]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


def test_end(case: Case) -> None:
    assert case.end.reason == "patience"
    assert (case.end.epochs, case.end.best_epoch) == (case.figures["epochs_run"], case.figures["best_epoch"])
    best = case.history[case.figures["best_epoch"] - 1]
    assert best.validation_accuracy == pytest.approx(case.figures["best_val_accuracy"], abs=1e-12)


def test_evaluation_on_the_test_part(case: Case) -> None:
    figures = case.figures["test"]
    found = evaluate_part(case.prepared, case.logits, "test")
    assert found.confusion_matrix.counts.tolist() == figures["confusion_matrix"]
    for ours, theirs in {
        found.accuracy: "accuracy",
        found.weighted_precision: "precision_weighted",
        found.weighted_recall: "recall_weighted",
        found.weighted_f1: "f1_weighted",
    }.items():
        assert ours == pytest.approx(figures[theirs], abs=1e-12)
    for name in ("precision", "recall", "f1", "support"):
        assert [getattr(genre, name) for genre in found.per_genre] == pytest.approx(figures["per_genre"][name])
