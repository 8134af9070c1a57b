"""Many networks at once: every member is the training that it would be alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from genre_core.errors import ConfigError
from genre_core.networks import LinearConfig, MlpConfig
from genre_core.settings.config import ExperimentConfig, ModelConfig, SyntheticConfig, TrainConfig
from genre_core.training import batch_trainer as trainer
from genre_core.training.batch_trainer import BatchTrainer
from genre_core.training.events import EpochEnd, Event, Progress, TrainEnd
from genre_core.training.experiment import make_trainer, prepare
from genre_core.training.trainer import Trainer, TrainingData
from tests.test_training import make_data
from tests.twin_network import TwinConfig

DATA = make_data()
SMALL = MlpConfig(hidden=(12, 8), dropout=0.3)


def together(members: list[Trainer], at_once: int = 16) -> dict[int, list[Event]]:
    """Train members at once and return each one's events, but for progress within an epoch."""
    found: dict[int, list[Event]] = {number: [] for number in range(len(members))}
    for number, event in BatchTrainer(members, at_once):
        if not isinstance(event, Progress):
            found[number].append(event)
    return found


def alone(member: Trainer) -> list[Event]:
    return [event for event in member if not isinstance(event, Progress)]


def assert_same(found: list[Event], expected: list[Event], atol: float = 1e-4) -> None:
    """Compare what is said of every epoch, and how training ended."""
    assert len(found) == len(expected)
    assert found[-1] == expected[-1]
    for mine, theirs in zip(found[:-1], expected[:-1], strict=True):
        assert isinstance(mine, EpochEnd)
        assert isinstance(theirs, EpochEnd)
        assert (mine.epoch, mine.is_best) == (theirs.epoch, theirs.is_best)
        for name in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "learning_rate"):
            assert getattr(mine, name) == pytest.approx(getattr(theirs, name), abs=atol, rel=0)
        assert mine.validation_pred.tolist() == theirs.validation_pred.tolist()


OWN = st.builds(
    TrainConfig,
    learning_rate=st.sampled_from([1e-3, 1e-2, 0.1]),
    momentum=st.sampled_from([0.0, 0.9]),
    schedule=st.sampled_from(["constant", "cosine", "plateau"]),
    weight_decay=st.sampled_from([0.0, 0.01]),
    label_smoothing=st.sampled_from([0.0, 0.2]),
    class_weighting=st.sampled_from(["none", "balanced"]),
    monitor=st.sampled_from(["accuracy", "loss"]),
    max_epochs=st.integers(1, 4),
    patience=st.integers(1, 4),
    seed=st.integers(0, 99),
)
"""Settings that each member may have for itself."""


@given(
    st.lists(
        st.tuples(OWN, st.sampled_from([0.0, 0.3, 0.5]), st.sampled_from(["torch", "fast"])), min_size=1, max_size=5
    ),
    st.sampled_from(["adam", "adamw", "sgd"]),
    st.sampled_from([13, 43, 64, 8192]),
    st.sampled_from([(), (12,), (12, 8), (6, 5, 4)]),
    st.integers(1, 4),
)
@example([(TrainConfig(max_epochs=1, seed=seed), 0.3, "torch") for seed in range(2)], "adam", 1, (12, 8), 2)
@settings(max_examples=12)
def test_each_member_is_the_training_that_it_would_be_alone(own, optimizer, batch_size, hidden, at_once):
    def members() -> list[Trainer]:
        return [Trainer(model(rate, masks), config.model_copy(update=shared), DATA) for config, rate, masks in own]

    def model(rate: float, masks: str) -> ModelConfig:
        return MlpConfig(hidden=hidden, dropout=rate, masks=masks) if hidden else LinearConfig()

    shared = {"optimizer": optimizer, "batch_size": batch_size}
    first, second = members(), members()
    found = together(first, at_once)
    for number, member in enumerate(second):
        assert_same(found[number], alone(member))
        np.testing.assert_allclose(
            first[number].predict(DATA.X_validation), member.predict(DATA.X_validation), rtol=0, atol=1e-4
        )


@pytest.mark.parametrize("overlap", [0.8, 4.25])
def test_of_the_notebook_members_that_stop_at_different_epochs_are_the_same_as_alone(overlap):
    configs = [
        ExperimentConfig(
            data=SyntheticConfig(overlap=overlap),
            model=MlpConfig(dropout=rate),
            train=TrainConfig(seed=seed, max_epochs=epochs, patience=2, learning_rate=1e-3 * (1 + seed % 2)),
        )
        for seed, rate, epochs in ((42, 0.3, 3), (43, 0.5, 1), (44, 0.0, 2))
    ]
    prepared = prepare(configs[0])
    found = together([make_trainer(config, prepared) for config in configs], at_once=2)
    for number, config in enumerate(configs):
        assert_same(found[number], alone(make_trainer(config, prepared)))
    assert len({len(events) for events in found.values()}) > 1


def test_members_may_have_data_of_their_own_with_a_track_more_or_less():
    def members() -> list[Trainer]:
        config = TrainConfig(batch_size=32, max_epochs=3)
        return [Trainer(SMALL, config, make_data(n_train=n, seed=n)) for n in (129, 130, 131, 128)]

    found = together(members())
    for number, member in enumerate(members()):
        assert_same(found[number], alone(member))


def test_what_early_stopping_ends_makes_room_for_what_waits():
    def config(seed: int) -> TrainConfig:
        return TrainConfig(seed=seed, max_epochs=1 + 3 * (seed % 2), patience=4)

    order = [
        (number, type(event))
        for number, event in BatchTrainer([Trainer(SMALL, config(seed), DATA) for seed in range(4)], at_once=2)
    ]
    first_end = order.index((0, TrainEnd))
    assert (2, EpochEnd) not in order[:first_end]
    assert order.index((2, EpochEnd)) < order.index((1, TrainEnd))


def test_where_none_waits_others_are_asked_for_and_come_to_what_they_would_alone():
    configs = [TrainConfig(seed=seed, max_epochs=1 + 2 * (seed % 2)) for seed in range(5)]
    later = [Trainer(SMALL, config, DATA) for config in configs[2:]]
    batch = BatchTrainer(
        [Trainer(SMALL, config, DATA) for config in configs[:2]],
        at_once=2,
        more=lambda: later.pop(0) if later else None,
    )
    found: dict[int, list[Event]] = {number: [] for number in range(5)}
    for number, event in batch:
        assert len(later) == 3 or found[0], "nobody is asked for before a place is free"
        found[number].append(event)
    for number, config in enumerate(configs):
        assert_same(found[number], alone(Trainer(SMALL, config, DATA)))


def test_a_member_that_diverges_ends_alone():
    wild = TrainConfig(optimizer="sgd", learning_rate=10.0, momentum=0.99, max_epochs=30, patience=30)
    tame = wild.model_copy(update={"learning_rate": 1e-3, "momentum": 0.0})
    huge = replace(DATA, X_train=DATA.X_train * 1e6)
    found = together([Trainer(SMALL, wild, huge), Trainer(SMALL, tame, DATA)])
    assert found[0][-1].reason == "diverged"
    assert_same(found[1], alone(Trainer(SMALL, tame, DATA)))


def test_members_that_stop_being_iterated_keep_their_best_weights():
    members = [Trainer(SMALL, TrainConfig(seed=seed, max_epochs=9), DATA) for seed in range(2)]
    best: dict[int, list[int]] = {}
    for number, event in BatchTrainer(members):
        if isinstance(event, EpochEnd) and event.is_best:
            best[number] = event.validation_pred.tolist()
        if number == 1 and isinstance(event, EpochEnd) and event.epoch == 3:
            break
    for number, member in enumerate(members):
        assert member.finish().epochs == 3
        assert member.predict(DATA.X_validation).argmax(1).tolist() == best[number]


def test_of_long_epochs_progress_is_said_for_each_member(monkeypatch):
    monkeypatch.setattr(trainer, "REPORT_SECONDS", 0.0)
    members = [Trainer(SMALL, TrainConfig(seed=seed, max_epochs=1, batch_size=16), DATA) for seed in range(2)]
    said = [(number, event.fraction) for number, event in BatchTrainer(members) if isinstance(event, Progress)]
    assert {number for number, _ in said} == {0, 1}
    assert all(0 < fraction < 1 for _, fraction in said)


@pytest.mark.parametrize(
    "other",
    [
        Trainer(MlpConfig(hidden=(12,)), TrainConfig(), DATA),
        Trainer(SMALL, TrainConfig(batch_size=32), DATA),
        Trainer(SMALL, TrainConfig(optimizer="sgd"), DATA),
        Trainer(SMALL, TrainConfig(batch_size=64), make_data(n_train=400)),
    ],
)
def test_of_different_shapes_it_says_what_differs(other):
    with pytest.raises(ConfigError, match="differ in layers, batch size, optimizer or number of batches"):
        BatchTrainer([Trainer(SMALL, TrainConfig(), DATA), other])


def test_networks_that_cannot_be_computed_together_are_trained_one_by_one():
    configs = [TrainConfig(seed=seed, max_epochs=3) for seed in range(3)]
    found = together([Trainer(TwinConfig(), config, DATA) for config in configs])
    for number, config in enumerate(configs):
        assert_same(found[number], alone(Trainer(TwinConfig(), config, DATA)), atol=0.0)


def test_one_by_one_too_a_member_ends_after_the_epoch_that_it_is_in():
    batch = BatchTrainer([Trainer(TwinConfig(), TrainConfig(seed=seed, max_epochs=9), DATA) for seed in range(2)])
    ended = {}
    for number, event in batch:
        if isinstance(event, EpochEnd) and (number, event.epoch) == (0, 2):
            batch.stop(0)
        if isinstance(event, TrainEnd):
            ended[number] = (event.reason, event.epochs)
    assert ended[0] == ("stopped", 2)
    assert ended[1][0] == "max_epochs"


def test_compiled_masks_are_torchs_and_leave_its_generator_where_torch_does(monkeypatch):
    from genre_core.networks import masks

    torchs, compiled = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    for n, words_before in ((1, 0), (311, 1), (312, 0), (313, 3), (12_288, 0), (2000, 1), (7, 624)):
        for keep in (0.7, 1 - 1e-9, 1e-3):
            found = []
            for generator, after in ((torchs, np.inf), (compiled, 0)):
                monkeypatch.setattr(masks, "COMPILED_AFTER", after)
                torch.randperm(words_before + 1, generator=generator)  # a word for each: pairs begin at any place
                found.append(masks.TorchMasks(1 - keep).fill(torch.empty(n), generator))
            assert torch.equal(*found)
            assert torch.equal(torchs.get_state(), compiled.get_state())


def test_a_process_that_is_there_to_train_takes_compiled_masks_from_the_first_on(monkeypatch):
    from genre_core.networks import masks, twister

    filled = []
    monkeypatch.setattr(masks.TorchMasks, "_drawn", 0)
    monkeypatch.setattr(twister, "fill_mask", lambda out, *_: filled.append(len(out)))
    for _ in range(2):
        masks.TorchMasks(0.3).fill(torch.empty(7), torch.Generator())
        masks.TorchMasks.load_compiled()
    assert filled == [7]


def test_fast_masks_switch_off_as_many_units_and_keep_the_mean():
    from genre_core.networks.masks import FastMasks, TorchMasks

    for kind in (FastMasks, TorchMasks):
        torch.manual_seed(1)
        masks = torch.stack([kind(0.3).fill(torch.empty(64, 128)) for _ in range(100)])
        off = float((masks == 0).double().mean())
        assert off == pytest.approx(0.3, abs=5 * np.sqrt(0.21 / masks.numel()))
        assert float(masks.mean()) == pytest.approx(1.0, abs=0.005)
        of_units = (masks == 0).double().mean((0, 1))
        assert float(of_units.std()) == pytest.approx(np.sqrt(0.21 / 6400), rel=0.3)


def test_with_fast_masks_a_pause_changes_nothing():
    config = TrainConfig(max_epochs=4)
    model = MlpConfig(hidden=(12, 8), masks="fast")
    whole, resumed = Trainer(model, config, DATA), Trainer(model, config, DATA)
    expected = alone(whole)
    next(iter(resumed))
    checkpoint = resumed.checkpoint()
    resumed = Trainer(model, config, DATA)
    resumed.restore(checkpoint)
    assert_same(alone(resumed), expected[1:], atol=0.0)


def accuracies(masks: str, seeds: range) -> list[float]:
    data: TrainingData = make_data(n_train=260, n_validation=400, seed=5)
    config = TrainConfig(max_epochs=8, patience=8, learning_rate=5e-3, batch_size=32)
    members = [
        Trainer(MlpConfig(hidden=(16, 8), dropout=0.4, masks=masks), config.model_copy(update={"seed": seed}), data)
        for seed in seeds
    ]
    return [events[-2].validation_accuracy for events in together(members).values()]


def test_results_of_fast_masks_differ_from_torchs_by_chance_alone():
    from scipy.stats import ttest_ind

    torchs, fast = accuracies("torch", range(30)), accuracies("fast", range(100, 130))
    found = ttest_ind(torchs, fast)
    assert found.pvalue > 0.01
    assert np.abs(np.mean(torchs) - np.mean(fast)) < 0.02
