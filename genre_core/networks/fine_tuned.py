"""The pretrained tagger with a new last layer: what does not learn are buffers, what learns are parameters."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genre_core.errors import DataError
from genre_core.networks.musicnn import MusicnnConfig, tagger_shapes
from genre_core.networks.musicnn_hearing import embedded, pooled
from genre_core.networks.musicnn_layers import N_EMBEDDING, N_POOLED
from genre_core.networks.network import Frozen, Network

SILENCE = 0.0
"""Log-mel of silence: log10(10000 · 0 + 1)."""


class FineTuned(Network):
    """The tagger up to its embedding, dropout, and a layer from there to logits."""

    def __init__(self, config: MusicnnConfig, n_genres: int) -> None:
        super().__init__()
        self.config = config
        self.tagger = nn.ModuleDict({name.partition(".")[0]: nn.Module() for name in tagger_shapes()})
        for name, shape in tagger_shapes().items():
            layer, _, part = name.partition(".")
            array = torch.randn(shape) / math.sqrt(math.prod(shape[1:])) if part == "kernel" else torch.zeros(shape)
            if part == "scale":
                array += 1
            if config.learns(name):
                self.tagger[layer].register_parameter(part, nn.Parameter(array))
            else:
                self.tagger[layer].register_buffer(part, array)
        self.genres = nn.Linear(N_EMBEDDING, n_genres)

    def forward(self, X: Tensor) -> Tensor:
        """Return logits (n, n_genres) for log-mels (n, 96, n_frames), or for what `frozen` makes of them."""
        heard = self._heard(X) if X.ndim == 3 else X
        if heard.shape[1] == N_POOLED:
            heard = embedded(self._weights(), heard)
        return self.genres(F.dropout(heard, self.config.dropout, self.training))

    def without_gaps(self, X: Tensor) -> Tensor:
        """Return the logits of log-mels (n, 96, n_frames) in which every frame sounds, all at once."""
        weights = self._weights()
        return self.genres(embedded(weights, pooled(weights, X.transpose(1, 2))))

    def start_from(self, weights: Callable[[], Mapping[str, Any]] | None) -> None:
        """Take over the tagger's weights; raises DataError where they were not fetched."""
        if weights is None:
            raise DataError(f"A pretrained tagger learns from clips: choose the feature set {self.config.feature_set}.")
        found = weights()
        with torch.no_grad():
            for name, array in self._weights().items():
                array.copy_(torch.from_numpy(found[name]))

    def frozen(self) -> Frozen | None:
        """Return what hears log-mels as far as nothing learns; None where all layers do."""
        if self.config.trained == "all":
            return None
        return Frozen(f"musicnn below {self.config.trained}", torch.no_grad()(self._heard))

    def rates(self) -> Tensor:
        """Return each weight's rate (n_parameters,) as a share of the learning rate."""
        shares = [(self.tagger, self.config.below_rate), (self.genres, 1.0)]
        return torch.cat([one.new_full((one.numel(),), share) for part, share in shares for one in part.parameters()])

    def _weights(self) -> dict[str, Tensor]:
        return dict(self.tagger.named_parameters()) | dict(self.tagger.named_buffers())

    def _heard(self, X: Tensor) -> Tensor:
        """Return the embedding (n, 200) where nothing in it learns, otherwise what is pooled (n, 1506).

        Inputs go through one by one, without the frames in which there is no sound: this fits the processor's caches,
        and nothing depends on what stands beside it.
        """
        weights, last = self._weights(), self.config.trained == "head"
        heard = [pooled(weights, _sound(mels).T[None]) for mels in X]
        if not heard:
            return X.new_zeros((0, N_EMBEDDING if last else N_POOLED))
        found = torch.cat(heard)
        return torch.cat([embedded(weights, one[None]) for one in found]) if last else found


def _sound(mels: Tensor) -> Tensor:
    """Return the frames of log-mels (96, n_frames) that are there, at least one."""
    there = ~mels.isnan().any(0)
    return mels[:, there] if there.any() else torch.full_like(mels[:, :1], SILENCE)
