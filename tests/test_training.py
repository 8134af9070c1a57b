"""Training: torch's own numbers, the same after any interruption, and an end that is always told."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from genre_core.networks import LinearConfig, MlpConfig
from genre_core.settings.config import TrainConfig
from genre_core.training import trainer as training
from genre_core.training.events import EpochEnd, Progress, TrainEnd
from genre_core.training.trainer import Trainer, TrainingData
from tests.reference import curves

SMALL = MlpConfig(hidden=(12, 8), dropout=0.3)
KINDS = [(o, s) for o in ("adam", "adamw", "sgd") for s in ("constant", "cosine", "plateau")]


def make_data(n_train=130, n_validation=45, n_genres=3, seed=0, spread=1.0):
    rng = np.random.default_rng(seed)
    means = rng.normal(0, spread, (n_genres, 5))
    # An uneven mix of genres, each of them there.
    y = [
        np.concatenate([np.arange(n_genres), rng.integers(0, n_genres, n) ** 2 // n_genres])[:n]
        for n in (n_train, n_validation)
    ]
    X = [(means[labels] + rng.normal(0, 1, (len(labels), 5))).astype(np.float32) for labels in y]
    return TrainingData(X[0], y[0].astype(np.int64), X[1], y[1].astype(np.int64), n_genres)


DATA = make_data()


def trainer(config=None, model=SMALL, data=DATA, **settings):
    return Trainer(model, config or TrainConfig(**{"max_epochs": 6, "batch_size": 32} | settings), data)


def facts(event):
    """Return what an event says, without how long it took, as values that can be compared."""
    plain = {name: value for name, value in vars(event).items() if name != "seconds"}
    if isinstance(event, EpochEnd):
        plain["validation_pred"] = event.validation_pred.tolist()
    return type(event).__name__, plain


def ends(events):
    return [facts(event) for event in events if not isinstance(event, Progress)]


def weights_of(network):
    return [parameter.detach().clone() for parameter in network.parameters()]


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


# -- the numbers -------------------------------------------------------------------------------------------------------


@given(
    st.builds(
        TrainConfig,
        optimizer=st.sampled_from(["adam", "adamw", "sgd"]),
        schedule=st.sampled_from(["constant", "cosine", "plateau"]),
        learning_rate=st.sampled_from([1e-3, 1e-2]),
        batch_size=st.sampled_from([1, 13, 43, 129, 130, 8192]),
        weight_decay=st.sampled_from([0.0, 0.01]),
        label_smoothing=st.sampled_from([0.0, 0.2]),
        class_weighting=st.sampled_from(["none", "balanced"]),
        max_epochs=st.just(3),
        patience=st.just(500),
        seed=st.integers(0, 99),
    ),
    st.sampled_from([SMALL, LinearConfig(), MlpConfig(hidden=(6, 5, 4))]),
)
def test_curves_are_those_of_torchs_own_procedure(config, model):
    history = [event for event in Trainer(model, config, DATA) if isinstance(event, EpochEnd)]
    ours = [(e.train_loss, e.train_accuracy, e.validation_loss, e.validation_accuracy) for e in history]
    np.testing.assert_allclose(ours, curves(model, config, DATA), rtol=0, atol=2e-5)


@pytest.mark.parametrize(("n", "size"), [(130, 8192), (130, 130), (129, 64), (65, 64), (4, 1)])
def test_any_batch_size_trains(n, size):
    *epochs, end = trainer(data=make_data(n_train=n), batch_size=size, max_epochs=2)
    assert [event.epoch for event in epochs] == [1, 2]
    assert end == TrainEnd("max_epochs", end.best_epoch, 2)


def test_what_an_epoch_says_of_validation_is_what_the_network_then_predicts():
    running = trainer()
    for event in running:
        if isinstance(event, EpochEnd):
            pred = running.predict(DATA.X_validation).argmax(axis=1)
            assert event.validation_pred.tolist() == pred.tolist()
            assert event.validation_accuracy == (pred == DATA.y_validation).mean()
            assert event.seconds > 0


# -- the same again ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("optimizer", "schedule"), KINDS)
def test_a_configuration_determines_its_result(optimizer, schedule):
    first, second = (trainer(optimizer=optimizer, schedule=schedule) for _ in range(2))
    assert ends(first) == ends(second)
    assert same(weights_of(first.network), weights_of(second.network))
    assert ends(trainer(optimizer=optimizer, schedule=schedule, seed=1)) != ends(
        trainer(optimizer=optimizer, schedule=schedule)
    )


@pytest.mark.parametrize(("optimizer", "schedule"), KINDS)
def test_a_pause_at_any_event_changes_nothing(optimizer, schedule, monkeypatch):
    monkeypatch.setattr(training, "REPORT_SECONDS", 0.0)
    settings = {"optimizer": optimizer, "schedule": schedule, "patience": 4, "max_epochs": 5}
    whole = trainer(**settings)
    expected = list(whole)
    assert any(isinstance(event, Progress) for event in expected)
    resumed, seen = trainer(**settings), []
    while not (seen and isinstance(seen[-1], TrainEnd)):
        seen.append(next(iter(resumed)))
        if not isinstance(seen[-1], TrainEnd):
            checkpoint = resumed.checkpoint()
            resumed = trainer(**settings)
            resumed.restore(checkpoint)
    assert list(map(facts, seen)) == list(map(facts, expected))
    assert same(weights_of(resumed.network), weights_of(whole.network))
    assert resumed.weights() == whole.weights()


def test_taking_a_checkpoint_changes_nothing_and_it_holds_what_it_held():
    plain, watched = trainer(), trainer()
    expected, seen, checkpoints = ends(plain), [], []
    for event in watched:
        seen.append(event)
        checkpoints.append(watched.checkpoint())
    assert ends(seen) == expected
    back = trainer()
    back.restore(checkpoints[1])
    assert ends(back) == expected[2:]
    again = trainer()
    again.restore(checkpoints[1])
    assert ends(again) == expected[2:]


def test_a_pause_before_the_first_epoch_changes_nothing():
    first = trainer()
    resumed = trainer(seed=42)
    resumed.restore(first.checkpoint())
    assert ends(resumed) == ends(trainer())


def test_progress_within_an_epoch_grows_and_leaves_the_numbers_alone(monkeypatch):
    expected = ends(trainer())
    monkeypatch.setattr(training, "REPORT_SECONDS", 0.0)
    events = list(trainer())
    assert ends(events) == expected
    fractions = [event.fraction for event in events if isinstance(event, Progress) and event.epoch == 2]
    assert fractions == sorted(fractions)
    assert fractions == pytest.approx([32 / 130, 64 / 130, 96 / 130, 128 / 130])


# -- apart from others -------------------------------------------------------------------------------------------------


def test_trainings_side_by_side_do_not_touch_each_other(monkeypatch):
    monkeypatch.setattr(training, "REPORT_SECONDS", np.inf)  # no progress between epochs, however slow the machine
    alone = [ends(trainer(seed=1)), ends(trainer(seed=2, optimizer="sgd"))]
    a, b = iter(trainer(seed=1)), iter(trainer(seed=2, optimizer="sgd"))
    together = [[], []]
    for _ in range(7):
        together[0].append(next(a))
        together[1].append(next(b))
    assert [ends(events) for events in together] == alone


def test_the_global_stream_stays_where_it_was_and_does_not_matter():
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    expected = ends(trainer())
    assert torch.equal(torch.random.get_rng_state(), before)
    seen = []
    for event in trainer():
        torch.rand(17)
        seen.append(event)
    assert ends(seen) == expected


def test_the_data_are_not_changed():
    data = make_data()
    copies = [array.copy() for array in (data.X_train, data.y_train, data.X_validation, data.y_validation)]
    list(trainer(data=data))
    for array, copy in zip((data.X_train, data.y_train, data.X_validation, data.y_validation), copies, strict=True):
        assert np.array_equal(array, copy)


# -- the end -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("monitor", ["accuracy", "loss"])
def test_it_stops_when_nothing_got_better_for_as_long_as_patience_allows(monitor):
    running = trainer(monitor=monitor, patience=3, max_epochs=200, learning_rate=0.01)
    best = None
    *epochs, end = running
    for event in epochs:
        score = event.validation_accuracy if monitor == "accuracy" else -event.validation_loss
        assert event.is_best == (best is None or score > best[0])
        if event.is_best:
            best = (score, event.epoch)
    assert end == TrainEnd("patience", best[1], best[1] + 3)
    assert len(epochs) == end.epochs < 200
    kept = epochs[best[1] - 1]
    assert running.predict(DATA.X_validation).argmax(axis=1).tolist() == kept.validation_pred.tolist()


def test_the_best_by_loss_is_not_the_best_by_accuracy():
    settings = {"data": make_data(spread=0.3), "patience": 60, "max_epochs": 60, "learning_rate": 0.01}
    by = {monitor: list(trainer(monitor=monitor, **settings))[-1] for monitor in ("accuracy", "loss")}
    assert by["accuracy"].best_epoch != by["loss"].best_epoch


def test_patience_as_long_as_the_training_never_stops_early():
    assert list(trainer(max_epochs=30, patience=30, learning_rate=1e-6))[-1].reason == "max_epochs"


def test_a_training_that_diverges_at_once_says_so_and_has_nothing_to_keep():
    data = TrainingData(DATA.X_train * 1e20, DATA.y_train, DATA.X_validation, DATA.y_validation, 3)
    running = trainer(data=data, optimizer="sgd", learning_rate=10)
    before = weights_of(running.network)
    assert list(running) == [TrainEnd("diverged", None, 0)]
    assert same(weights_of(running.network), before)


@pytest.mark.parametrize("model", [LinearConfig(), SMALL])
def test_a_training_that_diverges_later_keeps_its_best_weights(model):
    # A decay of three times each weight overshoots: weights double with each step.
    settings = {"optimizer": "sgd", "momentum": 0.0, "learning_rate": 3.0, "weight_decay": 1.0}
    running, best = trainer(model=model, max_epochs=500, patience=500, **settings), None
    *epochs, end = running
    assert end.reason == "diverged"
    assert 1 <= end.epochs == len(epochs) < 100
    assert all(np.isfinite([event.train_loss, event.validation_loss]).all() for event in epochs)
    again = trainer(model=model, max_epochs=500, patience=500, **settings)
    for event in again:
        if event.epoch == end.best_epoch:
            best = weights_of(again.network)
            break
    assert same(weights_of(running.network), best)


def test_leaving_early_keeps_the_best_weights():
    running, kept = trainer(max_epochs=20), []
    for event in running:
        if event.is_best:
            kept = weights_of(running.network)
        if event.epoch == 3:
            break
    end = running.finish()
    assert (end.reason, end.epochs) == ("stopped", 3)
    assert same(weights_of(running.network), kept)


def test_a_finished_training_has_nothing_more_to_do():
    running = trainer()
    *_, end = running
    assert list(running) == [end]


# -- what settings do --------------------------------------------------------------------------------------------------


def last(**settings):
    running = trainer(**{"max_epochs": 30, "patience": 30, "learning_rate": 0.01, "monitor": "loss"} | settings)
    epochs = [event for event in running if isinstance(event, EpochEnd)]
    return running, epochs


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_weight_decay_makes_weights_smaller(optimizer):
    sizes = []
    for decay in (0.0, 0.1, 1.0):
        running, _ = last(optimizer=optimizer, weight_decay=decay)
        sizes.append(sum(float((weight**2).sum()) for weight in weights_of(running.network)))
    assert sizes == sorted(sizes, reverse=True)


def test_label_smoothing_makes_it_less_sure():
    surest = []
    for smoothing in (0.0, 0.5):
        running, _ = last(label_smoothing=smoothing)
        surest.append(torch.tensor(running.predict(DATA.X_validation)).softmax(1).max(1).values.mean())
    assert surest[1] < surest[0] - 0.1


def test_class_weighting_finds_more_of_a_rare_genre():
    rng = np.random.default_rng(3)
    y = (np.arange(400) % 20 == 0).astype(np.int64)
    X = (rng.normal(0, 1, (400, 5)) + y[:, None] * 0.8).astype(np.float32)
    data = TrainingData(X[:300], y[:300], X[300:], y[300:], 2)
    found = [
        (last(data=data, class_weighting=weighting)[0].predict(data.X_train).argmax(axis=1) == 1).sum()
        for weighting in ("none", "balanced")
    ]
    assert found[1] > 2 * found[0]


def test_a_cosine_ends_low_and_every_epoch_says_its_rate():
    _, epochs = last(schedule="cosine")
    assert epochs[0].learning_rate == 0.01
    assert epochs[-1].learning_rate < 0.0001
    _, epochs = last(schedule="constant")
    assert {event.learning_rate for event in epochs} == {0.01}


def test_parameters_are_counted():
    assert trainer().n_parameters == (5 + 1) * 12 + (12 + 1) * 8 + (8 + 1) * 3
