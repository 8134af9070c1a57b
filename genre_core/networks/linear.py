"""Softmax regression: one linear layer, which is a perceptron without hidden ones."""

import math
from typing import TYPE_CHECKING, Literal

from genre_core.networks.config import Layer, NetworkConfig, Shape, chain

if TYPE_CHECKING:
    from genre_core.networks.perceptron import Perceptron


class LinearConfig(NetworkConfig):
    """Softmax regression: one layer from features to genres."""

    architecture: Literal["linear"] = "linear"

    label = "softmax regression"
    phrase = "softmax regression"
    explainable = True

    def build(self, shape: Shape, n_genres: int) -> "Perceptron":
        """Build the layer from features to logits."""
        from genre_core.networks.perceptron import Perceptron

        return Perceptron((math.prod(shape), n_genres), dropout=0.0)

    def layers(self, shape: Shape, n_genres: int) -> tuple[Layer, ...]:
        """Return the input and the genres."""
        return chain(shape, (), n_genres)
