"""Events of a training: frozen values, never live objects. Epochs count from 1, losses are in nats."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

StopReason = Literal["patience", "max_epochs", "diverged", "stopped", "averaged"]
"""Why a training ended; an ensemble is averaged and not trained."""


@dataclass(frozen=True)
class Progress:
    """A part of an epoch is done: `fraction` of it, in (0, 1). Comes only while an epoch takes long."""

    epoch: int
    fraction: float


@dataclass(frozen=True)
class Epoch:
    """Result of one epoch.

    Training loss and accuracy are measured while training (dropout on); losses are means over batches. It was trained
    with `learning_rate`.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    learning_rate: float
    seconds: float
    is_best: bool


@dataclass(frozen=True, eq=False)
class EpochEnd(Epoch):
    """An epoch is done; `validation_pred` (n_validation,) holds the predicted class of each validation track."""

    validation_pred: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class TrainEnd:
    """Training is over and the network holds its best weights; `best_epoch` is None where no epoch was completed."""

    reason: StopReason
    best_epoch: int | None
    epochs: int


Event = Progress | EpochEnd | TrainEnd
