"""Branches: a run that goes on from one of its epochs with other settings, which its configuration holds."""

import json
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from genre_core.errors import ConfigError
from genre_core.settings.config import BeforeConfig, ExperimentConfig, TrainConfig
from genre_core.settings.names import configure, differences, flatten, settings
from genre_core.store.runs import RunStore
from genre_core.terminal.main import main
from genre_core.training.batch_trainer import BatchTrainer, shape_of
from genre_core.training.events import EpochEnd
from genre_core.training.experiment import drain, make_trainer, prepare
from genre_core.training.trainer import Trainer
from genre_core.workers.run import execute

SMALL = configure(
    {
        "data.n_samples": 400,
        "data.n_features": 6,
        "data.n_genres": 3,
        "model.hidden": (8,),
        "train.batch_size": 32,
        "train.max_epochs": 6,
        "train.learning_rate": 0.01,
    }
)
CHANGES = {
    "optimizer": st.sampled_from(["adam", "adamw", "sgd"]),
    "learning_rate": st.sampled_from([0.01, 0.001]),
    "momentum": st.sampled_from([0.0, 0.9]),
    "schedule": st.sampled_from(["constant", "cosine", "plateau"]),
    "batch_size": st.sampled_from([32, 50]),
    "monitor": st.sampled_from(["accuracy", "loss"]),
    "weight_decay": st.sampled_from([0.0, 0.01]),
    "label_smoothing": st.sampled_from([0.0, 0.1]),
    "class_weighting": st.sampled_from(["none", "balanced"]),
}


def branch(epochs: int, parent: ExperimentConfig = SMALL, **changes) -> ExperimentConfig:
    before = BeforeConfig(**parent.train.model_dump(exclude={"seed"}), epochs=epochs)
    train = parent.train.model_copy(update=changes)
    return ExperimentConfig.model_validate({**dict(parent), "train": train, "before": before})


@cache
def prepared():
    return prepare(SMALL)


def trained(config: ExperimentConfig):
    trainer = make_trainer(config, prepared())
    history, end = drain(trainer)
    return history, end, trainer


def numbers(history) -> list[tuple]:
    """Return all that an epoch says but how long it took and whether it was the best so far."""
    fields = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "learning_rate")
    return [(*(getattr(end, name) for name in fields), end.validation_pred.tobytes()) for end in history]


def test_without_a_branch_nothing_comes_before_and_the_fingerprint_is_what_it_was():
    config = configure({"before.learning_rate": 0.5})
    assert config == ExperimentConfig()
    assert config.fingerprint == ExperimentConfig().fingerprint
    assert "before" not in config.model_dump(mode="json")
    assert config.parent is None
    assert not any(name.startswith("before.") for name in flatten(config))
    assert differences(branch(2), config)["before.epochs"] == (2, None)


def test_a_branch_survives_json_and_has_settings_and_a_parent():
    config = branch(4, learning_rate=0.001)
    assert ExperimentConfig.model_validate_json(config.model_dump_json()) == config
    assert configure(flatten(config)) == config
    assert config.parent == SMALL
    assert config.fingerprint not in (SMALL.fingerprint, branch(3, learning_rate=0.001).fingerprint)
    titles = {item.name: item.title for item in settings(config)}
    assert titles["before.learning_rate"] == "Learning rate before"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"before.epochs": 4, "train.max_epochs": 4}, "A branch after epoch 4 needs a maximum of more than 4 epochs."),
        (
            {"before.epochs": 4, "before.max_epochs": 3},
            "A branch after epoch 4 needs a maximum of at least 4 epochs before it.",
        ),
        ({"before.epochs": -1}, "before.epochs is -1, but the lowest allowed is 0."),
        ({"before.epochs": 2, "before.seed": 7}, "There is no setting named before.seed."),
        ({"before.nothing": 7}, "There is no setting named before.nothing."),
    ],
)
def test_a_branch_that_cannot_be_is_refused_in_a_sentence(given, sentence):
    with pytest.raises(ConfigError) as caught:
        configure(given)
    assert str(caught.value) == sentence


def test_a_branch_trains_as_its_parent_until_its_epoch_and_otherwise_from_then_on():
    parent, _, _ = trained(SMALL)
    history, _, _ = trained(branch(3, learning_rate=0.001))
    assert numbers(history)[:3] == numbers(parent)[:3]
    assert {end.learning_rate for end in history[3:]} == {0.001}
    assert numbers(history)[3][5:] != numbers(parent)[3][5:]


@given(st.integers(1, 5), st.fixed_dictionaries(CHANGES))
@hypothesis_settings(max_examples=3)
def test_where_nothing_differs_a_branch_is_its_parent(epochs, how):
    parent = SMALL.model_copy(update={"train": TrainConfig(**{**SMALL.train.model_dump(), **how})})
    history, end, trainer = trained(parent)
    again, same, other = trained(branch(epochs, parent))
    assert numbers(again) == numbers(history)
    assert (same, other.weights()) == (end, trainer.weights())


@given(st.integers(1, 5), st.fixed_dictionaries(CHANGES), st.fixed_dictionaries(CHANGES))
@hypothesis_settings(max_examples=5)
def test_from_nothing_a_branch_is_what_it_is_from_its_parents_checkpoint(epochs, how, then):
    parent = SMALL.model_copy(update={"train": TrainConfig(**{**SMALL.train.model_dump(), **how})})
    config = branch(epochs, parent, **then)
    trainer = make_trainer(parent, prepared())
    events = iter(trainer)
    while trainer.epoch < epochs:
        next(events)
    rest = make_trainer(config, prepared())
    rest.restore(trainer.checkpoint())
    history, end, whole = trained(config)
    continued, same = drain(rest)
    assert numbers(continued) == numbers(history)[epochs:]
    assert (same, rest.weights()) == (end, whole.weights())


def test_patience_counts_from_the_branch_on():
    parent = SMALL.model_copy(update={"train": SMALL.train.model_copy(update={"patience": 1, "learning_rate": 1e-6})})
    stopped, end, _ = trained(parent)
    assert end.reason == "patience"
    history, _, _ = trained(branch(len(stopped), parent, learning_rate=0.01))
    assert len(history) > len(stopped)
    assert numbers(history)[: len(stopped)] == numbers(stopped)


def test_a_branch_judged_differently_finds_its_best_anew():
    _, end, _ = trained(branch(4, monitor="loss"))
    assert end.best_epoch > 4


def test_a_branch_goes_on_from_a_checkpoint_on_either_side_of_it():
    config = branch(3, optimizer="sgd", batch_size=50)
    history, _, whole = trained(config)
    for pause in (2, 3, 4):
        trainer = make_trainer(config, prepared())
        events = iter(trainer)
        while trainer.epoch < pause:
            next(events)
        rest = make_trainer(config, prepared())
        rest.restore(trainer.checkpoint())
        assert numbers(drain(rest)[0]) == numbers(history)[pause:]
        assert rest.weights() == whole.weights()


@pytest.mark.parametrize("changes", [{"learning_rate": 0.001, "label_smoothing": 0.1}, {"optimizer": "sgd"}])
def test_branches_trained_together_are_those_that_they_are_alone(changes):
    configs = [branch(2, **changes), branch(4, **changes), SMALL]
    trainers = [make_trainer(config, prepared()) for config in configs]
    groups: dict[object, list[int]] = {}
    for number, trainer in enumerate(trainers):
        groups.setdefault(shape_of(trainer), []).append(number)
    for members in groups.values():
        for _ in BatchTrainer([trainers[number] for number in members]):
            pass
    for config, trainer in zip(configs, trainers, strict=True):
        alone = trained(config)[2]
        assert trainer.epoch == alone.epoch
        ours, theirs = (np.frombuffer(t.weights(), np.uint8) for t in (trainer, alone))
        assert len(ours) == len(theirs)
        np.testing.assert_allclose(trainer.predict(prepared().X), alone.predict(prepared().X), atol=1e-4)


def test_the_first_epochs_of_a_stored_branch_are_those_of_its_stored_parent(tmp_path):
    store = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    configs = {"parent": SMALL, "branch": branch(3, learning_rate=0.001)}
    for name, config in configs.items():
        store.submit(name, config)
        execute(name, 1, store.url)
    assert store.run("branch").state == "complete"
    fields = [name for name in EpochEnd.__dataclass_fields__ if name not in ("seconds", "validation_pred")]
    ours, theirs = (
        [tuple(getattr(epoch, name) for name in fields) for epoch in store.epochs(name)[:3]] for name in configs
    )
    assert ours == theirs
    for epoch in (1, 2, 3):
        assert (store.predictions("parent", epoch) == store.predictions("branch", epoch)).all()
    assert [run.id for run in store.runs_of(configs["branch"].parent.fingerprint)] == ["parent"]
    store.close()


def test_a_branch_takes_over_what_a_paused_run_has_trained(tmp_path, monkeypatch):
    store = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    store.submit("parent", SMALL)
    store.request("parent", "step")
    execute("parent", 1, store.url)
    assert (store.run("parent").state, store.run("parent").epoch) == ("paused", 1)
    config, restored = branch(3, learning_rate=0.001), []
    restore = Trainer.restore
    monkeypatch.setattr(Trainer, "restore", lambda trainer, saved: restored.append(restore(trainer, saved)))
    store.submit("branch", config)
    execute("branch", 1, store.url)
    assert len(restored) == 1
    history, _, whole = trained(config)
    assert [epoch.validation_loss for epoch in store.epochs("branch")] == [end.validation_loss for end in history]
    assert store.artifact("branch", "weights") == whole.weights()
    assert (store.predictions("branch", 1) == history[0].validation_pred).all()
    store.submit("early", branch(1, learning_rate=0.001, max_epochs=2))
    monkeypatch.setattr("genre_core.workers.run._same_machine", lambda *_: False)
    execute("early", 1, store.url)  # what another machine has trained may differ in its last bits
    assert len(restored) == 1
    assert store.run("early").state == "complete"
    store.close()


def test_a_branch_of_a_complete_run_starts_from_a_checkpoint_that_was_kept(tmp_path, monkeypatch):
    store = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    monkeypatch.setattr("genre_core.store.checkpoints.EVERY_SECONDS", 0.0)
    store.submit("parent", SMALL)
    execute("parent", 1, store.url)
    assert store.run("parent").state == "complete"
    config, restored = branch(3, learning_rate=0.001), []
    restore = Trainer.restore
    monkeypatch.setattr(
        Trainer, "restore", lambda trainer, saved: restored.append((restore(trainer, saved), trainer.epoch)[1])
    )
    monkeypatch.setattr("genre_core.store.checkpoints.EVERY_SECONDS", 30.0)
    store.submit("branch", config)
    execute("branch", 1, store.url)
    assert restored == [3]
    history, _, whole = trained(config)
    assert [epoch.validation_loss for epoch in store.epochs("branch")] == [end.validation_loss for end in history]
    assert store.artifact("branch", "weights") == whole.weights()
    store.close()


def test_a_branch_trains_itself_what_a_run_has_trained_that_is_deleted_meanwhile(tmp_path, monkeypatch):
    store = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    store.submit("parent", SMALL)
    store.request("parent", "step")
    execute("parent", 1, store.url)
    kept = RunStore.checkpoint_before

    def deleted(self, run, epoch):
        checkpoint = kept(self, run, epoch)
        assert checkpoint
        self.delete(run.id)
        return checkpoint

    monkeypatch.setattr(RunStore, "checkpoint_before", deleted)
    store.submit("branch", config := branch(3, learning_rate=0.001))
    execute("branch", 1, store.url)
    assert store.run("branch").error is None
    assert store.artifact("branch", "weights") == trained(config)[2].weights()
    store.close()


def test_the_terminal_branches(capsys):
    words = ["--data.n_samples", "400", "--train.max_epochs", "3", "--train.learning_rate", "0.0001"]
    branched = ["--before.epochs", "2", "--part", "validation", "--no-store", "--json"]
    assert main(["train", *words, *branched]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["config"]["before"]["epochs"], found["config"]["before"]["learning_rate"]) == (2, 0.001)
    assert len(found["history"]) == 3
    assert main(["train", *words, "--before.epochs", "3"]) == 2
    assert capsys.readouterr().err.strip().endswith("A branch after epoch 3 needs a maximum of more than 3 epochs.")
