"""Blocks of convolution, and one layer over the averages of what they find."""

from torch import Tensor, nn

from genre_core.networks.cnn import CnnConfig
from genre_core.networks.listening import Blocks


class Convolutional(Blocks):
    """Blocks, and a layer from the mean of each channel to logits."""

    def __init__(self, config: CnnConfig, n_genres: int) -> None:
        super().__init__(config)
        self.genres = nn.Linear(config.channels[-1], n_genres)

    def summary(self, X: Tensor, lengths: Tensor | None) -> Tensor:
        """Return the mean of each channel (n, channels) over bands and over the frames that are heard."""
        X, lengths = self.patterns(X, lengths)
        return X.mean((2, 3)) if lengths is None else X.sum((2, 3)) / (lengths * X.shape[2]).unsqueeze(1)
