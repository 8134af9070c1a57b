"""A convolutional network that learns which moments count: a weighted mean over time in place of the plain one.

D. Bahdanau, K. Cho, Y. Bengio: Neural machine translation by jointly learning to align and translate. ICLR 2015.
"""

from typing import TYPE_CHECKING, Literal

from genre_core.networks.config import Layer, Shape
from genre_core.networks.spectrograms import BlocksConfig, ReceptiveField
from genre_core.values import setting

if TYPE_CHECKING:
    from genre_core.networks.attending import Attending


class AttentionConfig(BlocksConfig):
    """Patterns in a spectrogram, and weights for the moments that count most; needs the feature set logmel."""

    # fmt: off
    architecture: Literal["attention"] = "attention"
    attention: int = setting(32, "Attention units", "How many things it looks for to decide how much a moment counts. More: finer choices, and sooner overfitting. 16 to 64 is usual.", ge=1, le=512, step=1, scale="log", unit="units")
    # fmt: on

    label = "CNN with attention"
    phrase = "a CNN with attention"

    def build(self, shape: Shape, n_genres: int) -> "Attending":
        """Build the blocks, what weighs moments, and the layer from their weighted mean to logits."""
        from genre_core.networks.attending import Attending

        self.check(shape)
        return Attending(self, self.bands_left(shape), n_genres)

    def layers(self, shape: Shape, n_genres: int) -> tuple[Layer, ...]:
        """Return the spectrogram, the patterns of each block, and the genres."""
        self.check(shape)
        return (*self.blocks(shape, "attention"), Layer(n_genres))

    def receptive_field(self, shape: Shape) -> ReceptiveField:
        """Return all bands, and as many frames as a pattern of the last block spans."""
        return super().receptive_field(shape)._replace(bands=shape[0])

    def n_parameters(self, shape: Shape, n_genres: int) -> int:
        """Return how many weights and biases it has, whatever the length of the sound."""
        self.check(shape)
        width = self.channels[-1] * self.bands_left(shape)
        return self.n_of_blocks + (width + 2) * self.attention + (width + 1) * n_genres
