"""Networks: one file each, named as its configuration's `architecture`, with `build(config, shape, n_genres)`.

A network maps inputs (n, *shape) to logits (n, n_genres), where `shape` is that of one input: (n_features,) for
standardised features. It draws its initial weights, and its
dropout masks while training, from torch's global generator.
"""

import math
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING

from genre_core.settings.config import ModelConfig

if TYPE_CHECKING:
    from genre_core.networks.network import Network

Shape = tuple[int, ...]
"""The shape of one input: (n_features,) of a row of features."""


def build_network(config: ModelConfig, shape: Shape, n_genres: int) -> "Network":
    """Build the network that a configuration names, with fresh weights."""
    network: Network = import_module(f"genre_core.networks.{config.architecture}").build(config, shape, n_genres)
    return network


def layer_widths(config: ModelConfig, shape: Shape, n_genres: int) -> tuple[int, ...]:
    """Return the number of units of each layer, from inputs to genres, without building the network."""
    return (math.prod(shape), *getattr(config, "hidden", ()), n_genres)


def parameter_count(config: ModelConfig, shape: Shape, n_genres: int) -> int:
    """Return how many weights and biases fully connected layers of these widths have."""
    widths = layer_widths(config, shape, n_genres)
    return sum((below + 1) * above for below, above in pairwise(widths))
