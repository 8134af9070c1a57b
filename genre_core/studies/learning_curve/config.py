"""Configuration of a learning curve: an experiment, on growing shares of its training part, repeated so many times."""

from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from genre_core.settings.config import ExperimentConfig
from genre_core.values import Frozen, setting

LEAST_REPEATS, MOST_REPEATS = 3, 20
_REPEATS = "How often each size is drawn and learned from anew. More: narrower intervals; it takes longer."


class LearningCurveConfig(Frozen):
    """Everything that determines a learning curve; `shares` of the training part are in (0, 1], ascending."""

    experiment: ExperimentConfig = ExperimentConfig()
    shares: tuple[float, ...] = Field((0.05, 0.1, 0.2, 0.4, 0.7, 1.0), min_length=2, max_length=12)
    n_repeats: int = setting(5, "Repeats", _REPEATS, ge=LEAST_REPEATS, le=MOST_REPEATS, step=1, unit="repeats")

    @model_validator(mode="after")
    def _grow(self) -> Self:
        if not all(0 < share <= 1 for share in self.shares) or any(b <= a for a, b in pairwise(self.shares)):
            raise ValueError("shares must lie above 0, up to 1, and grow from each to the next")
        return self
