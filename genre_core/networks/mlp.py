"""A perceptron with hidden layers: linear, ReLU, and dropout after the first two of them, as in the notebook."""

import math
from typing import TYPE_CHECKING, Literal, Self

from genre_core.networks.config import DROPOUT, Layer, NetworkConfig, Shape, chain
from genre_core.values import Layers, setting

if TYPE_CHECKING:
    from genre_core.networks.perceptron import Perceptron

DROPPED_LAYERS = 2


class MlpConfig(NetworkConfig):
    """A perceptron with hidden layers (ReLU), dropout after the first two of them."""

    # fmt: off
    architecture: Literal["mlp"] = "mlp"
    hidden: Layers = setting((128, 64, 32), "Hidden layers", "Number of units in each hidden layer, first to last. Wider and deeper: the network learns finer differences and overfits sooner. The notebook has 128, 64, 32.")
    dropout: float = DROPOUT
    masks: Literal["torch", "fast"] = setting("torch", "Dropout masks", "Which generator picks the units to switch off: torch's, as in the notebook, or a simpler one. Results differ only by chance. With the simpler one a single network takes about a tenth less time; many networks trained together are as fast with either.", labels={"torch": "torch's", "fast": "fast"}, technical=True)
    # fmt: on

    label = "perceptron"
    phrase = "a perceptron"
    explainable = True

    def build(self, shape: Shape, n_genres: int) -> "Perceptron":
        """Build the layers in the order in which the notebook draws their weights: from features to logits."""
        from genre_core.networks.perceptron import Perceptron

        widths = (math.prod(shape), *self.hidden, n_genres)
        return Perceptron(widths, self.dropout, fast_masks=self.masks == "fast")

    def layers(self, shape: Shape, n_genres: int) -> tuple[Layer, ...]:
        """Return its layers, from the input to the genres."""
        drops = (f"dropout {self.dropout:g}",) if self.dropout else ()
        does = [("ReLU", *(drops if number < DROPPED_LAYERS else ())) for number in range(len(self.hidden))]
        return chain(shape, tuple(map(Layer, self.hidden, does)), n_genres)

    def faster(self) -> Self:
        """Return it with fast masks, where it draws any."""
        return self.model_copy(update={"masks": "fast"}) if self.dropout else self
