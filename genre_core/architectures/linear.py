"""Softmax regression: one linear layer, which is a perceptron without hidden ones."""

from genre_core.architectures.mlp import Perceptron
from genre_core.architectures.network import Network
from genre_core.config import LinearConfig


def build(config: LinearConfig, n_features: int, n_genres: int) -> Network:
    """Build the layer from features to logits."""
    return Perceptron((n_features, n_genres), dropout=0.0)
