"""A matrix as it is arranged: genres in an order, and what differs from the best possible classifier."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from dashboard.components.matrix import MatrixView
from genre_core.evaluation.confusion import ConfusionMatrix, Normalization
from genre_core.evaluation.matrix_difference import MatrixDifference
from genre_core.evaluation.ordering import GenreOrder

Item = TypeVar("Item")


def difference_view(
    matrix: ConfusionMatrix, best: ConfusionMatrix, difference: MatrixDifference, by: Normalization, *, nouns: str
) -> MatrixView:
    """Return what a matrix shows of the difference from the best possible: in tracks, or in shares of a whole.

    Raises
    ------
    ValueError
        By shares of the predicted genre the two have different wholes, and no difference that is paired by track.
    """
    if by == "predicted":
        raise ValueError("shares of the predicted genre have different wholes: take count, true or all")
    whole = np.ones((1, 1)) if by == "count" else matrix.counts.sum(axis=1 if by == "true" else None, keepdims=True)
    whole = np.maximum(whole, 1)
    rates, low, high = (values / whole for values in (difference.counts, difference.low, difference.high))
    k = len(matrix.genres)
    limits = np.stack([low, high], axis=-1).round(4).tolist()
    none: list[tuple[float, float, float] | None] = [None] * k
    return MatrixView(
        genres=matrix.genres,
        counts=matrix.counts.tolist(),
        by=by,
        rates=rates.round(4).tolist(),
        intervals=[[(pair[0], pair[1]) for pair in row] for row in limits],
        recalls=none,
        precisions=none,
        nouns=nouns,
        compare="difference",
        others=best.counts.tolist(),
        noise=(~difference.beyond_chance).tolist(),
    )


def arranged(view: MatrixView, order: GenreOrder, members: Sequence[Sequence[int]]) -> MatrixView:
    """Return the same with its genres in that order; `members` are the original genres of each, in the old order."""
    at = order.genres
    return replace(
        view,
        genres=tuple(view.genres[g] for g in at),
        counts=_both(view.counts, at),
        rates=_both(view.rates, at),
        intervals=_both(view.intervals, at),
        recalls=[view.recalls[g] for g in at],
        precisions=[view.precisions[g] for g in at],
        others=None if view.others is None else _both(view.others, at),
        noise=None if view.noise is None else _both(view.noise, at),
        members=[list(members[g]) for g in at],
        blocks=order.blocks,
    )


def _both(rows: list[list[Item]], at: Sequence[int]) -> list[list[Item]]:
    return [[rows[i][j] for j in at] for i in at]
