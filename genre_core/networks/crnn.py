"""A convolutional recurrent network: patterns are found as a CNN finds them, and followed through time.

K. Choi, G. Fazekas, M. Sandler, K. Cho: Convolutional recurrent neural networks for music classification. ICASSP 2017.
"""

import math
from typing import TYPE_CHECKING, Literal

from genre_core.networks.config import Layer, Shape
from genre_core.networks.lstm import RecurrentConfig
from genre_core.networks.spectrograms import BlocksConfig

if TYPE_CHECKING:
    from genre_core.networks.convolutional_recurrent import ConvolutionalRecurrent


class CrnnConfig(RecurrentConfig, BlocksConfig):
    """Patterns in a spectrogram, and a memory that follows them through time; needs the feature set logmel."""

    architecture: Literal["crnn"] = "crnn"

    label = "CRNN"
    phrase = "a CRNN"

    def build(self, shape: Shape, n_genres: int) -> "ConvolutionalRecurrent":
        """Build the blocks, the layer through time, and the one from its mean to logits."""
        from genre_core.networks.convolutional_recurrent import ConvolutionalRecurrent

        self.check(shape)
        return ConvolutionalRecurrent(self, self.bands_left(shape), n_genres)

    def layers(self, shape: Shape, n_genres: int) -> tuple[Layer, ...]:
        """Return the spectrogram, the patterns of each block, what is remembered, and the genres."""
        self.check(shape)
        return (*self.blocks(shape), Layer(self.width, self.does), Layer(n_genres))

    def n_kept(self, shape: Shape) -> int:
        """Return about how many numbers each row leaves in memory in a training step."""
        n_moments = math.ceil(shape[1] / (1 << len(self.channels)))
        return super().n_kept(shape) + self.n_of_steps(self.channels[-1] * self.bands_left(shape), n_moments)

    def n_parameters(self, shape: Shape, n_genres: int) -> int:
        """Return how many weights and biases it has, whatever the length of the sound."""
        self.check(shape)
        n_inputs = self.channels[-1] * self.bands_left(shape)
        return self.n_of_blocks + self.n_of_recurrence(n_inputs) + (self.width + 1) * n_genres
