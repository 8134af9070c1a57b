"""Networks of one shape side by side: their losses and their steps as one computation.

Shapes: M members, B tracks per batch, k genres, n weights and biases of one network. Row m of every array
belongs to member m; what one member computes never enters another's row.
"""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from genre_core.training.optimizers import BETA1, BETA2, EPSILON, bind
from genre_core.training.trainer import Trainer

LANES = 16 if torch.backends.cpu.get_cpu_capability() == "AVX512" else 8
"""Numbers that the processor works on at a time."""


class Stack:
    """The weights of several trainers' networks as one array (M, n), of which each network's are a row."""

    def __init__(
        self, trainers: Sequence[Trainer], weights: Tensor, gradients: Tensor, state: Mapping[str, Tensor]
    ) -> None:
        self.trainers = tuple(trainers)
        self.configs = [trainer.config for trainer in trainers]
        self.weights, self.gradients, self.state = weights, gradients, dict(state)
        together = trainers[0].network.side_by_side
        assert together is not None, "networks of this kind are trained one by one"
        self._networks = together([trainer.network for trainer in trainers], weights, gradients)
        self._weight_rows, self._gradient_rows = weights.unbind(), gradients.unbind()
        self._state_rows = {name: values.unbind() for name, values in state.items()}
        self._tables = torch.stack([_coefficients(trainer) for trainer in trainers])
        self._members = torch.arange(len(trainers), device=weights.device).unsqueeze(1)
        self._divisors = torch.empty_like(weights)
        self._divisor_rows = self._divisors.unbind()

    @classmethod
    def of(cls, trainers: Sequence[Trainer]) -> "Stack":
        """Move the weights of trainers side by side; from then on their networks and optimizers work on these."""
        weights = torch.stack([trainer.optimizer.weights for trainer in trainers])
        gradients = torch.zeros_like(weights)
        names = trainers[0].optimizer.state
        state = {name: torch.stack([trainer.optimizer.state[name] for trainer in trainers]) for name in names}
        for row, trainer in enumerate(trainers):
            optimizer = trainer.optimizer
            optimizer.weights, optimizer.gradients = weights[row], gradients[row]
            optimizer.state = {name: values[row] for name, values in state.items()}
            bind(trainer.network, optimizer.weights, optimizer.gradients)
        return cls(trainers, weights, gradients, state)

    def alone(self, row: int) -> "Stack":
        """Return one member as a stack of its own, on the same weights."""
        one = slice(row, row + 1)
        state = {name: values[one] for name, values in self.state.items()}
        return Stack(self.trainers[one], self.weights[one], self.gradients[one], state)

    @torch.no_grad()
    def step(self, X: Tensor, y: Tensor, generators: Sequence[torch.Generator]) -> tuple[Tensor, Tensor]:
        """Take one step with X (M, B, *shape) and y (M, B); return losses (M,) and how many tracks were right (M,).

        Masks are drawn from each member's generator.
        """
        logits = self._networks.forward(X, generators)
        losses, gradient = self._loss(logits, y)
        self._networks.backward(gradient)
        self._optimize()
        return losses, (logits.argmax(2) == y).sum(1)

    def _loss(self, logits: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return cross-entropies (M,) with class weights and label smoothing, and their gradient (M, B, k)."""
        coefficients = self._tables[self._members, y].mul_(self._shares(logits, y))
        if not _few(logits):
            log_prob = F.log_softmax(logits, 2)
            losses = (coefficients * log_prob).sum((1, 2))
            return losses, torch.ops.aten._log_softmax_backward_data(coefficients, log_prob, 2, logits.dtype)
        turned = coefficients.transpose(1, 2).contiguous()
        log_prob = F.log_softmax(logits.transpose(1, 2).contiguous(), 1)
        losses = (turned * log_prob).sum((1, 2))
        gradient = torch.ops.aten._log_softmax_backward_data(turned, log_prob, 1, logits.dtype)
        return losses, gradient.transpose(1, 2).contiguous()

    def _shares(self, logits: Tensor, y: Tensor) -> Tensor | float:
        """Return by what a track counts in its member's mean, a number or (M, 1, 1).

        The weights of a batch are summed in the order in which torch's own loss does.
        """
        if not any(trainer.class_weights is not None for trainer in self.trainers):
            return 1 / y.shape[1]
        totals = torch.full((len(y),), float(y.shape[1]), device=y.device)
        for row, trainer in enumerate(self.trainers):
            if (weights := trainer.class_weights) is None:
                continue
            if trainer.config.label_smoothing:
                totals[row] = weights[y[row]].sum()
            else:
                totals[row] = torch.ops.aten.nll_loss_forward(logits[row], y[row], weights, 1, -100)[1]
        return (1 / totals)[:, None, None]

    def _optimize(self) -> None:
        """Take the step of `Optimizer`, with a rate, a decay and a momentum for each member."""
        configs = [trainer.config for trainer in self.trainers]
        rates = [trainer.schedule.rate for trainer in self.trainers]
        for trainer in self.trainers:
            trainer.optimizer.steps += 1
        if not any(config.weight_decay for config in configs):
            pass
        elif configs[0].optimizer == "adamw":
            kept = [1 - rate * config.weight_decay for rate, config in zip(rates, configs, strict=True)]
            torch._foreach_mul_(self._weight_rows, kept)
        else:
            for weight, gradient, config in zip(self._weight_rows, self._gradient_rows, configs, strict=True):
                if config.weight_decay:
                    gradient.add_(weight, alpha=config.weight_decay)
        if configs[0].optimizer == "sgd":
            self._sgd(rates, [config.momentum for config in configs])
        else:
            self._adam(rates)

    def _adam(self, rates: list[float]) -> None:
        mean, square = self.state["mean"], self.state["square"]
        steps = [trainer.optimizer.steps for trainer in self.trainers]
        mean.lerp_(self.gradients, 1 - BETA1)
        square.mul_(BETA2).addcmul_(self.gradients, self.gradients, value=1 - BETA2)
        torch.sqrt(square, out=self._divisors)
        if len(set(steps)) == 1:
            self._divisors.div_(math.sqrt(1 - BETA2 ** steps[0]))
        else:
            torch._foreach_div_(self._divisor_rows, [math.sqrt(1 - BETA2**n) for n in steps])
        self._divisors.add_(EPSILON)
        sizes = [-rate / (1 - BETA1**n) for rate, n in zip(rates, steps, strict=True)]
        torch._foreach_addcdiv_(self._weight_rows, self._state_rows["mean"], self._divisor_rows, sizes)

    def _sgd(self, rates: list[float], kept: list[float]) -> None:
        torch._foreach_mul_(self._state_rows["momentum"], kept)
        self.state["momentum"].add_(self.gradients)
        for weight, momentum, rate in zip(self._weight_rows, self._state_rows["momentum"], rates, strict=True):
            weight.add_(momentum, alpha=-rate)


def _few(logits: Tensor) -> bool:
    """Return whether a softmax is sooner done for many tracks at a time than for each track by itself.

    With fewer genres than lanes torch adds up one genre after the other either way, so that the bits are the same; a
    last batch that does not fill the lanes is rounded otherwise.
    """
    return logits.shape[2] < LANES and logits.shape[1] % LANES == 0 and not logits.is_cuda


def _class_weights(trainer: Trainer) -> Tensor:
    if trainer.class_weights is None:
        return torch.ones(trainer.n_genres, device=trainer.device)
    return trainer.class_weights


def _coefficients(trainer: Trainer) -> Tensor:
    """Return how a log probability counts in the loss of a track, shape (k, k): row = the track's genre.

    Label smoothing gives every genre its part of the label (Szegedy et al. 2016, section 7), weighted as torch does.
    """
    weights, smoothing = _class_weights(trainer), trainer.config.label_smoothing
    return -(torch.diag((1 - smoothing) * weights) + (smoothing / trainer.n_genres) * weights)
