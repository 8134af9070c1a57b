"""Softmax regression: one linear layer, which is a perceptron without hidden ones."""

from genre_core.networks.mlp import Perceptron
from genre_core.networks.network import Network
from genre_core.settings.config import LinearConfig


def build(config: LinearConfig, n_features: int, n_genres: int) -> Network:
    """Build the layer from features to logits."""
    return Perceptron((n_features, n_genres), dropout=0.0)
