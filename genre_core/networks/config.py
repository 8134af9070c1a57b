"""A network's configuration, and what it declares of itself."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from genre_core.errors import DataError
from genre_core.values import Frozen, setting

if TYPE_CHECKING:
    from genre_core.networks.network import Network

Shape = tuple[int, ...]
"""The shape of one input: (n_features,) of a row of features, (n_bands, n_frames) of a spectrogram."""

DROPOUT: Any = setting(
    0.3,
    "Dropout",
    "Share of the hidden units switched off at random in each training step. Higher: the network overfits less and learns more slowly. 0.2 to 0.5 is usual.",
    ge=0,
    le=0.9,
    step=0.05,
)
"""The setting of that name, of whichever network."""


MOST_BYTES = 4 << 30
"""Most memory that a training may take for what it computes at a time: others train beside it."""
ANSWERED_AT_ONCE = 1 << 18
"""Most numbers of spectrograms that are answered at a time: what convolutions make of more leaves the cache."""
COPIES = 6
"""How often weights are held: themselves, the best, gradients, two moments of the optimizer, and one of them in work."""
MOST_DRAWN = 1 << 18
"""Most weights and biases of a network that is drawn while it trains: half a megabyte an epoch."""
MUTED = 2
"""Moments, and ranges of bands, that are muted in each clip."""


class Augmentation(NamedTuple):
    """How much training clips are changed at random, each at most by that much; 0: not at all.

    `crop` is the length of the piece that is taken of each, `mute_frames` and `mute_bands` are widths, `gain` is in dB,
    `shift` in bands; `noise` is a share of the clip's amplitude, `stretch` of its speed.
    """

    crop: int = 0
    mute_frames: int = 0
    mute_bands: int = 0
    gain: float = 0.0
    noise: float = 0.0
    shift: float = 0.0
    stretch: float = 0.0


@dataclass(frozen=True)
class Layer:
    """One layer as it is drawn and counted: its units, what follows them, such as "ReLU", and what feeds them.

    `below` are positions among the network's layers; None: the layer before it.
    """

    units: int
    does: tuple[str, ...] = ()
    below: tuple[int, ...] | None = None

    def fed_by(self, position: int) -> tuple[int, ...]:
        """Return the positions of the layers that feed it, given its own; none for the input."""
        if self.below is not None:
            return self.below
        return (position - 1,) if position else ()


def in_columns(layers: Sequence[Layer]) -> list[list[int]]:
    """Return the positions of the layers by column: a layer stands right of all that feed it."""
    found: list[int] = []
    for position, layer in enumerate(layers):
        found.append(max((found[below] + 1 for below in layer.fed_by(position)), default=0))
    return [[position for position, x in enumerate(found) if x == column] for column in range(max(found) + 1)]


class NetworkConfig(Frozen):
    """A network's settings. All but `build` works without torch, so that a page can ask it."""

    architecture: str
    label: ClassVar[str]
    """Its kind in a list: "perceptron"."""
    phrase: ClassVar[str]
    """Its kind in a sentence: "a perceptron"."""
    feature_set: ClassVar[str] = ""
    """The feature set of clips that it is made for; none: any."""
    explainable: ClassVar[bool] = False
    """Whether its weights are a chain of fully connected layers with ReLU between them, named `layers.0.weight`, …, so
    that `FittedNetwork` answers as it does."""
    maps: ClassVar[bool] = False
    """Whether it begins with blocks of convolution, whose last patterns are seen in its module `maps`."""
    changes: ClassVar[tuple[str, ...]] = ()
    """Settings by which training clips are changed at random."""
    shown_last: ClassVar[tuple[str, ...]] = ()
    """Settings that it shares with others, which stand below its own."""

    def check(self, shape: Shape) -> None:
        """Do nothing where it can take inputs of this shape; otherwise raise DataError, in a sentence."""

    def check_memory(self, shape: Shape, n_rows: int, frame_seconds: float = 0.0) -> None:
        """Raise DataError where it could not learn from so many rows at a time, or answer for one, within the memory.

        Frames of a spectrogram lie `frame_seconds` apart.
        """
        self.check(shape)
        crop, learned = self.augmentation(frame_seconds).crop, shape
        if crop and len(shape) == 2:
            learned = (shape[0], min(crop, shape[1]))
        n_answered = max(1, ANSWERED_AT_ONCE // max(1, math.prod(shape)))  # of those nothing is kept for a gradient
        n_bytes = 4 * max(n_rows * self.n_kept(learned), n_answered * self.n_kept(shape) // 2)
        n_bytes += 4 * COPIES * self.n_parameters(shape, 2)  # the layer to the genres hardly counts
        if n_bytes > MOST_BYTES:
            phrase = f"{self.phrase[0].upper()}{self.phrase[1:]}"
            raise DataError(
                f"{phrase} with these settings needs about {max(n_bytes, MOST_BYTES + 2**30) / 2**30:,.0f} GB of memory "
                f"at a time, and a training may take {MOST_BYTES >> 30}: lower the batch size, take random crops or "
                "shorter windows of clips, or make the network smaller."
            )

    def n_kept(self, shape: Shape) -> int:
        """Return about how many numbers each row leaves in memory in a training step, until its gradient is known."""
        return 3 * sum(layer.units for layer in self.layers(shape, 2))

    @abstractmethod
    def build(self, shape: Shape, n_genres: int) -> "Network":
        """Build it with fresh weights from torch's global generator, for inputs of this shape."""

    @abstractmethod
    def layers(self, shape: Shape, n_genres: int) -> tuple[Layer, ...]:
        """Return its layers, from the input to the genres."""

    def n_parameters(self, shape: Shape, n_genres: int) -> int:
        """Return how many weights and biases it has: those of fully connected layers, unless it says otherwise."""
        layers = self.layers(shape, n_genres)
        sources = (sum(layers[below].units for below in layer.fed_by(at)) for at, layer in enumerate(layers))
        return sum((n_inputs + 1) * layer.units for n_inputs, layer in zip(sources, layers, strict=True) if n_inputs)

    def n_fixed(self, shape: Shape, n_genres: int) -> int:
        """Return how many weights and biases it has beside these that do not learn."""
        return 0

    def can_be_drawn(self, shape: Shape, n_genres: int) -> bool:
        """Return whether it is drawn while it trains: its units are known, and its weights few."""
        return self.explainable and self.n_parameters(shape, n_genres) <= MOST_DRAWN

    def hears(self, shape: Shape, frame_seconds: float) -> str:
        """Say how much of a spectrogram it takes in before it averages; nothing where it takes features."""
        return ""

    def augmentation(self, frame_seconds: float) -> Augmentation:
        """Return how rows are changed in training; frames of a spectrogram lie so many seconds apart."""
        return Augmentation()

    def faster(self) -> Self:
        """Return it with faster random numbers, where it has such a setting and it would do anything."""
        return self


def chain(shape: Shape, hidden: tuple[Layer, ...], n_genres: int) -> tuple[Layer, ...]:
    """Return the layers of a network without branches."""
    return (Layer(math.prod(shape)), *hidden, Layer(n_genres))
