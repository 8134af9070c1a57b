"""Branches: a run that goes on from one of another's epochs with other settings, from one configuration to another."""

from collections.abc import Mapping
from typing import Any

from genre_core.errors import ConfigError
from genre_core.settings.config import BeforeConfig, ExperimentConfig

MORE_EPOCHS, MOST_EPOCHS = 10, 500
"""Epochs that a branch gets at least where the run before it had no more, and the most that a run may have."""


def branch_of(config: ExperimentConfig, epochs: int, **changes: Any) -> ExperimentConfig:
    """Return the branch of a run after `epochs` of its epochs, with these `changes` to how it learns from then on.

    Where the run has no epochs left then, the branch may train further. A branch of a branch that lies no later than
    the first is one of the run before both.
    Raises ConfigError where there is no such epoch, the run is an ensemble, or a branch would be branched again.
    """
    if config.averaged_with:
        raise ConfigError("An ensemble has no epochs to branch from: use one of its members.")
    if not 1 <= epochs < MOST_EPOCHS:
        raise ConfigError(f"A run can be branched after epoch 1 to {MOST_EPOCHS - 1}, not after {epochs}.")
    if config.parent is not None:
        if epochs > config.before.epochs:
            raise ConfigError(
                f"This run is a branch itself, so you can branch from its epochs up to {config.before.epochs}."
            )
        return branch_of(config.parent, epochs, **changes)
    train = config.train
    if train.max_epochs <= epochs:
        changes = {"max_epochs": min(MOST_EPOCHS, epochs + max(MORE_EPOCHS, train.patience)), **changes}
    before = BeforeConfig(**train.model_dump(exclude={"seed"}), epochs=epochs)
    after = type(train).model_validate({**train.model_dump(), **changes})
    return ExperimentConfig.model_validate({**dict(config), "train": after, "before": before})


def latest_branch(config: ExperimentConfig) -> int:
    """Return after which epoch a run can be branched at the latest, had it trained that far."""
    return 0 if config.averaged_with else config.before.epochs or MOST_EPOCHS - 1


def changed_at_branch(config: ExperimentConfig) -> Mapping[str, tuple[Any, Any]]:
    """Return what a branch changes: setting (`train.learning_rate`) → (value from the branch on, value before)."""
    parent = config.parent
    if parent is None:
        return {}
    ours, theirs = dict(config.train), dict(parent.train)
    return {f"train.{name}": (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]}
