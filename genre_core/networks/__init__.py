"""Networks: one file each, with its settings, what it declares of itself, and how it is built.

A network maps inputs (n, *shape) to logits (n, n_genres), where `shape` is that of one input: (n_features,) for
standardized features, (n_mels, n_frames) for spectrograms. It draws its initial weights, and its dropout masks while training, from torch's global
generator. Nothing here imports torch until a network is built.
"""

from genre_core.networks.attention import AttentionConfig
from genre_core.networks.cnn import CnnConfig
from genre_core.networks.config import Layer, NetworkConfig, Shape
from genre_core.networks.crnn import CrnnConfig
from genre_core.networks.linear import LinearConfig
from genre_core.networks.lstm import LstmConfig
from genre_core.networks.mlp import MlpConfig
from genre_core.networks.musicnn import MusicnnConfig
from genre_core.networks.transformer import TransformerConfig

ARCHITECTURES: dict[str, type[NetworkConfig]] = {
    "mlp": MlpConfig, "linear": LinearConfig, "cnn": CnnConfig, "crnn": CrnnConfig, "lstm": LstmConfig,
    "attention": AttentionConfig, "transformer": TransformerConfig, "musicnn": MusicnnConfig,
}  # fmt: skip
"""Every network, by the name that its configurations have as `architecture`."""

__all__ = ["ARCHITECTURES", "CnnConfig", "Layer", "LinearConfig", "MlpConfig", "NetworkConfig", "Shape"]
