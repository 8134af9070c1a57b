"""Configuration of the study: the data, and which ways to learn stand side by side after how many clips a genre."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from genre_core.errors import DataError
from genre_core.settings.config import ExperimentConfig, SoundConfig
from genre_core.settings.names import configure
from genre_core.values import Frozen, setting

Way = Literal["columns", "cnn", "embedding", "fine-tuned"]

WAYS: Mapping[Way, str] = {
    "columns": "softmax regression on the 57 columns",
    "cnn": "a CNN from scratch",
    "embedding": "softmax regression on the tagger's embedding",
    "fine-tuned": "the fine-tuned tagger",
}
"""Ways to learn, as a person says them."""
NEED_TAGGER: tuple[Way, ...] = ("embedding", "fine-tuned")

_SETTINGS: Mapping[Way, Mapping[str, Any]] = {
    "columns": {"data.features": "gtzan57", "model.architecture": "linear"},
    "cnn": {"data.features": "logmel", "model.architecture": "cnn"},
    "embedding": {"data.features": "tagger", "model.architecture": "linear"},
    "fine-tuned": {"data.features": "musicnn", "model.architecture": "musicnn", "model.trained": "last"},
}
_LEARNING: Mapping[str, Any] = {
    "train.batch_size": 8,
    "train.max_epochs": 100,
    "train.patience": 20,
    "train.monitor": "loss",
    "train.optimizer": "adam",
    "train.learning_rate": 1e-3,
}
"""All ways learn alike: small batches, as a few clips would otherwise be a handful of steps."""
LEAST_REPEATS, MOST_REPEATS = 3, 20
_REPEATS = "How often clips are drawn and learned from anew. More: narrower intervals; it takes longer."


class FewClipsConfig(Frozen):
    """Everything that determines the study; of `experiment` data, split and seeds count. `sizes` are clips a genre."""

    experiment: ExperimentConfig
    ways: tuple[Way, ...] = Field(tuple(WAYS), min_length=1, max_length=len(WAYS))
    sizes: tuple[int, ...] = Field((1, 2, 5, 10, 20), min_length=1, max_length=10)
    n_repeats: int = setting(5, "Draws", _REPEATS, ge=LEAST_REPEATS, le=MOST_REPEATS, step=1, unit="draws")

    @model_validator(mode="after")
    def _grow(self) -> Self:
        if min(self.sizes) < 1 or any(b <= a for a, b in pairwise(self.sizes)):
            raise ValueError("sizes must be 1 or more, and grow from each to the next")
        if len(set(self.ways)) < len(self.ways):
            raise ValueError("a way to learn is named twice")
        return self

    def of_way(self, way: Way) -> ExperimentConfig:
        """Return the experiment of a way to learn on these data and this split.

        Raises DataError where the data are no sound.
        """
        if not isinstance(self.experiment.data, SoundConfig):
            raise DataError("Only clips of sound can be learned from in these ways: choose clips or generated music.")
        split, seed = self.experiment.split, self.experiment.train.seed
        on = ExperimentConfig(data=self.experiment.data, split=split)
        return configure({**_LEARNING, "train.seed": seed, **_SETTINGS[way]}, on)
