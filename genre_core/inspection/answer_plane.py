"""A plane through feature space, on which a network's answers and their boundaries can be drawn."""

from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.inspection.projection import discriminant

BEYOND = 0.005
"""Share of the tracks on either side that an axis may leave out: one outlier would press the others together."""


@dataclass(frozen=True, eq=False)
class AnswerPlane:
    """The plane of the two directions that separate the genres of the training part best.

    `points` (n, 2) are places of tracks in [0, 1], those beyond the edges on them. `ground` (rows *
    columns, n_features) are standard scores at the middle of each cell of a grid, row by row from the bottom. Each
    feature is what it usually is for tracks at that place (least squares), which leaves all other discriminant
    directions at their mean.
    """

    points: FloatArray
    ground: FloatArray


def answer_plane(Z: FloatArray, y: IntArray, shown: FloatArray, columns: int, rows: int) -> AnswerPlane:
    """Return the plane of training tracks Z (n, n_features) of genres y (n,), with the tracks `shown` (m, n_features).

    Raises DataError where fewer than two genres have tracks to find it.
    """
    counts = np.bincount(y)
    if (counts >= 2).sum() < 2:
        raise DataError("A map needs two genres of two training tracks each: add tracks.")
    axes = discriminant(Z, y, counts)[0]
    places = shown @ axes
    low, high = np.quantile(places, [BEYOND, 1 - BEYOND], axis=0)
    margin = 0.04 * (high - low) + 1e-9
    low, high = low - margin, high + margin
    across, up = ((np.arange(n) + 0.5) / n for n in (columns, rows))
    cells = np.stack([np.tile(across, rows), np.repeat(up, columns)], axis=1) * (high - low) + low
    usual = np.linalg.lstsq(_with_one(Z @ axes), Z, rcond=None)[0]
    return AnswerPlane(np.clip((places - low) / (high - low), 0, 1), _with_one(cells) @ usual)


def _with_one(places: FloatArray) -> FloatArray:
    return np.column_stack([np.ones(len(places)), places])
