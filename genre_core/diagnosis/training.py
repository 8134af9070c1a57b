"""Evidence of a diagnosis: the curves of a training, and what its best weights answer on validation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.intervals import Interval, normal_quantile
from genre_core.settings.config import ExperimentConfig
from genre_core.training.events import Epoch


@dataclass(frozen=True, eq=False)
class Training:
    """A training that has ended, of a run that is no ensemble.

    `counts` (k, k) is the validation matrix of the best epoch, row = true genre, and `interval` that of its accuracy;
    both are None where no epoch was completed. `limit` is the best possible accuracy, None where it is unknown or a
    leaky split lets the network exceed it. `noun` is what a validation row is, and `groups` says whose they are, where
    they belong together: `12 artists`.
    """

    config: ExperimentConfig
    epochs: Sequence[Epoch]
    best_epoch: int | None
    stopped_because: str | None
    n_train: int
    majority: float
    genres: tuple[str, ...] = ()
    counts: IntArray | None = None
    interval: Interval | None = None
    limit: float | None = None
    noun: str = "track"
    groups: str = ""

    @cached_property
    def since_branch(self) -> "Training":
        """Return the training without what came before its branch, whose rate and loss may be others."""
        own = self.epochs[self.config.before.epochs :]
        if not own or self.best_epoch is None or self.best_epoch >= own[0].epoch:
            return replace(self, epochs=own)
        return replace(self, epochs=own, best_epoch=max(own, key=lambda epoch: epoch.validation_accuracy).epoch)

    @cached_property
    def train_loss(self) -> FloatArray:
        """Return the training loss of each epoch (n_epochs,), in nats."""
        return self._curve("train_loss")

    @cached_property
    def train_accuracy(self) -> FloatArray:
        """Return the training accuracy of each epoch (n_epochs,), measured with dropout on."""
        return self._curve("train_accuracy")

    @cached_property
    def loss(self) -> FloatArray:
        """Return the validation loss of each epoch (n_epochs,), in nats."""
        return self._curve("validation_loss")

    @cached_property
    def accuracy(self) -> FloatArray:
        """Return the validation accuracy of each epoch (n_epochs,)."""
        return self._curve("validation_accuracy")

    def _curve(self, name: str) -> FloatArray:
        return np.array([getattr(epoch, name) for epoch in self.epochs], dtype=np.float64)

    @property
    def best(self) -> float:
        """Return the validation accuracy of the best epoch."""
        of_best = (epoch.validation_accuracy for epoch in self.epochs if epoch.epoch == self.best_epoch)
        return next(of_best, self.epochs[-1].validation_accuracy)

    @property
    def n_validation(self) -> int:
        """Return the number of validation tracks."""
        return 0 if self.counts is None else int(self.counts.sum())

    @property
    def half_width(self) -> float:
        """Return half the width of the 95 % interval of the best epoch's accuracy."""
        return 0.5 if self.interval is None else (self.interval.high - self.interval.low) / 2

    @property
    def guess_loss(self) -> float:
        """Return the loss in nats of who knows nothing: that of equal probabilities."""
        return math.log(max(2, len(self.genres)))

    def noise(self, rate: float, confidence: float) -> float:
        """Return how far an accuracy on other validation tracks may lie from this rate, by chance."""
        normal = self.half_width / normal_quantile(0.975)
        binomial = math.sqrt(max(rate * (1 - rate), 1e-9) / max(1, self.n_validation))
        return normal_quantile((1 + confidence) / 2) * max(normal, binomial)

    def train_noise(self, rate: float, confidence: float) -> float:
        """Return how far a training accuracy may fall between two epochs by chance: more than dropout alone does."""
        spread = math.sqrt(2 * max(rate * (1 - rate), 1e-9) / max(1, self.n_train))
        return normal_quantile((1 + confidence) / 2) * spread
