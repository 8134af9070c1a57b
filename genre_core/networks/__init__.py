"""Networks: one file each, with its settings, what it declares of itself, and how it is built.

A network maps inputs (n, *shape) to logits (n, n_genres), where `shape` is that of one input: (n_features,) for
standardized features. It draws its initial weights, and its dropout masks while training, from torch's global
generator. Nothing here imports torch until a network is built.
"""

from genre_core.networks.cnn import CnnConfig
from genre_core.networks.config import Layer, NetworkConfig, Shape
from genre_core.networks.linear import LinearConfig
from genre_core.networks.mlp import MlpConfig

ARCHITECTURES: dict[str, type[NetworkConfig]] = {"mlp": MlpConfig, "linear": LinearConfig, "cnn": CnnConfig}
"""Every network, by the name that its configurations have as `architecture`."""

__all__ = ["ARCHITECTURES", "CnnConfig", "Layer", "LinearConfig", "MlpConfig", "NetworkConfig", "Shape"]
