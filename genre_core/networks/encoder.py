"""Pieces of a spectrogram that look at each other, and one layer over their mean."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genre_core.networks.listening import Listening, heard, mask_of, mean_over_time
from genre_core.networks.transformer import TransformerConfig

SLOWEST = 10_000.0
"""How many times as long the slowest sine of the positions is as the fastest."""


class Encoder(Listening):
    """Layers of attention and of linear units over pieces of the spectrogram, each added to what goes into it."""

    def __init__(self, config: TransformerConfig, n_bands: int, n_genres: int) -> None:
        super().__init__(config.dropout)
        self.patch = config.patch
        self.describes = nn.Linear(n_bands * config.patch, config.width)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                config.width, config.heads, config.inner, config.dropout, batch_first=True, norm_first=True
            )
            for _ in range(config.depth)
        )
        self.norm = nn.LayerNorm(config.width)
        self.genres = nn.Linear(config.width, n_genres)

    def summary(self, X: Tensor, lengths: Tensor | None) -> Tensor:
        """Return the mean of the pieces (n, width)."""
        pieces, silent, lengths = self._described(X, lengths)
        for layer in self.layers:
            pieces = layer(pieces, src_key_padding_mask=silent)
        return mean_over_time(self.norm(pieces), lengths)

    def without_gaps(self, X: Tensor) -> Tensor:
        """Return the logits of spectrograms (n, n_mels, n_frames) in which every frame sounds.

        Torch's own layers write down how many pieces and rows there are; here that stays open.
        """
        pieces, _, _ = self._described(X, None)
        for layer in self.layers:
            assert isinstance(layer, nn.TransformerEncoderLayer)
            pieces = pieces + _looked(layer.self_attn, layer.norm1(pieces))
            pieces = pieces + layer.linear2(F.relu(layer.linear1(layer.norm2(pieces))))
        return self.genres(self.norm(pieces).mean(1))

    def attention(self, X: Tensor) -> Tensor:
        """Return how much all pieces look at each (n, n_pieces) in the last layer, on average over its heads."""
        pieces, silent, lengths = self._described(*heard(X))
        *before, last = self.layers
        for layer in before:
            pieces = layer(pieces, src_key_padding_mask=silent)
        assert isinstance(last, nn.TransformerEncoderLayer)
        pieces = last.norm1(pieces)
        looks: Tensor = last.self_attn(pieces, pieces, pieces, key_padding_mask=silent, need_weights=True)[1]
        return mean_over_time(looks, lengths)

    @property
    def moment_frames(self) -> int:
        """Return how many frames of a spectrogram one piece is."""
        return self.patch

    def _described(self, X: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """Return pieces (n, n_pieces, width), which of them are silent, and how many are heard (n,)."""
        X = F.pad(X, (0, -X.shape[2] % self.patch))
        pieces = X.transpose(1, 2).reshape(X.shape[0], -1, self.patch * X.shape[1])
        if lengths is not None:
            lengths = (lengths + self.patch - 1) // self.patch
        silent = None if lengths is None else mask_of(lengths, pieces.shape[1]) == 0
        pieces = self.describes(pieces)
        return pieces + positions(pieces.shape[1], pieces.shape[2]).to(pieces), silent, lengths


def _looked(attention: nn.MultiheadAttention, pieces: Tensor) -> Tensor:
    """Return what pieces (n, n_pieces, width) find when they look at one another."""
    heads = attention.num_heads
    every = F.linear(pieces, attention.in_proj_weight, attention.in_proj_bias).chunk(3, 2)
    asks, offers, says = (one.reshape(one.shape[0], -1, heads, attention.head_dim).transpose(1, 2) for one in every)
    weights = (asks @ offers.transpose(2, 3) / math.sqrt(asks.shape[3])).softmax(3)
    return attention.out_proj((weights @ says).transpose(1, 2).flatten(2))


def positions(n: int, width: int) -> Tensor:
    """Return sines and cosines (n, width) from fast to slow, which tell each position from others."""
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(SLOWEST) / width))
    angles = torch.arange(n).unsqueeze(1) * rates
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1)[:, :width]
