"""Networks of one shape side by side: their forward pass, their gradients and their steps as one computation.

Shapes: M members, B tracks per batch, F features, k genres, n weights and biases of one network. Row m of every array
belongs to member m; what one member computes never enters another's row.
"""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from genre_core.architectures.mlp import DROPPED_LAYERS, Perceptron
from genre_core.optimizers import BETA1, BETA2, EPSILON, bind
from genre_core.training import Trainer

Layers = list[tuple[Tensor, Tensor]]
"""Weights (M, units, units below) and biases (M, units) of each layer."""


class Stack:
    """The weights of several trainers' networks as one array (M, n), of which each network's are a row.

    The operations are those of a single network in its order, on matrices that have one more dimension.
    """

    def __init__(
        self, trainers: Sequence[Trainer], weights: Tensor, gradients: Tensor, state: Mapping[str, Tensor]
    ) -> None:
        self.trainers = tuple(trainers)
        self.configs = [trainer.config for trainer in trainers]
        self.weights, self.gradients, self.state = weights, gradients, dict(state)
        self._networks = [_perceptron(trainer) for trainer in trainers]
        self._layers, self._layer_gradients = self._by_layer(weights), self._by_layer(gradients)
        self._weight_rows, self._gradient_rows = weights.unbind(), gradients.unbind()
        self._state_rows = {name: values.unbind() for name, values in state.items()}
        self._tables = torch.stack([_coefficients(trainer) for trainer in trainers])
        self._members = torch.arange(len(trainers), device=weights.device).unsqueeze(1)

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
        """Take one step with X (M, B, F) and y (M, B); return losses (M,) and predicted classes (M, B).

        Masks are drawn from each member's generator.
        """
        inputs, masks = self._forward(X, generators)
        weight, bias = self._layers[-1]
        logits = torch.baddbmm(bias.unsqueeze(1), inputs[-1], weight.transpose(1, 2))
        losses, gradient = self._loss(logits, y)
        self._backward(gradient, inputs, masks)
        self._optimize()
        return losses, logits.argmax(2)

    def _by_layer(self, flat: Tensor) -> Layers:
        """Return the layers of weights or gradients (M, n) as views."""
        found, start = [], 0
        for weight, bias in self._networks[0].pairs:
            middle, end = start + weight.numel(), start + weight.numel() + bias.numel()
            found.append((flat[:, start:middle].view(-1, *weight.shape), flat[:, middle:end]))
            start = end
        return found

    def _forward(self, X: Tensor, generators: Sequence[torch.Generator]) -> tuple[list[Tensor], list[Tensor | None]]:
        """Return the input of each layer, and the dropout mask of each hidden one (None: nothing is dropped)."""
        inputs, masks = [X], list[Tensor | None]()
        for number, (weight, bias) in enumerate(self._layers[:-1]):
            hidden = torch.baddbmm(bias.unsqueeze(1), inputs[-1], weight.transpose(1, 2)).relu_()
            mask = self._mask(hidden, generators) if number < DROPPED_LAYERS else None
            inputs.append(hidden if mask is None else hidden.mul_(mask))
            masks.append(mask)
        return inputs, masks

    def _mask(self, hidden: Tensor, generators: Sequence[torch.Generator]) -> Tensor | None:
        if not any(network.dropout for network in self._networks):
            return None
        mask = torch.empty_like(hidden)
        for own, network, generator in zip(mask, self._networks, generators, strict=True):
            if network.dropout:
                network.masks.fill(own, generator)
            else:
                own.fill_(1.0)
        return mask

    def _loss(self, logits: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return cross-entropies (M,) with class weights and label smoothing, and their gradient (M, B, k)."""
        log_prob = F.log_softmax(logits, 2)
        shares = 1 / self._total_weights(log_prob, y)
        coefficients = self._tables[self._members, y].mul_(shares[:, None, None])
        losses = (coefficients * log_prob).sum((1, 2))
        gradient = torch.ops.aten._log_softmax_backward_data(coefficients, log_prob, 2, logits.dtype)
        return losses, gradient

    def _total_weights(self, log_prob: Tensor, y: Tensor) -> Tensor:
        """Return the weight of each member's batch, shape (M,), summed in the order in which torch's own loss does."""
        totals = torch.full((len(y),), float(y.shape[1]), device=y.device)
        for row, trainer in enumerate(self.trainers):
            if (weights := trainer.class_weights) is None:
                continue
            if trainer.config.label_smoothing:
                totals[row] = weights[y[row]].sum()
            else:
                totals[row] = torch.ops.aten.nll_loss_forward(log_prob[row], y[row], weights, 1, -100)[1]
        return totals

    def _backward(self, gradient: Tensor, inputs: list[Tensor], masks: list[Tensor | None]) -> None:
        for number in reversed(range(len(self._layers))):
            of_weight, of_bias = self._layer_gradients[number]
            torch.sum(gradient, 1, out=of_bias)
            of_weight.copy_(torch.bmm(gradient.transpose(1, 2), inputs[number]))
            if number:
                gradient = torch.bmm(gradient, self._layers[number][0])
                if (mask := masks[number - 1]) is not None:
                    gradient.mul_(mask)
                gradient = torch.ops.aten.threshold_backward(gradient, inputs[number], 0)

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
        divisors = square.sqrt()
        rows = divisors.unbind()
        torch._foreach_div_(rows, [math.sqrt(1 - BETA2**n) for n in steps])
        divisors.add_(EPSILON)
        sizes = [-rate / (1 - BETA1**n) for rate, n in zip(rates, steps, strict=True)]
        torch._foreach_addcdiv_(self._weight_rows, self._state_rows["mean"], rows, sizes)

    def _sgd(self, rates: list[float], kept: list[float]) -> None:
        torch._foreach_mul_(self._state_rows["momentum"], kept)
        self.state["momentum"].add_(self.gradients)
        for weight, momentum, rate in zip(self._weight_rows, self._state_rows["momentum"], rates, strict=True):
            weight.add_(momentum, alpha=-rate)


def _perceptron(trainer: Trainer) -> Perceptron:
    assert isinstance(trainer.network, Perceptron)
    return trainer.network


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
