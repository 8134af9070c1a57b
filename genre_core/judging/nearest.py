"""How far a sound lies from all that a run learned from, and which training clips are nearest to it.

Distances are Euclidean: between standard scores of features, or, of spectrograms, between what the last layer of the
network is given, standardized by the training part. Whether a distance is large is told by the training part itself:
by how far each of its rows lies from the nearest row of another clip.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.data.inputs import Features, Inputs, Rows
from genre_core.judging.fitted import Fitted

if TYPE_CHECKING:
    from genre_core.networks.network import Network

MOST_ROWS, MOST_LEFT_OUT = 20_000, 1_000
"""Training rows that are looked at, and those of them whose own nearest is looked for, at most."""
FARTHEST = 1e15
"""Coordinate beyond which nothing is told apart, so that its square fits single precision."""
UNLIKE = 0.01
"""Share of training clips that lie as far, up to which a sound is unlike all of them."""


@dataclass(frozen=True, eq=False)
class Near:
    """The nearest training rows, one of each clip, with their distances (n,); `share` of the training rows lie as far.

    `distance` is that of the sound: the median over its windows of the distance to the nearest training row.
    """

    rows: IntArray
    distances: FloatArray
    distance: float
    share: float

    @property
    def unlike(self) -> bool:
        """Return whether it is unlike anything in the training part."""
        return self.share <= UNLIKE


class Surroundings:
    """The training part of a run as places between which there are distances."""

    def __init__(self, fitted: Fitted, most: int = MOST_ROWS) -> None:
        self._fitted, data = fitted, fitted.prepared.dataset
        rows = np.sort(fitted.prepared.split.train)
        if len(rows) > most:
            rows = np.sort(np.random.default_rng(0).choice(rows, most, replace=False))
        self.rows: IntArray = rows
        numbers = {clip: number for number, clip in enumerate(dict.fromkeys(window.clip for window in data.heard))}
        own = data.groups.get("track", np.arange(len(data)))
        self._clips: IntArray = np.array([numbers[data.heard[row].clip] for row in rows] if numbers else own[rows])
        self._number = numbers
        places = _places(fitted, fitted.prepared.X[rows])
        self._mean, self._scale = np.zeros(1), np.ones(1)
        if not isinstance(data.inputs, Features):
            self._mean, spread = places.mean(axis=0), places.std(axis=0)
            self._scale = np.where(spread > 0, spread, 1.0)
        self._places: FloatArray = (places - self._mean) / self._scale

    @cached_property
    def _usual(self) -> FloatArray:
        """Return how far training rows (n,) lie from the nearest one of another clip."""
        some = np.arange(len(self.rows))
        if len(some) > MOST_LEFT_OUT:
            some = np.random.default_rng(1).choice(some, MOST_LEFT_OUT, replace=False)
        found = [
            self._away(self._places[part], self._clips[part]) for part in np.array_split(some, 1 + len(some) // 256)
        ]
        return np.concatenate([away.min(axis=1) for away in found])

    def near(self, inputs: Inputs, clip: str = "", n: int = 5) -> Near:
        """Return what is nearest to the windows of a sound; a training clip of that identity is left out."""
        places = (_places(self._fitted, self._fitted.standard_scores(inputs)) - self._mean) / self._scale
        away = self._away(places, np.full(len(places), self._number.get(clip, -1)))
        distance = float(np.median(away.min(axis=1)))
        by_row = away.min(axis=0)
        order = np.argsort(by_row, kind="stable")
        _, first = np.unique(self._clips[order], return_index=True)
        nearest = order[np.sort(first)][:n]
        nearest = nearest[np.isfinite(by_row[nearest])]
        return Near(self.rows[nearest], by_row[nearest], distance, float((self._usual >= distance).mean()))

    def distances(self, inputs: Inputs) -> FloatArray:
        """Return how far each row (n,) lies from the nearest training row."""
        from sklearn.metrics import pairwise_distances_argmin_min

        places = (_places(self._fitted, self._fitted.standard_scores(inputs)) - self._mean) / self._scale
        single = [part.clip(-FARTHEST, FARTHEST).astype(np.float32) for part in (places, self._places)]
        _, found = pairwise_distances_argmin_min(*single)
        return np.asarray(found, dtype=np.float64)

    def shares(self, distances: FloatArray) -> FloatArray:
        """Return which share of the training rows lie as far from the nearest one of another clip (n,)."""
        usual = np.sort(self._usual)
        return 1 - np.searchsorted(usual, distances, side="left") / len(usual)

    def _away(self, places: FloatArray, clips: IntArray) -> FloatArray:
        """Return the distance of places (n, d) from each training row (n, n_rows), infinite within a clip."""
        from sklearn.metrics import pairwise_distances

        away: FloatArray = pairwise_distances(places, self._places)
        away[clips[:, None] == self._clips] = np.inf
        return away


def _places(fitted: Fitted, X: Rows) -> FloatArray:
    """Return where rows of standard scores lie (n, n_dimensions)."""
    if isinstance(fitted.prepared.dataset.inputs, Features):
        return np.asarray(X, dtype=np.float64)
    found = before_genres(fitted.networks[0], X, len(fitted.genres))
    return np.nan_to_num(np.asarray(X).reshape(len(X), -1)).astype(np.float64) if found is None else found


def before_genres(network: "Network", X: Rows, n_genres: int) -> FloatArray | None:
    """Return what the layer that answers is given (n, n_units); None where the network has no such layer."""
    from torch import Tensor, nn

    from genre_core.training.trainer import predict

    layers = [part for part in network.modules() if isinstance(part, nn.Linear) and part.out_features == n_genres]
    if not layers:
        return None
    seen: list[FloatArray] = []

    def keep(_: nn.Module, given: tuple[Tensor, ...]) -> None:
        units = given[0].detach().cpu().double().numpy()
        seen.append(units.reshape(len(units), -1, units.shape[-1]).mean(axis=1))

    handle = layers[-1].register_forward_pre_hook(keep)
    try:
        predict(network, X)
    finally:
        handle.remove()
    return np.concatenate(seen) if sum(map(len, seen)) == len(X) else None
