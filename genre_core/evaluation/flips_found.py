"""How well a ranking of labels finds the wrong ones, where these are known: precision, recall, and as one looks on."""

from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.evaluation.intervals import Interval, Mask, share_interval


@dataclass(frozen=True)
class FlipsFound:
    """Of `n` labels `n_wrong` are wrong; `n_named` were named, and `n_found` of those are wrong.

    `precision` = n_found / n_named and `recall` = n_found / n_wrong come with 95 % intervals; each is NaN where nothing
    was named or is wrong.
    """

    n: int
    n_wrong: int
    n_named: int
    n_found: int
    precision_interval: Interval
    recall_interval: Interval

    @property
    def precision(self) -> float:
        """Return the share of the named labels that are wrong."""
        return self.n_found / self.n_named if self.n_named else float("nan")

    @property
    def recall(self) -> float:
        """Return the share of the wrong labels that were named."""
        return self.n_found / self.n_wrong if self.n_wrong else float("nan")

    @property
    def false_alarms(self) -> int:
        """Return how many of the named labels are right."""
        return self.n_named - self.n_found


def flips_found(named: Mask, wrong: Mask, groups: IntArray | None = None) -> FlipsFound:
    """Count how many of the labels `named` (n,) are `wrong` (n,); with groups (n,) intervals take whole groups.

    Raises DataError where the two do not have the same length.
    """
    if named.shape != wrong.shape:
        raise DataError(
            f"{len(named):,} labels were judged, but for {len(wrong):,} it is known whether they are wrong."
        )
    found = named & wrong
    return FlipsFound(
        len(wrong), int(wrong.sum()), int(named.sum()), int(found.sum()),
        share_interval(found, named, groups), share_interval(found, wrong, groups),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Lab:
    """How well wrong labels are found where they are known: `wrong` (n,), by a finder and by the best there can be.

    `best` ranks by the exact probability `chance_wrong` (n,) that a label is wrong, and names as many as the finder.
    `finder_curve` and `best_curve` (n + 1,) are the shares found among the first 0, 1, 2 … n.
    """

    wrong: Mask
    chance_wrong: FloatArray
    finder: FlipsFound
    best: FlipsFound
    finder_curve: FloatArray
    best_curve: FloatArray


def label_lab(
    named: Mask, ranked: IntArray, wrong: Mask, chance_wrong: FloatArray, groups: IntArray | None = None
) -> Lab:
    """Compare what a finder `named` (n,) and how it `ranked` (n,) with the best there can be; raises DataError.

    A ranking that begins with what was named has a curve that passes through what was found.
    """
    best = np.argsort(-chance_wrong, kind="stable")
    by_best = first(best, int(named.sum()))
    return Lab(
        wrong, chance_wrong, flips_found(named, wrong, groups), flips_found(by_best, wrong, groups),
        found_by_rank(ranked, wrong), found_by_rank(best, wrong),
    )  # fmt: skip


def first(order: IntArray, n_named: int) -> Mask:
    """Return which labels (n,) are among the first `n_named` of an order (n,)."""
    named = np.zeros(len(order), dtype=np.bool_)
    named[order[:n_named]] = True
    return named


def found_by_rank(order: IntArray, wrong: Mask) -> FloatArray:
    """Return the share of the wrong labels (n + 1,) among the first 0, 1, 2 … n of an order (n,)."""
    total = int(wrong.sum())
    found = np.concatenate([[0], np.cumsum(wrong[order])])
    return found / total if total else np.full(len(found), np.nan)
