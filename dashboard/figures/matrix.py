"""A confusion matrix as plain data, as its component draws it."""

from dataclasses import dataclass
from typing import Literal

from genre_core.evaluation.confusion import ConfusionMatrix, Normalization

DIGITS = 6
"""As many as keep what is rounded again, to a tenth of a percent, on its side."""


Compared = Literal["model", "limit", "difference"]


@dataclass(frozen=True)
class MatrixView:
    """Contents of the matrix: counts, rates and intervals by one normalisation, as plain data.

    Rows are true genres, columns predicted ones. `rates` are shares of the true genre where counts are shown, None
    where there is nothing to take a share of; `recalls` and `precisions` are (rate, low, high) per genre. `versus`
    names the two runs of a difference; None: this model and the best possible. With `held` the counts, rates and
    intervals (k, k + 1) have a last column for tracks without an answer, and `precisions` their share of all.
    """

    genres: tuple[str, ...]
    counts: list[list[int]]
    by: Normalization
    rates: list[list[float | None]]
    intervals: list[list[tuple[float, float] | None]]
    recalls: list[tuple[float, float, float] | None]
    precisions: list[tuple[float, float, float] | None]
    nouns: str = "tracks"
    compare: Compared = "model"
    members: list[list[int]] | None = None
    blocks: tuple[int, ...] = ()
    others: list[list[int]] | None = None
    versus: tuple[str, str] | None = None
    noise: list[list[bool]] | None = None
    hide: bool = False
    held: bool = False


def matrix_view(confusion: ConfusionMatrix, by: Normalization = "count", *, nouns: str = "tracks") -> MatrixView:
    """Return what the matrix shows of a confusion matrix; `nouns` says what is counted ("test tracks").

    With many genres and grouped tracks the intervals take a moment: keep the result in a cache.
    """
    share: Normalization = "true" if by == "count" else by
    rates = confusion.normalized(share)
    k = len(confusion.genres)
    return MatrixView(
        genres=confusion.genres,
        counts=confusion.counts.tolist(),
        by=by,
        rates=[[_rounded(rate) for rate in row] for row in rates.tolist()],
        intervals=[[_limits(confusion, i, j, share, rates[i, j]) for j in range(k)] for i in range(k)],
        recalls=[_margin(confusion, i, "true") for i in range(k)],
        precisions=[_margin(confusion, i, "predicted") for i in range(k)],
        nouns=nouns,
    )


def live_view(confusion: ConfusionMatrix, *, nouns: str = "validation tracks") -> MatrixView:
    """Return the counts alone, without intervals: quick enough to be drawn at every epoch."""
    rates = [[_rounded(rate) for rate in row] for row in confusion.normalized("true").tolist()]
    k = len(confusion.genres)
    none: list[tuple[float, float, float] | None] = [None] * k
    return MatrixView(
        confusion.genres, confusion.counts.tolist(), "count", rates, [[None] * k] * k, none, none, nouns=nouns
    )


def _rounded(rate: float) -> float | None:
    return None if rate != rate else round(rate, DIGITS)


def _limits(confusion: ConfusionMatrix, i: int, j: int, by: Normalization, rate: float) -> tuple[float, float] | None:
    if rate != rate:
        return None
    interval = confusion.interval(i, j, by)
    return round(interval.low, DIGITS), round(interval.high, DIGITS)


def _margin(confusion: ConfusionMatrix, i: int, by: Normalization) -> tuple[float, float, float] | None:
    rate = float(confusion.normalized(by)[i, i])
    limits = _limits(confusion, i, i, by, rate)
    return None if limits is None else (round(rate, DIGITS), *limits)
