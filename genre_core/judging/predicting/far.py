"""Which new tracks are unlike anything that a run learned from, and in what."""

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.data.inputs import Features, Standardizer
from genre_core.evaluation.intervals import Mask
from genre_core.judging.fitted import Fitted
from genre_core.judging.nearest import UNLIKE, Surroundings
from genre_core.judging.predicting.rows import NewRows

FAR = "Unlike anything that it learned from: do not trust this answer."


def find_far(fitted: Fitted, surroundings: Surroundings, rows: NewRows, answered: Mask) -> tuple[Mask, dict[int, str]]:
    """Return which of the answered tracks (n_tracks,) are unlike anything in the training part, and why, by number.

    A track is as far as the median of its rows.
    """
    distances = _medians(surroundings.distances(rows.inputs), rows.tracks, len(answered))
    far: Mask = answered & (surroundings.shares(distances) <= UNLIKE)
    return far, {**dict.fromkeys(np.flatnonzero(far).tolist(), FAR), **_farthest_out(fitted, rows, far)}


def _medians(values: FloatArray, tracks: IntArray, n: int) -> FloatArray:
    """Return the median of the values of each track's rows (n,), 0 where it has none."""
    import pandas as pd

    found = np.zeros(n)
    medians = pd.Series(values).groupby(tracks).median()
    found[medians.index.to_numpy()] = medians.to_numpy()
    return found


def _farthest_out(fitted: Fitted, rows: NewRows, far: Mask) -> dict[int, str]:
    """Return for far tracks by their number which feature lies farthest outside all training values, if any does."""
    own, standardizer = fitted.prepared.dataset.inputs, fitted.prepared.standardizer
    if not isinstance(own, Features) or not isinstance(standardizer, Standardizer):
        return {}
    known = own.X[fitted.prepared.split.train]
    known = np.where(np.isnan(known), standardizer.median, known)
    low, high = known.min(axis=0), known.max(axis=0)
    inside = np.flatnonzero(far[rows.tracks])
    columns = np.array([rows.inputs.names.index(name) for name in own.names], dtype=np.int64)
    X = rows.inputs.X[np.ix_(inside, columns)]
    beyond = np.nan_to_num(np.maximum(low - X, X - high) / standardizer.scale, nan=-1.0)
    found = {}
    for at, worst in enumerate(beyond.argmax(axis=1).tolist()):
        if beyond[at, worst] > 0:
            here = f"{own.names[worst]} is {X[at, worst]:.4g}, outside {low[worst]:.4g} to {high[worst]:.4g}"
            found[int(rows.tracks[inside[at]])] = f"{FAR[:-1]} ({here})."
    return found
