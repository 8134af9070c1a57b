"""Softmax regression: one linear layer."""

from torch import nn

from genre_core.config import LinearConfig


def build(config: LinearConfig, n_features: int, n_genres: int) -> nn.Module:
    """Build the layer from features to logits."""
    return nn.Linear(n_features, n_genres)
