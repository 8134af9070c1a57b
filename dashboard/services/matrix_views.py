"""A matrix as it is arranged: in an order, less that of the best possible classifier, with answers held back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from dashboard.figures.matrix import DIGITS, MatrixView, matrix_view
from genre_core.ear.agreement import Side
from genre_core.evaluation.confusion import ConfusionMatrix, Normalization, confusion_matrix
from genre_core.evaluation.matrix_difference import MatrixDifference
from genre_core.evaluation.ordering import GenreOrder

Item = TypeVar("Item")


def difference_view(
    matrix: ConfusionMatrix, best: ConfusionMatrix, difference: MatrixDifference, by: Normalization, *, nouns: str
) -> MatrixView:
    """Return what a matrix shows of the difference from the best possible: in tracks, or in shares of a whole.

    Raises ValueError by shares of the predicted genre: the two have different wholes, and none is paired by track.
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


def side_view(side: Side, nouns: str) -> MatrixView:
    """Return what a matrix shows of one who took an ear test, “don't know” as its last column where that was said."""
    if side.n_unknown:
        return answered_view(side.matrix, "count", nouns=nouns)
    return matrix_view(confusion_matrix(side.y, side.said, side.genres, side.groups, side.level), nouns=nouns)


def answered_view(matrix: ConfusionMatrix, by: Normalization, *, nouns: str) -> MatrixView:
    """Return what a matrix shows of answers some of which are held back: these are its last genre, which no track has.

    They become a column of their own, which has no row.
    """
    view, k = matrix_view(matrix, by, nouns=nouns), len(matrix.genres) - 1
    held = np.zeros(matrix.counts.shape, dtype=np.bool_)
    held[:, k] = True
    interval = matrix.share_interval(held, np.ones_like(held))
    share = round(float(matrix.counts[:, k].sum() / max(1, matrix.n)), DIGITS)
    return replace(
        view,
        genres=view.genres[:k],
        counts=view.counts[:k],
        rates=view.rates[:k],
        intervals=view.intervals[:k],
        recalls=view.recalls[:k],
        precisions=[*view.precisions[:k], (share, round(interval.low, DIGITS), round(interval.high, DIGITS))],
        held=True,
    )


def arranged(view: MatrixView, order: GenreOrder, members: Sequence[Sequence[int]]) -> MatrixView:
    """Return the same with its genres in that order; `members` are the original genres of each, in the old order.

    A column of answers held back stays the last.
    """
    at = order.genres
    columns = (*at, len(at)) if view.held else at
    last = [[sum(map(len, members))]] if view.held else []
    return replace(
        view,
        genres=tuple(view.genres[g] for g in at),
        counts=_both(view.counts, at, columns),
        rates=_both(view.rates, at, columns),
        intervals=_both(view.intervals, at, columns),
        recalls=[view.recalls[g] for g in at],
        precisions=[view.precisions[g] for g in columns],
        others=None if view.others is None else _both(view.others, at, columns),
        noise=None if view.noise is None else _both(view.noise, at, columns),
        members=[*(list(members[g]) for g in at), *last],
        blocks=order.blocks,
    )


def _both(rows: list[list[Item]], at: Sequence[int], columns: Sequence[int]) -> list[list[Item]]:
    return [[rows[i][j] for j in columns] for i in at]
