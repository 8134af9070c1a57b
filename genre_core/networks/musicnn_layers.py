"""The layers of musicnn, the pretrained tagger: their names, shapes and order, as its weights are kept.

J. Pons and X. Serra (2019). Filters as tall as a chord listen for timbre, filters as long as two seconds for rhythm; of
each only the frequency that answers most is kept. Three layers follow along time, each connected with all before; what
they say is pooled over time, and two dense layers make an embedding and tags of it.

A normalization that is frozen multiplies by a scale and adds a shift. It comes after each layer's ReLU.
"""

from typing import NamedTuple

N_MELS, N_EMBEDDING, N_TAGS = 96, 200, 50
N_POOLED = 1506
"""The greatest and the mean over time of 753 answers."""


class TaggerLayer(NamedTuple):
    """A layer by its name in the checkpoint, the number of the normalization after it, and its kernel's shape here."""

    named: str
    normalization: int | None
    shape: tuple[int, ...]


LAYERS = {
    "timbre_38": TaggerLayer("conv2d", 1, (204, 1, 7, 38)),
    "timbre_67": TaggerLayer("conv2d_1", 2, (204, 1, 7, 67)),
    "rhythm_128": TaggerLayer("conv2d_2", 3, (51, 1, 128, 1)),
    "rhythm_64": TaggerLayer("conv2d_3", 4, (51, 1, 64, 1)),
    "rhythm_32": TaggerLayer("conv2d_4", 5, (51, 1, 32, 1)),
    "time_1": TaggerLayer("conv2d_5", 6, (64, 561, 7)),
    "time_2": TaggerLayer("conv2d_6", 7, (64, 64, 7)),
    "time_3": TaggerLayer("conv2d_7", 8, (64, 64, 7)),
    "embedding": TaggerLayer("dense", 10, (N_EMBEDDING, N_POOLED)),
    "tags": TaggerLayer("dense_1", None, (N_TAGS, N_EMBEDDING)),
}
NORMALIZATIONS = {"input": (0, 1), "pooled": (9, N_POOLED)}
"""Those that follow no layer: their numbers and widths."""


def shapes() -> dict[str, tuple[int, ...]]:
    """Return the shapes of all arrays of the tagger, by their names."""
    found: dict[str, tuple[int, ...]] = {}
    for name, layer in LAYERS.items():
        width = layer.shape[:1]
        found |= {f"{name}.kernel": layer.shape, f"{name}.bias": width}
        if layer.normalization is not None:
            found |= {f"{name}.scale": width, f"{name}.shift": width}
    for name, (_, n) in NORMALIZATIONS.items():
        found |= {f"{name}.scale": (n,), f"{name}.shift": (n,)}
    return found
