"""Seeds of a study's own, so far above its experiment's that nothing in it repeats a run of that experiment."""

from typing import Any, Literal

from pydantic import ValidationInfo, model_validator

from genre_core.settings.config import ExperimentConfig
from genre_core.values import Frozen

Vary = Literal["network", "split", "both"]

MAX_SEED = 2**32


class KeepsTestClosed(Frozen):
    """Repeated splits; `closed` says whether the configuration's own test tracks are in none of them.

    They stay out unless it is said otherwise. Earlier versions dealt all tracks and wrote nothing of it: what is stored
    without a word is read as it was.
    """

    closed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _stay_out(cls, values: Any, info: ValidationInfo) -> Any:
        return {"closed": True, **values} if info.mode == "python" and isinstance(values, dict) else values


def reseeded(config: ExperimentConfig, further: int, vary: Vary) -> ExperimentConfig:
    """Return a configuration with seeds further on: of the network, of the split, or of both."""
    changes = {
        part: setting.model_copy(update={"seed": (setting.seed + further) % MAX_SEED})
        for part, setting in (("train", config.train), ("split", config.split))
        if vary in ("both", "network" if part == "train" else "split")
    }
    return config.model_copy(update=changes)
