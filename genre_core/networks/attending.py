"""Blocks of convolution, what weighs moments, and one layer over their weighted mean."""

import torch
from torch import Tensor, nn

from genre_core.networks.attention import AttentionConfig
from genre_core.networks.listening import Blocks, heard, mask_of, moments


class Attending(Blocks):
    """Blocks, and a weighted mean over time of what they find."""

    def __init__(self, config: AttentionConfig, n_bands: int, n_genres: int) -> None:
        super().__init__(config)
        width = config.channels[-1] * n_bands
        self.looks = nn.Linear(width, config.attention)
        self.weighs = nn.Linear(config.attention, 1, bias=False)
        self.genres = nn.Linear(width, n_genres)

    def summary(self, X: Tensor, lengths: Tensor | None) -> Tensor:
        """Return the weighted mean of moments (n, width)."""
        return torch.bmm(*self._weighed(X, lengths)).squeeze(1)

    def attention(self, X: Tensor) -> Tensor:
        """Return how much each moment counts (n, n_moments), a sum of 1, for spectrograms (n, n_mels, n_frames)."""
        return self._weighed(*heard(X))[0].squeeze(1)

    def _weighed(self, X: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return the weights (n, 1, n_moments) of moments, and the moments (n, n_moments, width)."""
        X, lengths = self.patterns(X, lengths)
        X = moments(X)
        scores = self.weighs(torch.tanh(self.looks(X)))
        if lengths is not None:
            scores = scores.masked_fill(mask_of(lengths, X.shape[1]).unsqueeze(2) == 0, -torch.inf)
        return scores.softmax(1).transpose(1, 2), X
