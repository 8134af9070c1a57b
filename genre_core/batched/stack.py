"""Networks of one shape side by side: their forward pass, their gradients and their steps as one computation.

Shapes: M members, B tracks per batch, F features, k genres, n weights and biases of one network. Row m of every array
belongs to member m; what one member computes never enters another's row.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from genre_core.architectures.mlp import DROPPED_LAYERS, Perceptron
from genre_core.optimizers import BETA1, BETA2, EPSILON, bind
from genre_core.training import Trainer


class Stack:
    """The weights of several trainers' networks as one array (M, n), of which each network's are a row.

    The operations are those of a single network in its order, on matrices that have one more dimension.
    """

    def __init__(self, trainers: Sequence[Trainer]) -> None:
        self.trainers = tuple(trainers)
        self.weights = torch.stack([trainer.optimizer.weights for trainer in trainers])
        self.gradients = torch.zeros_like(self.weights)
        names = trainers[0].optimizer.state
        self.state = {name: torch.stack([t.optimizer.state[name] for t in trainers]) for name in names}
        for row, trainer in enumerate(trainers):
            optimizer = trainer.optimizer
            optimizer.weights, optimizer.gradients = self.weights[row], self.gradients[row]
            optimizer.state = {name: values[row] for name, values in self.state.items()}
            bind(trainer.network, optimizer.weights, optimizer.gradients)
        self._tables = torch.stack([_coefficients(trainer) for trainer in trainers])

    def step(
        self, X: Tensor, y: Tensor, generators: Sequence[torch.Generator], rows: slice = slice(None)
    ) -> tuple[Tensor, Tensor]:
        """Take one step with X (M, B, F) and y (M, B); return losses (M,) and predicted classes (M, B).

        `rows` chooses the members that take it; X, y and generators are theirs.
        """
        with torch.no_grad():
            layers = self._layers(self.weights, rows)
            inputs, masks = self._forward(X, layers, generators, rows)
            weight, bias = layers[-1]
            logits = torch.baddbmm(bias.unsqueeze(1), inputs[-1], weight.transpose(1, 2))
            losses, gradient = self._loss(logits, y, rows)
            self._backward(gradient, inputs, masks, layers, self._layers(self.gradients, rows))
            self._optimize(rows)
        return losses, logits.argmax(2)

    def _layers(self, flat: Tensor, rows: slice) -> list[tuple[Tensor, Tensor]]:
        """Return weights (M, units, units below) and biases (M, units) of each layer, as views."""
        found, start = [], 0
        for weight, bias in _perceptron(self.trainers[0]).pairs:
            middle, end = start + weight.numel(), start + weight.numel() + bias.numel()
            chosen = flat[rows]
            found.append((chosen[:, start:middle].view(-1, *weight.shape), chosen[:, middle:end]))
            start = end
        return found

    def _forward(
        self, X: Tensor, layers: list[tuple[Tensor, Tensor]], generators: Sequence[torch.Generator], rows: slice
    ) -> tuple[list[Tensor], list[Tensor | None]]:
        """Return the input of each layer, and the dropout mask of each hidden one (None: nothing is dropped)."""
        inputs, masks = [X], list[Tensor | None]()
        for number, (weight, bias) in enumerate(layers[:-1]):
            hidden = torch.baddbmm(bias.unsqueeze(1), inputs[-1], weight.transpose(1, 2)).relu_()
            mask = self._masks(hidden, generators, rows) if number < DROPPED_LAYERS else None
            inputs.append(hidden if mask is None else hidden.mul_(mask))
            masks.append(mask)
        return inputs, masks

    def _masks(self, hidden: Tensor, generators: Sequence[torch.Generator], rows: slice) -> Tensor | None:
        networks = [_perceptron(trainer) for trainer in self.trainers[rows]]
        if not any(network.dropout for network in networks):
            return None
        found = []
        for own, network, generator in zip(hidden, networks, generators, strict=True):
            drops = network.dropout > 0
            found.append(network.masks.draw(own.shape, own.device, generator) if drops else torch.ones_like(own))
        return torch.stack(found)

    def _loss(self, logits: Tensor, y: Tensor, rows: slice) -> tuple[Tensor, Tensor]:
        """Return cross-entropies (M,) with class weights and label smoothing, and their gradient (M, B, k)."""
        members = torch.arange(len(y), device=y.device).unsqueeze(1)
        log_prob = F.log_softmax(logits, 2)
        shares = 1 / self._total_weights(log_prob, y, rows)
        coefficients = self._tables[rows][members, y] * shares[:, None, None]
        losses = -(coefficients * log_prob).sum((1, 2))
        gradient = torch.ops.aten._log_softmax_backward_data(-coefficients, log_prob, 2, logits.dtype)
        return losses, gradient

    def _total_weights(self, log_prob: Tensor, y: Tensor, rows: slice) -> Tensor:
        """Return the weight of each member's batch, shape (M,), summed in the order in which torch's own loss does."""
        totals = torch.full((len(y),), float(y.shape[1]), device=y.device)
        for row, trainer in enumerate(self.trainers[rows]):
            if (weights := trainer.class_weights) is None:
                continue
            if trainer.config.label_smoothing:
                totals[row] = weights[y[row]].sum()
            else:
                totals[row] = torch.ops.aten.nll_loss_forward(log_prob[row], y[row], weights, 1, -100)[1]
        return totals

    def _backward(
        self,
        gradient: Tensor,
        inputs: list[Tensor],
        masks: list[Tensor | None],
        layers: list[tuple[Tensor, Tensor]],
        gradients: list[tuple[Tensor, Tensor]],
    ) -> None:
        for number in reversed(range(len(layers))):
            of_weight, of_bias = gradients[number]
            torch.sum(gradient, 1, out=of_bias)
            of_weight.copy_(torch.bmm(gradient.transpose(1, 2), inputs[number]))
            if number:
                gradient = torch.bmm(gradient, layers[number][0])
                if (mask := masks[number - 1]) is not None:
                    gradient.mul_(mask)
                gradient = torch.ops.aten.threshold_backward(gradient, inputs[number], 0)

    def _optimize(self, rows: slice) -> None:
        """Take the step of `Optimizer`, with a rate, a decay and a momentum for each member."""
        trainers = self.trainers[rows]
        configs = [trainer.config for trainer in trainers]
        rates = [trainer.schedule.rate for trainer in trainers]
        weights, gradients = self.weights[rows].unbind(), self.gradients[rows].unbind()
        for trainer in trainers:
            trainer.optimizer.steps += 1
        if configs[0].optimizer == "adamw":
            torch._foreach_mul_(weights, [1 - rate * c.weight_decay for rate, c in zip(rates, configs, strict=True)])
        else:
            for weight, of_weight, config in zip(weights, gradients, configs, strict=True):
                if config.weight_decay:
                    of_weight.add_(weight, alpha=config.weight_decay)
        state = {name: values[rows] for name, values in self.state.items()}
        if configs[0].optimizer == "sgd":
            _sgd(weights, self.gradients[rows], state["momentum"], rates, [config.momentum for config in configs])
        else:
            steps = [trainer.optimizer.steps for trainer in trainers]
            _adam(weights, self.gradients[rows], state["mean"], state["square"], rates, steps)


def _adam(
    weights: tuple[Tensor, ...], gradients: Tensor, mean: Tensor, square: Tensor, rates: list[float], steps: list[int]
) -> None:
    mean.lerp_(gradients, 1 - BETA1)
    square.mul_(BETA2).addcmul_(gradients, gradients, value=1 - BETA2)
    divisors = square.sqrt()
    torch._foreach_div_(divisors.unbind(), [math.sqrt(1 - BETA2**n) for n in steps])
    divisors.add_(EPSILON)
    sizes = [-rate / (1 - BETA1**n) for rate, n in zip(rates, steps, strict=True)]
    torch._foreach_addcdiv_(weights, mean.unbind(), divisors.unbind(), sizes)


def _sgd(
    weights: tuple[Tensor, ...], gradients: Tensor, momentum: Tensor, rates: list[float], kept: list[float]
) -> None:
    torch._foreach_mul_(momentum.unbind(), kept)
    momentum.add_(gradients)
    for weight, velocity, rate in zip(weights, momentum, rates, strict=True):
        weight.add_(velocity, alpha=-rate)


def _perceptron(trainer: Trainer) -> Perceptron:
    assert isinstance(trainer.network, Perceptron)
    return trainer.network


def _class_weights(trainer: Trainer) -> Tensor:
    if trainer.class_weights is None:
        return torch.ones(trainer.n_genres, device=trainer.device)
    return trainer.class_weights


def _coefficients(trainer: Trainer) -> Tensor:
    """Return how much each log probability counts for a track of each genre, shape (k, k): row = the track's genre.

    Label smoothing gives every genre its part of the label (Szegedy et al. 2016, section 7), weighted as torch does.
    """
    weights, smoothing = _class_weights(trainer), trainer.config.label_smoothing
    return torch.diag((1 - smoothing) * weights) + (smoothing / trainer.n_genres) * weights
