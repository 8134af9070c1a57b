"""Optimizers: an optimizer over one flat vector of them, and what sets its rate.

The steps are those of `torch.optim`, in the same order of operations and so to the same bit, without its bookkeeping,
which on a small network costs more than the step. (Its fused Adam is as fast but rounds differently, and after a few
epochs its curve is another one.)
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from genre_core.settings.config import TrainConfig

PLATEAU_PATIENCE, PLATEAU_FACTOR = 3, 0.5
PLATEAU_THRESHOLD = 1e-4
"""Smaller relative gains in validation loss do not count."""

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def flatten(network: nn.Module) -> tuple[Tensor, Tensor]:
    """Move all weights into one vector and their gradients into another, of which the network's become views."""
    weights = torch.cat([parameter.detach().flatten() for parameter in network.parameters()])
    gradients = torch.zeros_like(weights)
    bind(network, weights, gradients)
    return weights, gradients


def bind(network: nn.Module, weights: Tensor, gradients: Tensor) -> None:
    """Let a network's weights and their gradients be views of these vectors, both (n_parameters,)."""
    start = 0
    for parameter in network.parameters():
        end = start + parameter.numel()
        parameter.data = weights[start:end].view_as(parameter)
        parameter.grad = gradients[start:end].view_as(parameter)
        start = end


class Optimizer:
    """Steps over flat `weights` (n,) and `gradients` (n,); `steps` and `state` are all that it remembers.

    `rates` (n,) are shares of the learning rate, where weights do not all learn at that.
    """

    def __init__(self, config: TrainConfig, weights: Tensor, gradients: Tensor, rates: Tensor | None = None) -> None:
        self.config = config
        self.weights, self.gradients, self.rates = weights, gradients, rates
        self.steps = 0
        names = ("momentum",) if config.optimizer == "sgd" else ("mean", "square")
        self.state = {name: torch.zeros_like(weights) for name in names}
        self._step: Callable[[float], None] = self._sgd if config.optimizer == "sgd" else self._adam

    def turned(self, config: TrainConfig) -> "Optimizer":
        """Return the optimizer of a branch: it keeps what this one has gathered, where that means the same to it."""
        other = Optimizer(config, self.weights, self.gradients, self.rates)
        if other.state.keys() == self.state.keys():
            other.steps, other.state = self.steps, self.state
        return other

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move the weights against their gradients at a learning rate."""
        self.steps += 1
        before = None if self.rates is None else self.weights.clone()
        if self.config.weight_decay and self.config.optimizer == "adamw":
            self.weights.mul_(1 - rate * self.config.weight_decay)
        elif self.config.weight_decay:
            self.gradients.add_(self.weights, alpha=self.config.weight_decay)
        self._step(rate)
        if before is not None and self.rates is not None:  # every step is as long as its rate
            torch.lerp(before, self.weights, self.rates, out=self.weights)

    def _adam(self, rate: float) -> None:
        """Adam (Kingma & Ba 2015, algorithm 1); AdamW differs in its decay alone (Loshchilov & Hutter 2019)."""
        mean, square = self.state["mean"], self.state["square"]
        mean.lerp_(self.gradients, 1 - BETA1)
        square.mul_(BETA2).addcmul_(self.gradients, self.gradients, value=1 - BETA2)
        scale = math.sqrt(1 - BETA2**self.steps)
        size = rate / (1 - BETA1**self.steps)
        self.weights.addcdiv_(mean, square.sqrt().div_(scale).add_(EPSILON), value=-size)

    def _sgd(self, rate: float) -> None:
        """Gradient descent with momentum; the first gradient starts it undamped."""
        momentum = self.state["momentum"]
        momentum.mul_(self.config.momentum).add_(self.gradients)
        self.weights.add_(momentum, alpha=-rate)


class Schedule:
    """The learning rate from epoch to epoch; `best` and `waited` are all that it remembers beside the rate."""

    def __init__(self, config: TrainConfig) -> None:
        self.config = config
        self.rate = config.learning_rate
        self.best = math.inf
        self.waited = 0

    def advance(self, epoch: int, validation_loss: float) -> None:
        """Set the rate for the epoch after `epoch` completed ones."""
        if self.config.schedule == "cosine":
            # Loshchilov & Hutter 2017, equation 5, without restarts
            self.rate = self.config.learning_rate * (1 + math.cos(math.pi * epoch / self.config.max_epochs)) / 2
        elif self.config.schedule == "plateau":
            self._wait(validation_loss)

    def turned(self, config: TrainConfig, epoch: int, *, same_loss: bool) -> "Schedule":
        """Return the schedule of a branch after `epoch`: it goes on where rate and schedule are the same.

        How long a loss has not fallen is kept where the loss means the same.
        """
        other = Schedule(config)
        if (config.learning_rate, config.schedule) == (self.config.learning_rate, self.config.schedule):
            other.rate = self.rate
            if same_loss:
                other.best, other.waited = self.best, self.waited
        if config.schedule == "cosine":
            other.advance(epoch, math.inf)
        return other

    def _wait(self, validation_loss: float) -> None:
        if validation_loss < self.best * (1 - PLATEAU_THRESHOLD):
            self.best, self.waited = validation_loss, 0
            return
        self.waited += 1
        if self.waited > PLATEAU_PATIENCE:
            self.rate, self.waited = self.rate * PLATEAU_FACTOR, 0


def balanced_weights(y: Tensor, n_genres: int) -> Tensor:
    """Return n / (n_genres · count) per genre: scikit-learn's "balanced" weights (King & Zeng 2001)."""
    counts = torch.bincount(y, minlength=n_genres).clamp(min=1)
    return (len(y) / (n_genres * counts)).float()
