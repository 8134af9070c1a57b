"""A perceptron with hidden layers: linear, ReLU, and dropout after the first two of them, as in the notebook."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genre_core.config import MlpConfig

DROPPED_LAYERS = 2


def build(config: MlpConfig, n_features: int, n_genres: int) -> nn.Module:
    """Build the layers in the order in which the notebook draws their weights: from features to logits."""
    return Perceptron((n_features, *config.hidden, n_genres), config.dropout)


class Perceptron(nn.Module):
    """Linear layers of the given widths with ReLU between them."""

    def __init__(self, widths: Sequence[int], dropout: float) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(widths))
        self.dropout = dropout
        # Walking the modules at each step costs as much as a layer.
        self._in_order = tuple(self.parameters())

    def forward(self, X: Tensor) -> Tensor:
        """Return logits (n, n_genres) for standardised features (n, n_features)."""
        if self.training:
            logits: Tensor = _Pass.apply(X, self.dropout, *self._in_order)  # type: ignore[no-untyped-call]
            return logits
        *hidden, output = self.layers
        for layer in hidden:
            X = torch.relu(layer(X))
        return output(X)  # type: ignore[no-any-return]


class _Pass(torch.autograd.Function):
    """A pass through all layers as one node of the graph.

    A step on a network this small is mostly the bookkeeping of its many nodes. The operations are those that autograd
    would have run, in its order, so the result is the same to the bit.
    """

    @staticmethod
    def forward(ctx: Any, X: Tensor, dropout: float, *parameters: Tensor) -> Tensor:
        inputs, masks = [X], []
        last = len(parameters) // 2 - 1
        for layer in range(last):
            hidden = F.linear(inputs[-1], parameters[2 * layer], parameters[2 * layer + 1]).relu_()
            mask = None
            if dropout > 0 and layer < DROPPED_LAYERS:
                mask = torch.empty_like(hidden).bernoulli_(1 - dropout).div_(1 - dropout)
                hidden.mul_(mask)
            masks.append(mask)
            inputs.append(hidden)
        ctx.inputs, ctx.masks, ctx.weights = inputs, masks, parameters[::2]
        return F.linear(inputs[-1], parameters[-2], parameters[-1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (gradient,) = gradients
        found: list[Tensor] = []
        for layer in reversed(range(len(ctx.weights))):
            found += [gradient.sum(0), gradient.t().mm(ctx.inputs[layer])]
            if layer:
                gradient = gradient.mm(ctx.weights[layer])
                if (mask := ctx.masks[layer - 1]) is not None:
                    gradient.mul_(mask)
                # A unit that dropout silenced passes nothing back either way, so its output serves as ReLU's.
                gradient = torch.ops.aten.threshold_backward(gradient, ctx.inputs[layer], 0)
        return None, None, *reversed(found)
