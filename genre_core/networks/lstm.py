"""A recurrent network: it hears a spectrogram frame by frame, and remembers what it needs (Hochreiter & Schmidhuber 1997).

Its summary is the mean over time of what it remembers, so that every moment counts alike.
"""

import math
from typing import TYPE_CHECKING, Literal

from genre_core.networks.config import Layer, Shape
from genre_core.networks.spectrograms import ReceptiveField, SpectrogramNetworkConfig
from genre_core.values import setting

if TYPE_CHECKING:
    from genre_core.networks.recurrent import Recurrent


class RecurrentConfig(SpectrogramNetworkConfig):
    """A network with a layer that goes through time."""

    # fmt: off
    units: int = setting(64, "Memory", "How many numbers it remembers from one moment to the next, in each direction. More: longer and finer patterns in time, and slower training. 32 to 128 is usual.", ge=1, le=512, step=1, scale="log", unit="numbers")
    cell: Literal["gru", "lstm"] = setting("lstm", "Memory cell", "How it remembers. An LSTM has gates for writing, keeping and reading; a GRU does with one gate and a quarter of the weights fewer. They are often equally good.", labels={"gru": "GRU", "lstm": "LSTM"})
    directions: Literal["one", "both"] = setting("both", "Directions", "Whether it goes through a clip from start to end only, or also from end to start. With both, each moment is heard with what comes before and after it; it takes twice as long.", labels={"one": "forward only", "both": "forward and backward"})
    # fmt: on

    @property
    def width(self) -> int:
        """Return how many numbers it says at each moment."""
        return self.units * (2 if self.directions == "both" else 1)

    @property
    def does(self) -> tuple[str, ...]:
        """Return what the layer does, in words."""
        both = " both ways" if self.directions == "both" else ""
        return (f"{self.cell.upper()}{both}", "mean", *self.drops)

    def n_of_recurrence(self, n_inputs: int) -> int:
        """Return how many weights and biases the layer has: of each gate, for inputs and for what it remembers."""
        return (4 if self.cell == "lstm" else 3) * self.width * (n_inputs + self.units + 2)

    def n_of_steps(self, n_inputs: int, n_moments: int) -> int:
        """Return about how many numbers the layer leaves in memory in a training step: gates and what they are of."""
        return n_moments * (14 * self.width + 2 * n_inputs)

    def receptive_field(self, shape: Shape) -> ReceptiveField:
        """Return the whole spectrogram, as it has heard all that came before."""
        return ReceptiveField(*shape)


class LstmConfig(RecurrentConfig):
    """A memory that goes through the spectrogram frame by frame; needs the feature set logmel."""

    architecture: Literal["lstm"] = "lstm"

    label = "LSTM"
    phrase = "an LSTM"

    def build(self, shape: Shape, n_genres: int) -> "Recurrent":
        """Build the layer through time, and the one from its mean to logits."""
        from genre_core.networks.recurrent import Recurrent

        self.check(shape)
        return Recurrent(self, shape[0], n_genres)

    def layers(self, shape: Shape, n_genres: int) -> tuple[Layer, ...]:
        """Return the spectrogram, what is remembered, and the genres."""
        self.check(shape)
        return Layer(math.prod(shape)), Layer(self.width, self.does), Layer(n_genres)

    def n_kept(self, shape: Shape) -> int:
        """Return about how many numbers each row leaves in memory in a training step."""
        return self.n_of_steps(*shape)

    def n_parameters(self, shape: Shape, n_genres: int) -> int:
        """Return how many weights and biases it has, whatever the length of the sound."""
        self.check(shape)
        return self.n_of_recurrence(shape[0]) + (self.width + 1) * n_genres
