"""Labels that look wrong, by confident learning.

C. Northcutt, L. Jiang & I. Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70 (2021).
A track *counts as* genre j if its probability of j reaches what tracks labeled j have on average, and is the largest
of those that do (section 3.1). Where that is another genre than its label, and the network does not answer the label,
the label is *doubtful*. Counts by label and by what tracks count as are the confident joint, and scaled to the labels'
own counts the estimated joint (eq. 3).

Probabilities must be out of sample: of tracks that the network was not trained on. Doubtful is not wrong: genres that
overlap make labels doubtful too, and whether there are more than that is what `noise_floor` asks.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.checks import check_judged
from genre_core.evaluation.count_statistics import confusion_counts

Ranking = Literal["margin", "self-confidence"]
_ROUNDING = 1e-9
"""A genre whose tracks all have the same probability must reach its own mean."""


@dataclass(frozen=True, eq=False)
class Mislabelled:
    """Result of confident learning on n tracks' labels `y` (n,).

    `thresholds` (k,) are NaN for a genre that no track is labeled. `counts_as` (n,) is -1 where no genre reaches its
    own, `answers` (n,) is the most probable genre, and `looks_like` (n,) the most probable one other than the label.
    `self_confidence` (n,) is the label's probability and `margin` (n,) that less the probability of `looks_like`, in
    [-1, 1]. `confident_joint` (k, k) counts tracks by label (row) and what they count as (column); `joint` (k, k)
    estimates the shares of all tracks by label and true genre.
    """

    y: IntArray
    thresholds: FloatArray
    counts_as: IntArray
    answers: IntArray
    looks_like: IntArray
    self_confidence: FloatArray
    margin: FloatArray
    confident_joint: IntArray
    joint: FloatArray

    def __len__(self) -> int:
        return len(self.y)

    @cached_property
    def doubtful(self) -> npt.NDArray[np.bool_]:
        """Return which tracks (n,) count as another genre than their label, and are not answered by it."""
        return np.asarray((self.counts_as >= 0) & (self.counts_as != self.y) & (self.answers != self.y))

    @property
    def n_doubtful(self) -> int:
        """Return how many labels are doubtful."""
        return int(self.doubtful.sum())

    def ranked(self, by: Ranking = "margin") -> IntArray:
        """Return positions (n,) of the tracks, the most doubtful label first."""
        return np.argsort(self.margin if by == "margin" else self.self_confidence, kind="stable")

    def pairs(self) -> list[tuple[int, int, int]]:
        """Return (label, what its doubtful tracks count as, how many), the most common first, wherever there is one."""
        off = confusion_counts(self.y[self.doubtful], self.counts_as[self.doubtful], len(self.joint))
        found = [(int(i), int(j), int(off[i, j])) for i, j in np.argwhere(off)]
        return sorted(found, key=lambda pair: -pair[2])


def find_mislabelled(y: npt.ArrayLike, y_prob: npt.ArrayLike) -> Mislabelled:
    """Say which labels y (n,) look wrong, given out-of-sample probabilities y_prob (n, k).

    Raises DataError where the arrays are no labels and probabilities of the same tracks.
    """
    labels, probabilities = check_judged("y", y, y_prob)
    n, k = probabilities.shape
    rows = np.arange(n)
    own = probabilities[rows, labels]
    support = np.bincount(labels, minlength=k)
    sums = np.bincount(labels, weights=own, minlength=k)
    thresholds = np.divide(sums, support, out=np.full(k, np.nan), where=support > 0)
    reached = np.where(probabilities >= thresholds - _ROUNDING, probabilities, -1.0)  # never true for NaN
    best = reached.argmax(axis=1)
    counts_as = np.where(reached[rows, best] >= 0, best, -1)
    others = probabilities.copy()
    others[rows, labels] = -1.0
    looks_like = others.argmax(axis=1)
    sure = counts_as >= 0
    joint = confusion_counts(labels[sure], counts_as[sure], k)
    return Mislabelled(
        labels, thresholds, counts_as, probabilities.argmax(axis=1), looks_like, own, own - others[rows, looks_like],
        joint, _joint(joint, support),
    )  # fmt: skip


def _joint(counts: IntArray, support: IntArray) -> FloatArray:
    """Return the confident joint scaled so that its rows hold what each label's share of all tracks is (eq. 3)."""
    # A label of which no track counts as anything has no row to scale: its tracks are taken for what they are called.
    whole = counts + np.diag((counts.sum(axis=1) == 0) & (support > 0))
    rows = whole.sum(axis=1, keepdims=True)
    scaled = np.divide(whole * support[:, None], rows, out=np.zeros(counts.shape), where=rows > 0)
    return scaled / support.sum()
