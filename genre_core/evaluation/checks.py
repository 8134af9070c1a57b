"""Checks of every evaluation's input, with a sentence that guesses the mistake."""

from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError

ROUNDING = 1e-4
"""How far a row of single precision probabilities may be from summing to 1."""


def check_labels(name: str, y: npt.ArrayLike, n_classes: int) -> IntArray:
    """Return class numbers (n,) as 64-bit integers.

    Raises DataError where they are not one whole number from 0 to n_classes - 1 for each track.
    """
    labels = np.asarray(y)
    if labels.ndim != 1:
        raise DataError(f"{name} has the shape {labels.shape}, but needs one class number per track, shape (n,).")
    if not labels.size:
        raise DataError(f"{name} is empty: there is no track to evaluate.")
    if labels.dtype.kind not in "iu":
        raise DataError(f"{name} holds {labels.dtype} values: did you pass names or scores? Pass class numbers.")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= n_classes:
        wrong = low if low < 0 else high
        raise DataError(
            f"{name} holds the class number {wrong}, but {n_classes} classes are numbered 0 to {n_classes - 1}."
        )
    return labels.astype(np.int64, copy=False)


def check_same_length(name: str, values: npt.NDArray[Any] | None, y_true: IntArray) -> None:
    """Raise DataError unless there is one row of `values`, where there are any, for each track of `y_true`."""
    if values is not None and len(values) != len(y_true):
        raise DataError(
            f"{name} has {len(values):,} rows for {len(y_true):,} class numbers: pass one of each per track."
        )


def check_scores(name: str, scores: npt.ArrayLike) -> FloatArray:
    """Return scores (n, k) of k > 1 classes as float64.

    Raises DataError where they are not a table of finite numbers with a column for each class.
    """
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2:
        raise DataError(
            f"{name} has the shape {table.shape}, but needs a column for each class, shape (n, k): did you pass y_pred?"
        )
    bad = ~np.isfinite(table).all(axis=1)
    if bad.any():
        raise DataError(
            f"{name} is not finite in {bad.sum():,} of {len(table):,} rows, the first of them row {bad.argmax()}: "
            "did training diverge? Lower the learning rate."
        )
    return table


def check_probabilities(name: str, y_prob: npt.ArrayLike) -> FloatArray:
    """Return probabilities (n, k) as float64, each row summing to 1 without the rounding of single precision.

    Raises DataError where they are no probabilities.
    """
    table = check_scores(name, y_prob)
    sums = table.sum(axis=1, keepdims=True)
    bad = (table < 0).any(axis=1) | (np.abs(sums[:, 0] - 1) > ROUNDING)
    if bad.any():
        row = int(bad.argmax())
        raise DataError(
            f"{name} holds no probabilities in row {row} (lowest {table[row].min():.4g}, sum {sums[row, 0]:.4g}): "
            "did you pass logits? Pass softmax(logits)."
        )
    return table / sums


def check_judged(
    name: str, y: npt.ArrayLike, y_prob: npt.ArrayLike, groups: IntArray | None = None
) -> tuple[IntArray, FloatArray]:
    """Return class numbers y (n,) and probabilities (n, k) of the same tracks, which come in groups (n,) if in any.

    Raises DataError where they are none, or do not fit each other.
    """
    probabilities = check_probabilities("y_prob", y_prob)
    labels = check_labels(name, y, probabilities.shape[1])
    check_same_length("y_prob", probabilities, labels)
    check_same_length("groups", groups, labels)
    return labels, probabilities
