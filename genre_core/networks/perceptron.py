"""Linear layers with ReLU between them, and dropout after the first two hidden ones."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genre_core.networks.masks import FastMasks, Masks, TorchMasks
from genre_core.networks.mlp import DROPPED_LAYERS
from genre_core.networks.network import Criterion, Network


class Perceptron(Network):
    """Linear layers of the given widths with ReLU between them.

    Its gradient is written out. On a network this small a step is mostly the bookkeeping of automatic differentiation;
    these are the operations that it would have run, in its order, so the result is the same to the bit.
    """

    def __init__(self, widths: Sequence[int], dropout: float, *, fast_masks: bool = False) -> None:
        super().__init__()
        layers = [nn.Linear(*pair) for pair in pairwise(widths)]
        self.layers = nn.ModuleList(layers)
        self.dropout = dropout
        self.masks: Masks = FastMasks(dropout) if fast_masks else TorchMasks(dropout)
        # Walking the modules at each step would cost as much as a layer.
        self.pairs = [(layer.weight, layer.bias) for layer in layers]
        """Weights (units, units below) and bias (units,) of each layer."""

    def forward(self, X: Tensor) -> Tensor:
        """Return logits (n, n_genres) for inputs (n, *shape)."""
        X = X.flatten(1)
        for number, (weight, bias) in enumerate(self.pairs[:-1]):
            X = F.linear(X, weight, bias).relu()
            if self.training and self.dropout > 0 and number < DROPPED_LAYERS:
                X = X * self.masks.fill(torch.empty_like(X))
        return F.linear(X, *self.pairs[-1])

    def backpropagate(self, X: Tensor, y: Tensor, criterion: Criterion) -> tuple[Tensor, Tensor]:
        """Leave the loss's gradient in every parameter's `grad`, in place; return loss (scalar) and logits."""
        with torch.no_grad():
            inputs, masks = self._forward_with_masks(X)
            logits = F.linear(inputs[-1], *self.pairs[-1])
        loss = criterion(logits.requires_grad_(), y)
        (gradient,) = torch.autograd.grad(loss, logits)
        with torch.no_grad():
            for number in reversed(range(len(self.pairs))):
                weight, bias = self.pairs[number]
                torch.sum(gradient, 0, out=bias.grad)
                torch.mm(gradient.t(), inputs[number], out=weight.grad)
                if number:
                    gradient = gradient.mm(weight)
                    if (mask := masks[number - 1]) is not None:
                        gradient.mul_(mask)
                    # A unit that dropout silenced passes nothing back either way, so its output serves as ReLU's.
                    gradient = torch.ops.aten.threshold_backward(gradient, inputs[number], 0)
        return loss.detach(), logits.detach()

    def _forward_with_masks(self, X: Tensor) -> tuple[list[Tensor], list[Tensor | None]]:
        """Return the input of each layer, and the dropout mask of each hidden one (None: nothing is dropped)."""
        inputs, masks = [X.flatten(1)], list[Tensor | None]()
        for number, (weight, bias) in enumerate(self.pairs[:-1]):
            hidden = F.linear(inputs[-1], weight, bias).relu_()
            drops = self.dropout > 0 and number < DROPPED_LAYERS
            mask = self.masks.fill(torch.empty_like(hidden)) if drops else None
            inputs.append(hidden if mask is None else hidden.mul_(mask))
            masks.append(mask)
        return inputs, masks

    def stream(self) -> dict[str, Tensor]:
        """Return the place in the stream of masks, where that is its own."""
        return self.masks.state()

    def restore_stream(self, place: dict[str, Tensor]) -> None:
        """Go back to a place in the stream of masks."""
        self.masks.restore(place)
