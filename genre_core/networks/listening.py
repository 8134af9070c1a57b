"""Parts that networks on spectrograms compute alike: what is heard and what is padding, and blocks of convolution.

A frame in which there is no sound is NaN, and so is each after it. Such frames are taken out before anything is
computed, and left out of every average: what a network says of a clip does not depend on what is beside it.
"""

from abc import abstractmethod
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genre_core.networks.network import Network
from genre_core.networks.spectrograms import BlocksConfig

MOMENTUM = 0.1
"""How far running means and variances follow those of a batch."""


class Listening(Network):
    """A network that makes one summary of each spectrogram, and logits of that by a last layer, `genres`."""

    genres: nn.Linear

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout

    def forward(self, X: Tensor) -> Tensor:
        """Return logits (n, n_genres) for spectrograms (n, n_mels, n_frames), of any length, NaN where none sounds."""
        if not len(X):
            return X.new_zeros((0, self.genres.out_features))
        summary = self.summary(*heard(X))
        return self.genres(F.dropout(summary, self.dropout, self.training))

    def without_gaps(self, X: Tensor) -> Tensor:
        """Return the logits of spectrograms (n, n_mels, n_frames) in which every frame sounds."""
        return self.genres(self.summary(X, None))

    @abstractmethod
    def summary(self, X: Tensor, lengths: Tensor | None) -> Tensor:
        """Return one row of numbers (n, width) for each spectrogram (n, n_mels, n_frames).

        `lengths` (n,) says how many frames of each are heard, and the others are 0; None: all are.
        """


class Blocks(Listening):
    """A network that begins with blocks, each of which halves bands and frames."""

    def __init__(self, config: BlocksConfig) -> None:
        super().__init__(config.dropout)
        around, has_bias = config.kernel // 2, not config.batch_norm
        self.kernels = nn.ModuleList(
            nn.Conv2d(*pair, config.kernel, padding=around, bias=has_bias) for pair in pairwise((1, *config.channels))
        )
        self.norms = nn.ModuleList(map(nn.BatchNorm2d, config.channels) if config.batch_norm else ())
        self.maps = nn.Identity()
        """The patterns of the last block go through it before they are pooled: what explains an answer looks there."""

    @property
    def moment_frames(self) -> int:
        """Return how many frames of a spectrogram one moment is: each block halves them."""
        return 1 << len(self.kernels)

    def patterns(self, X: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Return how much of each pattern is where (n, channels, bands, frames), and how many frames of it are heard.

        Frames that are not heard are 0, before each block as after it: as if there were none.
        """
        # Channels last in memory: convolutions on the CPU take half the time.
        X = X.unsqueeze(1).to(memory_format=torch.channels_last)
        for number, kernel in enumerate(self.kernels):
            mask = None if lengths is None else mask_of(lengths, X.shape[3])[:, None, None, :]
            X = kernel(X)[:, :, : X.shape[2], : X.shape[3]]  # an even kernel finds one more
            if len(self.norms):
                norm = self.norms[number]
                assert isinstance(norm, nn.BatchNorm2d)
                X = _normalized(X, norm, mask, learns=self.training)
            X = X if mask is None else X * mask
            # Rounded up, so that something is left of the shortest sound. ReLU after the maximum comes to the same bits,
            # and has a quarter of the numbers to go through.
            if number < len(self.kernels) - 1:
                X = F.relu(F.max_pool2d(X, 2, ceil_mode=True))
            else:
                X = F.max_pool2d(self.maps(F.relu(X)), 2, ceil_mode=True)
            lengths = None if lengths is None else (lengths + 1) // 2
        return X, lengths


def heard(X: Tensor) -> tuple[Tensor, Tensor | None]:
    """Return spectrograms with 0 where there is no sound, and how many frames of each are heard (n,).

    The number is None where all are; frames that are heard in none are left out.
    """
    lengths = X.shape[2] - X[:, 0].isnan().sum(1)
    shortest, longest = int(lengths.min()), int(lengths.max())
    X = X[:, :, : max(1, longest)]
    return (X, None) if shortest == X.shape[2] else (X.nan_to_num(0.0), lengths.clamp(min=1))


def mask_of(lengths: Tensor, n_frames: int) -> Tensor:
    """Return 1 where a frame is heard and 0 elsewhere (n, n_frames)."""
    return (torch.arange(n_frames, device=lengths.device) < lengths.unsqueeze(1)).float()


def moments(X: Tensor) -> Tensor:
    """Return patterns (n, channels, bands, frames) as one row of numbers for each frame (n, frames, channels · bands)."""
    return X.permute(0, 3, 1, 2).flatten(2)


def mean_over_time(X: Tensor, lengths: Tensor | None) -> Tensor:
    """Return means (n, width) over the frames that are heard of (n, n_frames, width)."""
    if lengths is None:
        return X.mean(1)
    return (X * mask_of(lengths, X.shape[1]).unsqueeze(2)).sum(1) / lengths.unsqueeze(1)


def _normalized(X: Tensor, norm: nn.BatchNorm2d, mask: Tensor | None, *, learns: bool) -> Tensor:
    """Normalize X (n, channels, bands, frames): while it learns by means and variances of what is heard in the batch."""
    n_values = X.numel() / X.shape[1] if mask is None else float(mask.sum()) * X.shape[2]
    learns = learns and n_values > 1  # a single value of each channel has no variance
    if mask is None or not learns:
        return F.batch_norm(X, norm.running_mean, norm.running_var, norm.weight, norm.bias, learns, MOMENTUM, norm.eps)
    mean = (X * mask).sum((0, 2, 3)) / n_values
    centered = (X - mean[:, None, None]) * mask
    variance = centered.square().sum((0, 2, 3)) / n_values
    with torch.no_grad():
        assert norm.running_mean is not None
        assert norm.running_var is not None
        norm.running_mean.lerp_(mean, MOMENTUM)
        norm.running_var.lerp_(variance * n_values / (n_values - 1), MOMENTUM)
    scale = norm.weight * (variance + norm.eps).rsqrt()
    return centered * scale[:, None, None] + norm.bias[:, None, None]
