"""Interface of every network: map features to logits, and find the gradient of a loss."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol

import torch
from torch import Tensor, nn

Criterion = Callable[[Tensor, Tensor], Tensor]
"""A loss (scalar) of logits (n, n_genres) and class numbers (n,)."""


class Frozen(NamedTuple):
    """Layers that do not learn, so that inputs (n, *shape) need go through them once; they answer (n, width).

    A network takes that in place of inputs. Those of one name are the same in every training.
    """

    name: str
    layers: Callable[[Tensor], Tensor]


class SideBySide(Protocol):
    """M networks of one kind and shape as one computation: their weights (M, n) are the rows of one array.

    Row m of every array belongs to network m; what one computes never enters another's row.
    """

    def __init__(self, networks: Sequence[Any], weights: Tensor, gradients: Tensor) -> None: ...

    def forward(self, X: Tensor, generators: Sequence[torch.Generator]) -> Tensor:
        """Return logits (M, n, n_genres) for inputs (M, n, *shape), each network's masks drawn from its generator."""
        ...

    def backward(self, gradient: Tensor) -> None:
        """Leave the gradients of all weights in place, from that of the last logits (M, n, n_genres)."""
        ...


class Network(nn.Module):
    """A module whose `forward` maps inputs (n, *shape) to logits (n, n_genres)."""

    side_by_side: ClassVar[type[SideBySide] | None] = None
    """How several of its kind are computed together; None: they are trained one by one."""

    def backpropagate(self, X: Tensor, y: Tensor, criterion: Criterion) -> tuple[Tensor, Tensor]:
        """Leave the loss's gradient in every parameter's `grad`, in place; return loss (scalar) and logits."""
        for parameter in self.parameters():
            if parameter.grad is not None:
                parameter.grad.zero_()
        logits: Tensor = self(X)
        loss = criterion(logits, y)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach(), logits.detach()

    def without_gaps(self, X: Tensor) -> Tensor:
        """Return the logits of inputs that have no gaps: what is computed depends on their shape alone, not on values.

        So it can be exported as a graph of operations.
        """
        return self(X)

    def start_from(self, weights: Callable[[], Mapping[str, Any]] | None) -> None:
        """Take over weights that were learned before, where it starts from such; raises DataError where there are none."""

    def frozen(self) -> Frozen | None:
        """Return the layers before the first that learns; None: it learns from its inputs on."""
        return None

    def rates(self) -> Tensor | None:
        """Return each weight's rate (n_parameters,) as a share of the learning rate; None: all learn at that."""
        return None

    def attention(self, X: Tensor) -> Tensor | None:
        """Return how much each moment of spectrograms counts (n, n_moments), a sum of 1; None: it weighs none."""
        return None

    @property
    def moment_frames(self) -> int:
        """Return how many frames of a spectrogram one moment is."""
        return 1

    def stream(self) -> dict[str, Tensor]:
        """Return the place in its own random stream, where it has one beside torch's."""
        return {}

    def restore_stream(self, place: dict[str, Tensor]) -> None:
        """Go back to a place in its own random stream."""
