"""Softmax regression: one linear layer, which is a perceptron without hidden ones."""

import math

from genre_core.networks.mlp import Perceptron
from genre_core.networks.network import Network
from genre_core.settings.config import LinearConfig


def build(config: LinearConfig, shape: tuple[int, ...], n_genres: int) -> Network:
    """Build the layer from features to logits."""
    return Perceptron((math.prod(shape), n_genres), dropout=0.0)
