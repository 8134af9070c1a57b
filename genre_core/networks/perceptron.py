"""Linear layers with ReLU between them, and dropout after the first two hidden ones."""

from collections.abc import Iterable, Sequence
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
        return self._through(X)[0]

    def backpropagate(self, X: Tensor, y: Tensor, criterion: Criterion) -> tuple[Tensor, Tensor]:
        """Leave the loss's gradient in every parameter's `grad`, in place; return loss (scalar) and logits."""
        with torch.no_grad():
            logits, inputs, masks = self._through(X)
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

    def _through(self, X: Tensor) -> tuple[Tensor, list[Tensor], list[Tensor | None]]:
        """Return logits, the input of each layer, and each hidden layer's dropout mask (None: nothing is dropped)."""
        inputs, masks = [_as_rows(X)], list[Tensor | None]()
        for number, (weight, bias) in enumerate(self.pairs[:-1]):
            hidden = F.linear(inputs[-1], weight, bias).relu_()
            drops = self.training and self.dropout > 0 and number < DROPPED_LAYERS
            mask = self.masks.fill(torch.empty_like(hidden)) if drops else None
            inputs.append(hidden if mask is None else hidden * mask)
            masks.append(mask)
        return F.linear(inputs[-1], *self.pairs[-1]), inputs, masks

    def stream(self) -> dict[str, Tensor]:
        """Return the place in the stream of masks, where that is its own."""
        return self.masks.state()

    def restore_stream(self, place: dict[str, Tensor]) -> None:
        """Go back to a place in the stream of masks."""
        self.masks.restore(place)


class Perceptrons:
    """Perceptrons of the same widths side by side, each with its own dropout.

    The operations are those of a single one in its order, on matrices that have one more dimension. (A single one is
    no batch of one: on small matrices batched products are summed in another order than torch's layers sum them.)
    """

    def __init__(self, networks: Sequence[Perceptron], weights: Tensor, gradients: Tensor) -> None:
        self._networks = networks
        self._layers, self._gradients = self._by_layer(weights), self._by_layer(gradients)
        self._inputs: list[Tensor] = []
        self._masks: list[Tensor] = []

    def forward(self, X: Tensor, generators: Sequence[torch.Generator]) -> Tensor:
        """Return logits (M, n, n_genres) for inputs (M, n, *shape)."""
        self._inputs, self._masks = [_as_rows(X, 2)], self._draw_masks(X.shape[1], generators)
        for number, (weight, bias) in enumerate(self._layers[:-1]):
            hidden = _linear(self._inputs[-1], weight, bias).relu_()
            self._inputs.append(hidden.mul_(self._masks[number]) if number < len(self._masks) else hidden)
        return _linear(self._inputs[-1], *self._layers[-1])

    def backward(self, gradient: Tensor) -> None:
        """Leave the gradients of all weights in place, from that of the last logits (M, n, n_genres)."""
        for number in reversed(range(len(self._layers))):
            of_weight, of_bias = self._gradients[number]
            torch.sum(gradient, 1, out=of_bias)
            of_weight.copy_(torch.bmm(gradient.transpose(1, 2), self._inputs[number]))
            if number:
                gradient = torch.bmm(gradient, self._layers[number][0])
                if number <= len(self._masks):
                    gradient.mul_(self._masks[number - 1])
                gradient = torch.ops.aten.threshold_backward(gradient, self._inputs[number], 0)

    def _by_layer(self, flat: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Return weights (M, units, units below) and biases (M, units) of each layer as views of all (M, n)."""
        found, start = [], 0
        for weight, bias in self._networks[0].pairs:
            middle, end = start + weight.numel(), start + weight.numel() + bias.numel()
            found.append((flat[:, start:middle].view(-1, *weight.shape), flat[:, middle:end]))
            start = end
        return found

    def _draw_masks(self, size: int, generators: Sequence[torch.Generator]) -> list[Tensor]:
        """Return the masks (M, n, units) of the hidden layers that drop; a network's are drawn in one go."""
        if not any(network.dropout for network in self._networks):
            return []
        units = [bias.shape[1] for _, bias in self._layers[:-1]][:DROPPED_LAYERS]
        flat = torch.empty(len(self._networks), size * sum(units), device=self._layers[0][0].device)
        parts = torch.split(flat, [size * n for n in units], 1)
        masks = [part.view(-1, size, n) for part, n in zip(parts, units, strict=True)]
        # A GPU's generator would go on from elsewhere if it were asked once for all layers.
        drawn: Iterable[Iterable[Tensor]] = zip(*masks, strict=True) if flat.is_cuda else torch.split(flat, 1)
        for own, network, generator in zip(drawn, self._networks, generators, strict=True):
            for part in own:
                if network.dropout:
                    network.masks.fill(part, generator)
                else:
                    part.fill_(1.0)
        return masks


def _as_rows(X: Tensor, n_dims: int = 1) -> Tensor:
    """Return inputs (…, n_inputs): of a spectrogram each number is one, and where it has no sound, the usual one."""
    return X if X.ndim == n_dims + 1 else X.flatten(n_dims).nan_to_num(0.0)


def _linear(X: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return torch.baddbmm(bias.unsqueeze(1), X, weight.transpose(1, 2))


Perceptron.side_by_side = Perceptrons
