"""Blocks of convolution, batch normalization, ReLU and pooling, and one layer over their averages."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genre_core.networks.cnn import CnnConfig
from genre_core.networks.network import Network


class Convolutional(Network):
    """Blocks that halve bands and frames, and a layer from the mean of each channel to logits; torch finds gradients."""

    def __init__(self, config: CnnConfig, n_genres: int) -> None:
        super().__init__()
        self.dropout = config.dropout
        around, has_bias = config.kernel // 2, not config.batch_norm
        self.kernels = nn.ModuleList(
            nn.Conv2d(*pair, config.kernel, padding=around, bias=has_bias) for pair in pairwise((1, *config.channels))
        )
        self.norms = nn.ModuleList(map(nn.BatchNorm2d, config.channels) if config.batch_norm else ())
        self.genres = nn.Linear(config.channels[-1], n_genres)

    def forward(self, X: Tensor) -> Tensor:
        """Return logits (n, n_genres) for spectrograms (n, n_mels, n_frames), of any length."""
        # Channels last in memory: convolutions on the CPU take half the time.
        X = X.unsqueeze(1).to(memory_format=torch.channels_last)
        for number, kernel in enumerate(self.kernels):
            X = kernel(X)
            if len(self.norms):
                X = self._normalized(X, number)
            # Rounded up, so that something is left of the shortest sound.
            X = F.max_pool2d(F.relu(X), 2, ceil_mode=True)
        means = F.dropout(X.mean((2, 3)), self.dropout, self.training)
        logits: Tensor = self.genres(means)
        return logits

    def _normalized(self, X: Tensor, number: int) -> Tensor:
        norm = self.norms[number]
        assert isinstance(norm, nn.BatchNorm2d)
        spreads = X.numel() > X.shape[1]  # a single value of each channel has no variance
        return F.batch_norm(
            X, norm.running_mean, norm.running_var, norm.weight, norm.bias, self.training and spreads, 0.1, norm.eps
        )
