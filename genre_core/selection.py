"""What stands beside one configuration to say how sure its score is: the same with other seeds, and on other folds."""

from typing import Literal

from genre_core.config import ExperimentConfig

Vary = Literal["network", "split", "both"]

OWN_SEEDS, MAX_SEED = 1000, 2**32
"""How far the seeds of repeats lie above the configuration's own, so that none of them repeats a run of it."""


def repeated(config: ExperimentConfig, k: int, vary: Vary = "both") -> list[ExperimentConfig]:
    """Return k configurations that differ from one by their seeds: of the network, of the split, or of both."""
    return [_with_seeds(config, OWN_SEEDS + number, vary) for number in range(1, k + 1)]


def folds(config: ExperimentConfig, k: int, repeats: int = 1) -> list[ExperimentConfig]:
    """Return the k · repeats configurations of a k-fold cross-validation, each with another fold held out.

    What the test part leaves is dealt into k folds anew for each repeat; the test part is the same throughout.
    """
    cut = [config.split.model_copy(update={"folds": k, "fold": fold}) for fold in range(1, k * repeats + 1)]
    return [config.model_copy(update={"split": split}) for split in cut]


def _with_seeds(config: ExperimentConfig, further: int, vary: Vary) -> ExperimentConfig:
    train = config.train.model_copy(update={"seed": (config.train.seed + further) % MAX_SEED})
    split = config.split.model_copy(update={"seed": (config.split.seed + further) % MAX_SEED})
    changes = {"network": {"train": train}, "split": {"split": split}, "both": {"train": train, "split": split}}
    return config.model_copy(update=changes[vary])
