"""Seeds of a study's own, so far above its experiment's that nothing in it repeats a run of that experiment."""

from typing import Literal

from genre_core.settings.config import ExperimentConfig

Vary = Literal["network", "split", "both"]

MAX_SEED = 2**32


def reseeded(config: ExperimentConfig, further: int, vary: Vary) -> ExperimentConfig:
    """Return a configuration with seeds further on: of the network, of the split, or of both."""
    changes = {
        part: setting.model_copy(update={"seed": (setting.seed + further) % MAX_SEED})
        for part, setting in (("train", config.train), ("split", config.split))
        if vary in ("both", "network" if part == "train" else "split")
    }
    return config.model_copy(update=changes)
