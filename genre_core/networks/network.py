"""What every network can do: map features to logits, and find the gradient of a loss."""

from collections.abc import Callable

from torch import Tensor, nn

Criterion = Callable[[Tensor, Tensor], Tensor]
"""A loss (scalar) of logits (n, n_genres) and class numbers (n,)."""


class Network(nn.Module):
    """A module whose `forward` maps inputs (n, *shape) to logits (n, n_genres)."""

    def backpropagate(self, X: Tensor, y: Tensor, criterion: Criterion) -> tuple[Tensor, Tensor]:
        """Leave the loss's gradient in every parameter's `grad`, in place; return loss (scalar) and logits."""
        for parameter in self.parameters():
            if parameter.grad is not None:
                parameter.grad.zero_()
        logits: Tensor = self(X)
        loss = criterion(logits, y)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach(), logits.detach()

    def stream(self) -> dict[str, Tensor]:
        """Return the place in its own random stream, where it has one beside torch's."""
        return {}

    def restore_stream(self, place: dict[str, Tensor]) -> None:
        """Go back to a place in its own random stream."""
