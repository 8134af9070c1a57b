"""Blocks of convolution, a layer that goes through time, and one layer over its mean."""

from torch import Tensor, nn

from genre_core.networks.crnn import CrnnConfig
from genre_core.networks.listening import Blocks, moments
from genre_core.networks.recurrent import Recurrence


class ConvolutionalRecurrent(Blocks):
    """Blocks, and a layer that goes through what they find."""

    def __init__(self, config: CrnnConfig, n_bands: int, n_genres: int) -> None:
        super().__init__(config)
        self.recurrence = Recurrence(config, config.channels[-1] * n_bands)
        self.genres = nn.Linear(config.width, n_genres)

    def summary(self, X: Tensor, lengths: Tensor | None) -> Tensor:
        """Return the mean over time of what it remembers (n, width)."""
        X, lengths = self.patterns(X, lengths)
        return self.recurrence(moments(X), lengths)
