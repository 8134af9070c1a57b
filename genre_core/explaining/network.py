"""A trained network in numpy, from its stored weights: what it answers, and how that changes with each feature.

It needs no torch, so that a page can ask it. Every network so far is a chain of fully connected layers with ReLU
between them, and dropout that only training knows; a contract test holds each architecture to that.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray
from genre_core.errors import DataError

Scores = npt.NDArray[Any]
"""Standardized features (n, n_features)."""

_LAYER = re.compile(r"layers\.(\d+)\.(weight|bias)")


@dataclass(frozen=True, eq=False)
class FittedNetwork:
    """A trained network in evaluation mode: each layer's `weights` (above, below) and `biases` (above,), read-only.

    Its logits are piecewise linear in the standardized features: linear wherever no hidden unit changes its sign.
    """

    weights: tuple[FloatArray, ...]
    biases: tuple[FloatArray, ...]

    @classmethod
    def load(cls, saved: bytes) -> Self:
        """Read a network from the safetensors bytes that a run has stored.

        Raises DataError where they are not the weights of fully connected layers.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            tensors = load(saved)
        except SafetensorError as error:
            raise DataError(f"The stored weights cannot be read ({error}): train the run again.") from None
        n_layers = len(tensors) // 2
        expected = {f"layers.{number}.{kind}" for number in range(n_layers) for kind in ("weight", "bias")}
        if not tensors or set(tensors) != expected:
            strange = next((name for name in tensors if not _LAYER.fullmatch(name)), "no layers")
            raise DataError(f"The stored weights are not those of fully connected layers (found {strange}).")
        network = cls(
            tuple(_own(tensors[f"layers.{number}.weight"]) for number in range(n_layers)),
            tuple(_own(tensors[f"layers.{number}.bias"]) for number in range(n_layers)),
        )
        chained = all(below.shape[0] == above.shape[1] for below, above in pairwise(network.weights))
        if not chained or any(w.shape[:1] != b.shape for w, b in zip(network.weights, network.biases, strict=True)):
            raise DataError("The stored layers do not fit each other: train the run again.")
        return network

    @property
    def n_features(self) -> int:
        """Return how many features it takes."""
        return int(self.weights[0].shape[1])

    @property
    def n_genres(self) -> int:
        """Return how many genres it tells apart."""
        return int(self.weights[-1].shape[0])

    def logits(self, X: Scores) -> FloatArray:
        """Return logits (n, n_genres) for standardized features (n, n_features)."""
        return self.outputs(X)[-1]

    def outputs(self, X: Scores) -> tuple[FloatArray, ...]:
        """Return the outputs (n, units) of each layer, the last one's logits, for standardized features X."""
        found = [self._checked(X)]
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            found.append(np.maximum(found[-1] @ weight.T + bias, 0))
        return (*found[1:], found[-1] @ self.weights[-1].T + self.biases[-1])

    def gradient(self, X: Scores, direction: Scores) -> FloatArray:
        """Return the gradient (n, n_features) of `logits @ direction`, with `direction` (n_genres,) or (n, n_genres).

        Where a hidden unit is exactly at its kink, its slope is taken as 0, as torch does.
        """
        hidden = self._checked(X)
        open_units = []
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            sums = hidden @ weight.T + bias
            open_units.append(sums > 0)
            hidden = np.maximum(sums, 0)
        gradient = np.broadcast_to(np.asarray(direction, np.float64), (len(hidden), self.n_genres)) @ self.weights[-1]
        for weight, is_open in zip(reversed(self.weights[:-1]), reversed(open_units), strict=True):
            gradient = (gradient * is_open) @ weight
        return gradient

    def _checked(self, X: Scores) -> FloatArray:
        X = np.asarray(X, np.float64)
        assert X.shape == (len(X), self.n_features), f"X is (n, {self.n_features}), not {X.shape}"
        return X


def _own(tensor: Scores) -> FloatArray:
    """Return a read-only copy with twice the digits, so that nothing is lost along long sums."""
    own = tensor.astype(np.float64)
    own.setflags(write=False)
    return own
