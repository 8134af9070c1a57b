"""Networks: one file each, named as its configuration's `architecture`, with `build(config, n_features, n_genres)`.

A network maps standardised features (n, n_features) to logits (n, n_genres). It draws its initial weights, and its
dropout masks while training, from torch's global generator.
"""

from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING

from genre_core.settings.config import ModelConfig

if TYPE_CHECKING:
    from genre_core.networks.network import Network


def build_network(config: ModelConfig, n_features: int, n_genres: int) -> "Network":
    """Build the network that a configuration names, with fresh weights."""
    network: Network = import_module(f"genre_core.networks.{config.architecture}").build(config, n_features, n_genres)
    return network


def layer_widths(config: ModelConfig, n_features: int, n_genres: int) -> tuple[int, ...]:
    """Return the number of units of each layer, from features to genres, without building the network."""
    return (n_features, *getattr(config, "hidden", ()), n_genres)


def parameter_count(config: ModelConfig, n_features: int, n_genres: int) -> int:
    """Return how many weights and biases fully connected layers of these widths have."""
    widths = layer_widths(config, n_features, n_genres)
    return sum((below + 1) * above for below, above in pairwise(widths))
