"""Trend of a training that goes on, in words, and why training may lie below validation."""

import math
from collections.abc import Sequence

from genre_core.networks import NetworkConfig
from genre_core.settings.config import ExperimentConfig, TrainConfig
from genre_core.text import count
from genre_core.training.events import Epoch

STILL = 2
"""Epochs without a clear rise that are no trend yet."""


def trend(epochs: Sequence[Epoch], n_validation: int) -> str:
    """Say where validation accuracy goes: `still rising`, `flat for 4 epochs`, `falling`; nothing of a single epoch.

    A rise counts from one standard error of the accuracy of so many tracks on, a fall from two in the last two epochs.
    """
    if len(epochs) < 2:
        return ""
    level, since = epochs[0].validation_accuracy, 0
    for number, epoch in enumerate(epochs):
        if epoch.validation_accuracy > level + _error(level, n_validation):
            level, since = epoch.validation_accuracy, number
    late = max(epoch.validation_accuracy for epoch in epochs[-2:])
    flat = len(epochs) - 1 - since
    if flat and late < level - 2 * _error(level, n_validation):
        return "falling"
    return f"flat for {count(flat, 'epoch')}" if flat > STILL else "still rising"


def why_below(config: ExperimentConfig, epochs: Sequence[Epoch]) -> str:
    """Say why training lies below validation, where it does by a point and more; nothing where it does not.

    Of a network that is no worse on new tracks than on those it learned from, training accuracy is still lower where
    units are switched off, tracks changed or labels mixed while it learns.
    """
    late = epochs[-max(1, len(epochs) // 4) :]
    below = sum(epoch.validation_accuracy - epoch.train_accuracy for epoch in late) / max(1, len(late))
    handicap = _handicap(config.model, config.train)
    if not handicap or below < 0.01:
        return ""
    return f"Training lies below validation because {handicap} only while it learns."


def _handicap(model: NetworkConfig, train: TrainConfig) -> str:
    """Return what makes training harder than validation: `dropout is on`."""
    if getattr(model, "dropout", 0.0):
        return "dropout is on"
    if train.mixup:
        return "tracks are mixed"
    return "clips are changed" if any(model.augmentation(0.001)) else ""


def _error(rate: float, n: int) -> float:
    """Return the standard error of a rate on n tracks, half a point at least."""
    return max(0.005, math.sqrt(rate * (1 - rate) / max(1, n)))
