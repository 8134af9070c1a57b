"""A network that was trained to tag music (musicnn, Pons & Serra 2019), with a new last layer for the genres.

Its weights are those of the pretrained tagger; a person fetches it once. Of them only what `trained` says goes on
learning. A spectrogram of any length goes through as a whole: filters along time, and what they say is pooled.
"""

import math
from typing import TYPE_CHECKING, Literal

from genre_core.errors import DataError
from genre_core.networks.config import DROPOUT, Layer, NetworkConfig, Shape
from genre_core.networks.musicnn_layers import LAYERS, N_EMBEDDING, N_MELS, shapes
from genre_core.values import setting

if TYPE_CHECKING:
    from genre_core.networks.fine_tuned import FineTuned

Trained = Literal["head", "last", "all"]
LAST_BLOCK = ("pooled", "embedding")
"""Layers after the pooling over time: 304,412 of the tagger's weights."""


class MusicnnConfig(NetworkConfig):
    """A pretrained tagger with a new last layer for the genres; needs the feature set musicnn and the fetched tagger."""

    # fmt: off
    architecture: Literal["musicnn"] = "musicnn"
    trained: Trained = setting("head", "What learns", "Which layers of the pretrained tagger learn the genres. The new last layer alone learns in seconds and needs few clips. The last block or all layers can adapt further, but they need more clips, overfit sooner and take longer.", labels={"head": "the new last layer", "last": "the last block too", "all": "all layers"})
    below_rate: float = setting(0.1, "Rate below the last layer", "Learning rate of the pretrained layers, as a share of the learning rate. Lower: they keep more of what they learned before. Without pretrained layers that learn it does nothing; 0.1 is usual.", ge=0.001, le=1, scale="log")
    dropout: float = DROPOUT
    # fmt: on

    label = "pretrained tagger"
    phrase = "a pretrained tagger"
    feature_set = "musicnn"
    shown_last = ("dropout",)

    def check(self, shape: Shape) -> None:
        """Raise DataError where the inputs are no spectrograms as the tagger was trained on."""
        if len(shape) != 2 or shape[0] != N_MELS:
            raise DataError(
                "A pretrained tagger needs the spectrograms that it was trained on: choose the feature set "
                f"{self.feature_set}."
            )

    def learns(self, name: str) -> bool:
        """Return whether an array of the tagger learns."""
        layer = name.partition(".")[0]
        return self.trained == "all" or (self.trained == "last" and layer in LAST_BLOCK)

    def build(self, shape: Shape, n_genres: int) -> "FineTuned":
        """Build the tagger and its new last layer; the tagger's weights are random until it starts from its own."""
        from genre_core.networks.fine_tuned import FineTuned

        self.check(shape)
        return FineTuned(self, n_genres)

    def layers(self, shape: Shape, n_genres: int) -> tuple[Layer, ...]:
        """Return the spectrogram, the filters, what follows along time, the embedding, and the genres."""
        self.check(shape)
        n_filters = sum(layer.shape[0] for name, layer in LAYERS.items() if name.startswith(("timbre", "rhythm")))
        n_along = sum(layer.shape[0] for name, layer in LAYERS.items() if name.startswith("time_"))
        drops = (f"dropout {self.dropout:g}",) if self.dropout else ()
        return (
            Layer(math.prod(shape)),
            Layer(n_filters, ("tall and long", "ReLU, max")),
            Layer(n_along, ("over time", "ReLU, pool")),
            Layer(N_EMBEDDING, ("ReLU", *drops), (1, 2)),
            Layer(n_genres),
        )

    def n_kept(self, shape: Shape) -> int:
        """Return about how many numbers each row leaves in memory in a training step: 9,000 a frame, if all learn."""
        return 9_000 * shape[1] if self.trained == "all" else super().n_kept((N_MELS, 1))

    def n_parameters(self, shape: Shape, n_genres: int) -> int:
        """Return how many weights and biases learn."""
        self.check(shape)
        return self._n_of_tagger(learn=True) + (N_EMBEDDING + 1) * n_genres

    def n_fixed(self, shape: Shape, n_genres: int) -> int:
        """Return how many weights and biases of the tagger stay as they are."""
        return self._n_of_tagger(learn=False)

    def _n_of_tagger(self, *, learn: bool) -> int:
        return sum(math.prod(size) for name, size in tagger_shapes().items() if self.learns(name) == learn)


def tagger_shapes() -> dict[str, tuple[int, ...]]:
    """Return the shapes of the tagger's arrays by their names, without its own last layer."""
    return {name: shape for name, shape in shapes().items() if not name.startswith("tags")}
