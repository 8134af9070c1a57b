"""A small transformer: short pieces of the spectrogram look at each other, whatever lies between them.

Vaswani et al. 2017, with normalization in front of each part (Xiong et al. 2020) and sines for positions.
"""

import math
from typing import TYPE_CHECKING, Literal

from genre_core.networks.config import Layer, Shape
from genre_core.networks.spectrograms import ReceptiveField, SpectrogramNetworkConfig
from genre_core.values import setting

if TYPE_CHECKING:
    from genre_core.networks.encoder import Encoder


class TransformerConfig(SpectrogramNetworkConfig):
    """Short pieces of a spectrogram that look at each other, near or far; needs the feature set logmel."""

    # fmt: off
    architecture: Literal["transformer"] = "transformer"
    patch: int = setting(4, "Piece", "How many frames make one piece; a frame is a twentieth of a second. Longer: fewer pieces and faster training, but what happens within a piece is blurred. 2 to 8 is usual.", ge=1, le=64, step=1, scale="log", unit="frames")
    width: int = setting(64, "Width", "How many numbers describe each piece. More: finer differences, sooner overfitting and slower training. 32 to 128 is usual.", ge=4, le=512, step=4, scale="log", unit="numbers")
    depth: int = setting(2, "Layers", "How many times the pieces look at each other. More: relations between relations, which need many clips to learn. 1 to 4 is usual here.", ge=1, le=8, step=1, unit="layers")
    # fmt: on

    label = "transformer"
    phrase = "a transformer"

    @property
    def heads(self) -> int:
        """Return how many ways of looking there are in a layer, which share its width."""
        return math.gcd(self.width, 4)

    @property
    def inner(self) -> int:
        """Return how many units each piece has within a layer."""
        return 2 * self.width

    def build(self, shape: Shape, n_genres: int) -> "Encoder":
        """Build the layer that describes pieces, those in which they look at each other, and that to logits."""
        from genre_core.networks.encoder import Encoder

        self.check(shape)
        return Encoder(self, shape[0], n_genres)

    def layers(self, shape: Shape, n_genres: int) -> tuple[Layer, ...]:
        """Return the spectrogram, the pieces as each layer describes them, and the genres."""
        self.check(shape)
        does = [("attention, ReLU",)] * (self.depth - 1) + [("attention, ReLU", "mean", *self.drops)]
        pieces = Layer(self.width, (f"of {self.patch} frames", "positions"))
        return (Layer(math.prod(shape)), pieces, *(Layer(self.width, each) for each in does), Layer(n_genres))

    def receptive_field(self, shape: Shape) -> ReceptiveField:
        """Return the whole spectrogram: each piece looks at all others."""
        return ReceptiveField(*shape)

    def n_kept(self, shape: Shape) -> int:
        """Return about how many numbers each row leaves in memory in a training step: pieces look at one another."""
        n_pieces = math.ceil(shape[1] / self.patch)
        return math.prod(shape) + self.depth * n_pieces * (4 * self.heads * n_pieces + 32 * self.width)

    def n_parameters(self, shape: Shape, n_genres: int) -> int:
        """Return how many weights and biases it has, whatever the length of the sound."""
        self.check(shape)
        width, inner = self.width, self.inner
        of_layer = 4 * (width + 1) * width + (width + 1) * inner + (inner + 1) * width + 4 * width
        return (shape[0] * self.patch + 1) * width + self.depth * of_layer + 2 * width + (width + 1) * n_genres
