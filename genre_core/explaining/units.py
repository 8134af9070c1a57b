"""Units of a trained network: which are dead, what feeds each and what it speaks for, and how steep the loss is.

Layers are counted from the features: of L layers of weights, layers 0 to L, features first and genres last.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.metrics import softmax
from genre_core.explaining.network import FittedNetwork, Scores

VANISHING = 0.1
"""A layer's gradient vanishes where it is smaller than this share of the last layer's."""


@dataclass(frozen=True, eq=False)
class Units:
    """Activities of a network's units on some tracks.

    `active` holds the share of tracks on which each unit of a hidden layer is above zero (units,), layer by layer.
    `fed` (units, n_features) and `speaks` (n_genres, units) of each layer say how a feature moves a unit and how a unit
    moves a genre's logit: products of weights along all paths, each path through a hidden unit counted by `active`.
    """

    active: tuple[FloatArray, ...]
    fed: tuple[FloatArray, ...]
    speaks: tuple[FloatArray, ...]

    @property
    def dead(self) -> tuple[npt.NDArray[np.bool_], ...]:
        """Return which units of each hidden layer are active on no track: they answer nothing, and no longer learn."""
        return tuple(share == 0 for share in self.active)


def units_of(network: FittedNetwork, outputs: Sequence[FloatArray]) -> Units:
    """Return what a network's units do on tracks, given the `outputs` of its layers for them."""
    active = tuple((hidden > 0).mean(axis=0) for hidden in outputs[:-1])
    fed, speaks = [np.eye(network.n_features)], [np.eye(network.n_genres)]
    shares = (np.ones(network.n_features), *active)
    for weight, share in zip(network.weights, shares, strict=True):
        fed.append((weight * share) @ fed[-1])
    for weight, share in zip(reversed(network.weights), reversed(shares), strict=True):
        speaks.append((speaks[-1] @ weight) * share)
    return Units(active, tuple(fed), tuple(reversed(speaks)))


def gradient_sizes(network: FittedNetwork, X: Scores, y: IntArray) -> FloatArray:
    """Return the norm of the gradient of the mean cross-entropy by each layer's weights (n_layers,), without dropout.

    A norm, as the mean of a wide layer's many weights is small wherever many units share the work.
    """
    hidden = (np.asarray(X, np.float64), *network.outputs(X))
    above = softmax(hidden[-1])
    above[np.arange(len(y)), y] -= 1
    sizes = []
    for weight, below in zip(reversed(network.weights), reversed(hidden[:-1]), strict=True):
        sizes.append(float(np.linalg.norm(above.T @ below)) / len(y))
        above = (above @ weight) * (below > 0)
    return np.array(sizes[::-1])


def vanishing(sizes: FloatArray) -> npt.NDArray[np.bool_]:
    """Return in which layers (n_layers,) the gradient is too small, beside that of the last, to learn at its pace."""
    return sizes < VANISHING * sizes[-1]


def strongest(weight: FloatArray, most: int) -> IntArray:
    """Return the pairs (n, 2) of a unit above and one below whose connections are the strongest, weakest first.

    Connections of strength 0 are none.
    """
    strength = np.abs(weight).ravel()
    order = np.argsort(strength, kind="stable")[-most:]
    return np.stack(np.unravel_index(order[strength[order] > 0], weight.shape), axis=1)
