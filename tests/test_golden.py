"""The notebook's procedure, against its own loop on this machine and against figures measured by running it elsewhere.

The last bit of a matrix product depends on the processor, and training enlarges it: a difference of 1e-8 in the first
epoch is 2e-4 in the twelfth. So every epoch must be that of the notebook's loop on the same machine (`reference.py`);
the stored figures (`golden/notebook_*.json`) hold for data, split, scaler, initial weights and the first epochs, and of
the end for what every processor gives.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genre_core.settings.config import ExperimentConfig, SyntheticConfig
from genre_core.terminal.main import main
from genre_core.training.events import EpochEnd, TrainEnd
from genre_core.training.experiment import Prepared, drain, evaluate_part, make_trainer, prepare
from tests.reference import curves

GOLDEN = Path(__file__).with_name("golden")
SAME_EVERYWHERE = 6
"""Epochs after which processors differ by less than 1e-5."""
TEST_ACCURACY = {0.8: (1.0, 1.0), 4.25: (0.785, 0.815)}
"""The range over 20 seeds of the network, by overlap."""


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


def curves_of(history: tuple[EpochEnd, ...]) -> np.ndarray:
    return np.array([(e.train_loss, e.train_accuracy, e.validation_loss, e.validation_accuracy) for e in history])


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
    assert dataset.X.sum() == pytest.approx(figures["X_sum"], rel=1e-12)


def test_split_and_scaler(case: Case) -> None:
    figures, split = case.figures["split"], case.prepared.split
    assert [len(split.train), len(split.validation), len(split.test)] == [figures[k] for k in ("train", "val", "test")]
    assert case.prepared.dataset.y[split.test][:20].tolist() == figures["y_test_first_20"]
    np.testing.assert_allclose(case.prepared.standardizer.mean, figures["scaler_mean"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(case.prepared.standardizer.scale, figures["scaler_scale"], rtol=0, atol=1e-12)


def test_initial_weights(case: Case) -> None:
    assert case.n_parameters == case.figures["model"]["n_parameters"] == 13_288
    # Where a processor cannot multiply and add in one step, the last bit of a float32 is another one.
    np.testing.assert_array_almost_equal_nulp(
        np.float32(case.first_weights), np.float32(case.figures["model"]["fc1_weight_row0_first5"]), nulp=1
    )


def test_every_epoch_is_that_of_the_notebooks_loop(case: Case) -> None:
    config, data = case.config, case.prepared.training_data
    train = config.train.model_copy(update={"max_epochs": len(case.history)})
    theirs = curves(config.model, train, data)
    np.testing.assert_allclose(curves_of(case.history), theirs, rtol=0, atol=1e-7)


def test_the_first_epochs_are_those_measured_elsewhere(case: Case) -> None:
    names = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
    theirs = [[epoch[name] for name in names] for epoch in case.figures["history"][:SAME_EVERYWHERE]]
    np.testing.assert_allclose(curves_of(case.history)[:SAME_EVERYWHERE], theirs, rtol=0, atol=1e-5)


def test_training_ends_after_ten_epochs_without_a_better_one(case: Case) -> None:
    assert case.end.reason == "patience"
    scores = [event.validation_accuracy for event in case.history]
    assert case.end.best_epoch == 1 + int(np.argmax(scores))
    assert case.end.epochs == case.end.best_epoch + case.config.train.patience


def test_the_test_part_is_answered_as_well_as_on_any_processor(case: Case) -> None:
    found = evaluate_part(case.prepared, case.logits, "test")
    matrix = np.array(found.confusion_matrix.counts)
    assert matrix.sum(axis=1).tolist() == [150] * 8
    low, high = TEST_ACCURACY[case.figures["config"]["noise"]]
    assert low <= found.accuracy <= high
    assert found.accuracy == pytest.approx(matrix.trace() / matrix.sum())
    if found.accuracy == 1:  # nothing is left to chance
        assert matrix.tolist() == case.figures["test"]["confusion_matrix"]


def test_the_terminal_tells_the_figures_of_its_preset(case: Case, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path}/store.sqlite")
    preset, limit = {0.8: ("notebook", 1.0), 4.25: ("overlapping", 0.8185)}[case.figures["config"]["noise"]]
    assert main(["train", "--preset", preset, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found = json.loads(out)
    assert (found["best_epoch"], found["stopped_because"]) == (case.end.best_epoch, "patience")
    names = ["epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy"]
    for told, event in zip(found["history"], case.history, strict=True):
        assert list(told) == [*names, "seconds"]
        assert [told[name] for name in names] == [getattr(event, name) for name in names]
    test = evaluate_part(case.prepared, case.logits, "test")
    assert found["test"]["confusion_matrix"] == test.confusion_matrix.counts.tolist()
    assert found["test"]["accuracy"] == test.accuracy
    assert found["test"]["weighted_f1"] == test.weighted_f1
    assert found["bayes"]["accuracy"] == pytest.approx(limit, abs=4 * found["bayes"]["standard_error"] + 1e-4)
    assert abs(found["bayes"]["test_accuracy"] - limit) < 0.03
