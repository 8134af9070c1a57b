"""Remedies: from what ails a training to the change of settings that mends it, where one setting does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genre_core.errors import ConfigError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import all_settings, configure, flatten
from genre_core.text import joined

USUAL_RATES: Mapping[str, float] = {"adam": 1e-3, "adamw": 1e-3, "sgd": 1e-2}
"""Learning rates that usually work, by optimizer: the defaults of Keras; Adam's is that of its paper too."""
USUAL_HIDDEN = (64, 32)
WIDEST = 512
STRONG_DROPOUT, USUAL_DROPOUT = 0.5, 0.2
STRONG_DECAY = 0.01
USUAL_PATIENCE = 10
ENOUGH_TRACKS = 2000
"""Synthetic tracks of which validation holds 300: accuracy is then known to within about ±5 points."""


@dataclass(frozen=True)
class Remedy:
    """A change of settings, dotted name → value, the settings with it, and the label of the button that trains so."""

    changes: Mapping[str, Any]
    config: ExperimentConfig
    label: str

    @property
    def options(self) -> str:
        """Return the same as options of the terminal: `--train.learning_rate 0.005`."""
        return " ".join(f"--{name} {_option(value)}" for name, value in self.changes.items())


def slower(config: ExperimentConfig) -> Remedy | None:
    """Take a tenth of the learning rate."""
    return _remedy(config, {"train.learning_rate": _rounded(config.train.learning_rate / 10)})


def usual_rate(config: ExperimentConfig) -> Remedy | None:
    """Take the usual learning rate, where this one has taught nothing; a tenth where it is the usual one or lower."""
    usual = USUAL_RATES[config.train.optimizer]
    return slower(config) if config.train.learning_rate <= usual else _remedy(config, {"train.learning_rate": usual})


def nearer_usual(config: ExperimentConfig) -> Remedy | None:
    """Take a tenth of a learning rate that is ten times the usual one or more."""
    return slower(config) if config.train.learning_rate >= 10 * USUAL_RATES[config.train.optimizer] else None


def faster(config: ExperimentConfig) -> Remedy | None:
    """Take ten times the learning rate where it is far below the usual one."""
    rate, usual = config.train.learning_rate, USUAL_RATES[config.train.optimizer]
    return _remedy(config, {"train.learning_rate": _rounded(min(10 * rate, usual))}) if rate <= usual / 5 else None


def no_decay(config: ExperimentConfig) -> Remedy | None:
    """Leave out a weight decay that is strong."""
    return _remedy(config, {"train.weight_decay": 0.0}) if config.train.weight_decay >= STRONG_DECAY else None


def longer(config: ExperimentConfig) -> Remedy | None:
    """Train for more epochs: as many again, or ten at least."""
    most = all_settings()["train.max_epochs"].high or 0
    epochs = config.train.max_epochs
    return _remedy(config, {"train.max_epochs": min(int(most), max(epochs + 10, 2 * epochs))})


def more_patience(config: ExperimentConfig) -> Remedy | None:
    """Wait longer for a better epoch: as usual, or twice as long."""
    return _remedy(config, {"train.patience": max(USUAL_PATIENCE, 2 * config.train.patience)})


def less_dropout(config: ExperimentConfig) -> Remedy | None:
    """Take a usual dropout where it is strong."""
    dropout = flatten(config).get("model.dropout", 0.0)
    return _remedy(config, {"model.dropout": USUAL_DROPOUT}) if dropout > STRONG_DROPOUT else None


def more_dropout(config: ExperimentConfig) -> Remedy | None:
    """Take dropout where there is little, of networks that have it."""
    dropout = flatten(config).get("model.dropout", 1.0)
    return _remedy(config, {"model.dropout": STRONG_DROPOUT}) if dropout < STRONG_DROPOUT else None


def more_tracks(config: ExperimentConfig) -> Remedy | None:
    """Draw more synthetic tracks: four times as many, and enough to tell."""
    if not (drawn := config.data.generator):
        return None
    return _remedy(config, {"data.n_samples": max(ENOUGH_TRACKS, 4 * drawn.n_samples)})


def some_decay(config: ExperimentConfig) -> Remedy | None:
    """Take weight decay where there is none."""
    return _remedy(config, {"train.weight_decay": 0.001}) if config.train.weight_decay < 0.001 else None


def wider(config: ExperimentConfig) -> Remedy | None:
    """Take a larger perceptron: a usual one, or twice as wide."""
    hidden = flatten(config).get("model.hidden")
    if not hidden:
        return None
    larger = USUAL_HIDDEN if min(hidden) < min(USUAL_HIDDEN) else tuple(min(WIDEST, 2 * width) for width in hidden)
    return _remedy(config, {"model.hidden": larger}) if larger != hidden else None


def balanced(config: ExperimentConfig) -> Remedy | None:
    """Weight every genre alike."""
    return _remedy(config, {"train.class_weighting": "balanced"}) if config.train.class_weighting == "none" else None


def _remedy(config: ExperimentConfig, changes: Mapping[str, Any]) -> Remedy | None:
    """Return the remedy; None where it changes nothing or the settings do not allow it."""
    try:
        mended = configure(changes, config)
    except ConfigError:
        return None
    return None if mended == config else Remedy(changes, mended, f"Train with {joined(_said(changes))}")


def _said(changes: Mapping[str, Any]) -> list[str]:
    named = all_settings()
    said = []
    for name, value in changes.items():
        label = named[name].label(value)
        match name:
            case "train.class_weighting":
                said.append("balanced genres")
            case "data.n_samples" | "train.max_epochs":
                said.append(f"{label} {named[name].unit}")
            case "train.weight_decay" if not value:
                said.append("no weight decay")
            case _:
                said.append(f"{named[name].title.lower()} {label}")
    return said


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


def _option(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
