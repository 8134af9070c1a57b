"""A convolutional network: it looks for the same small patterns everywhere in a spectrogram.

Blocks of convolution, batch normalization (Ioffe & Szegedy 2015), ReLU and pooling; then the mean over all that is
left of bands and frames (Lin, Chen & Yan 2014), so that the number of weights does not depend on the length.
"""

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from genre_core.errors import DataError
from genre_core.networks.config import DROPOUT, Layer, NetworkConfig, Shape
from genre_core.values import Layers, setting

if TYPE_CHECKING:
    from genre_core.networks.convolutional import Convolutional


class CnnConfig(NetworkConfig):
    """Patterns looked for everywhere in a spectrogram, and patterns of those; needs the feature set logmel."""

    # fmt: off
    architecture: Literal["cnn"] = "cnn"
    channels: Layers = setting((8, 16, 32), "Channels", "How many patterns each block looks for, first to last. After each block, time and pitch are halved, so later blocks see larger patterns. More: finer differences, and training takes longer. 8, 16, 32 learns quickly.")
    kernel: int = setting(3, "Pattern size", "How many bands and frames a pattern spans in its block. Larger: longer and wider patterns from the first block on, and slower training. 3 is usual.", ge=1, le=9, step=2)
    batch_norm: bool = setting(True, "Batch norm", "Brings what each pattern says to one scale in each batch. It makes learning faster and steadier; with very small batches it is unsteady itself.")
    dropout: float = DROPOUT
    # fmt: on

    label = "CNN"
    phrase = "a CNN"

    def check(self, shape: Shape) -> None:
        """Raise DataError where the inputs are no spectrograms."""
        if len(shape) != 2:
            raise DataError("A CNN needs spectrograms: choose the feature set logmel.")

    def build(self, shape: Shape, n_genres: int) -> "Convolutional":
        """Build the blocks, and the layer from their averages to logits."""
        from genre_core.networks.convolutional import Convolutional

        self.check(shape)
        return Convolutional(self, n_genres)

    def layers(self, shape: Shape, n_genres: int) -> tuple[Layer, ...]:
        """Return the spectrogram, the patterns of each block, and the genres."""
        self.check(shape)
        looks = f"{self.kernel} × {self.kernel}, ReLU"
        last = f"pool, mean, dropout {self.dropout:g}" if self.dropout else "pool, mean"
        after = [*["pool 2 × 2"] * (len(self.channels) - 1), last]
        blocks = (Layer(width, (looks, then)) for width, then in zip(self.channels, after, strict=True))
        return (Layer(math.prod(shape)), *blocks, Layer(n_genres))

    def n_parameters(self, shape: Shape, n_genres: int) -> int:
        """Return how many weights and biases it has, whatever the length of the sound."""
        self.check(shape)
        of_kernels = sum(below * width * self.kernel**2 for below, width in pairwise((1, *self.channels)))
        # Batch normalization has a scale and a shift for each channel, in place of the bias.
        return of_kernels + sum(self.channels) * (1 + self.batch_norm) + (self.channels[-1] + 1) * n_genres
