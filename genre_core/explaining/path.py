"""A straight way through the features: between its kinks a network of ReLUs is linear, so all of it is known."""

from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray
from genre_core.explaining.network import FittedNetwork


@dataclass(frozen=True, eq=False)
class Path:
    """Logits (m, n_genres) at the ends and at every kink of a way, at shares `at` (m,) of it from 0 to 1, ascending."""

    at: FloatArray
    logits: FloatArray

    @property
    def middles(self) -> FloatArray:
        """Return the middle (m - 1,) of each linear piece."""
        return (self.at[:-1] + self.at[1:]) / 2


@dataclass(frozen=True)
class Turn:
    """Where on a way the answer changes first, as a share in [0, 1], and the genre it changes to."""

    at: float
    genre: int


def path(network: FittedNetwork, start: FloatArray, stop: FloatArray) -> Path:
    """Return a network's logits on the way between two tracks (n_features,), with every kink.

    Layer by layer: what enters a layer is linear between the kinks so far, so the zeros of its sums are new ones.
    """
    at = np.array([0.0, 1.0])
    # In the sums of the first layer, where a way stays straight, features need not be multiplied again at each kink.
    ends = np.stack([start, stop]) @ network.weights[0].T + network.biases[0]
    sums = ends
    for weight, bias in zip(network.weights[1:], network.biases[1:], strict=True):
        found = _with_zeros(at, sums)
        sums = np.maximum(_between(at, sums, found), 0) @ weight.T + bias
        at = found
    return Path(at, sums)


def first_turn(network: FittedNetwork, start: FloatArray, stop: FloatArray) -> Turn | None:
    """Return where the predicted genre first changes on the way from one track to another; None: it stays."""
    found = path(network, start, stop)
    answer = int(found.logits[0].argmax())
    ahead = found.logits - found.logits[:, [answer]]
    ahead[:, answer] = -np.inf
    pieces = np.flatnonzero((ahead[1:] > 0).any(axis=1))
    if not pieces.size:
        return None
    before, after = ahead[pieces[0]], ahead[pieces[0] + 1]
    overtaking = np.flatnonzero(after > 0)
    shares = before[overtaking] / (before[overtaking] - after[overtaking])
    first = int(shares.argmin())
    low, high = found.at[pieces[0]], found.at[pieces[0] + 1]
    return Turn(float(low + max(0.0, shares[first]) * (high - low)), int(overtaking[first]))


def _with_zeros(at: FloatArray, sums: FloatArray) -> FloatArray:
    """Return the shares of the way with those at which a sum, linear in between, changes its sign."""
    piece, unit = np.nonzero((sums[:-1] > 0) != (sums[1:] > 0))
    before, after = sums[piece, unit], sums[piece + 1, unit]
    zeros = at[piece] + before / (before - after) * (at[piece + 1] - at[piece])
    return np.unique(np.concatenate([at, zeros]))


def _between(at: FloatArray, sums: FloatArray, wanted: FloatArray) -> FloatArray:
    """Return sums (m, units), linear between the shares `at`, at the wanted shares."""
    piece = np.clip(np.searchsorted(at, wanted, side="right") - 1, 0, len(at) - 2)
    share = ((wanted - at[piece]) / (at[piece + 1] - at[piece]))[:, None]
    return sums[piece] * (1 - share) + sums[piece + 1] * share
