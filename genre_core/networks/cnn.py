"""A convolutional network: it looks for the same small patterns everywhere in a spectrogram.

Blocks of convolution, then the mean over all that is left of bands and frames (Lin, Chen & Yan 2014), so that the
number of weights does not depend on the length.
"""

from typing import TYPE_CHECKING, Literal

from genre_core.networks.config import Layer, Shape
from genre_core.networks.spectrograms import BlocksConfig

if TYPE_CHECKING:
    from genre_core.networks.convolutional import Convolutional


class CnnConfig(BlocksConfig):
    """Patterns looked for everywhere in a spectrogram, and patterns of those; needs the feature set logmel."""

    architecture: Literal["cnn"] = "cnn"

    label = "CNN"
    phrase = "a CNN"

    def build(self, shape: Shape, n_genres: int) -> "Convolutional":
        """Build the blocks, and the layer from their averages to logits."""
        from genre_core.networks.convolutional import Convolutional

        self.check(shape)
        return Convolutional(self, n_genres)

    def layers(self, shape: Shape, n_genres: int) -> tuple[Layer, ...]:
        """Return the spectrogram, the patterns of each block, and the genres."""
        self.check(shape)
        return (*self.blocks(shape, "mean"), Layer(n_genres))

    def n_parameters(self, shape: Shape, n_genres: int) -> int:
        """Return how many weights and biases it has, whatever the length of the sound."""
        self.check(shape)
        return self.n_of_blocks + (self.channels[-1] + 1) * n_genres
