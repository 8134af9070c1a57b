"""Predictions: what a network answers for rows of a data set, as they are stored, and judged by row or by track."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import PARTS, Dataset, IntArray, Part

Unit = Literal["row", "track"]
"""Unit of one prediction: each row, or each track that rows are segments of."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """Logits (n, n_genres) for `rows` (n,) of a data set, their genres `y` (n,), and the `part` (n,) each row is in.

    A part is a position in `PARTS`, or `len(PARTS)` for a row that no part holds.
    """

    rows: IntArray
    y: IntArray
    logits: npt.NDArray[np.float32]
    part: npt.NDArray[np.uint8]

    @classmethod
    def load(cls, saved: bytes) -> "Predictions":
        """Read predictions for all rows of a data set, as `save` wrote them."""
        from safetensors.numpy import load

        arrays = load(saved)
        return cls(np.arange(len(arrays["y"])), arrays["y"].astype(np.int64), arrays["logits"], arrays["part"])

    def save(self) -> bytes:
        """Return predictions for all rows of a data set as safetensors."""
        from safetensors.numpy import save

        return save({"logits": self.logits, "y": self.y, "part": self.part})

    def __len__(self) -> int:
        return len(self.y)

    @property
    def y_pred(self) -> IntArray:
        """Return the most probable class of each row (n,)."""
        return self.logits.argmax(axis=1)

    @property
    def majority(self) -> int:
        """Return the commonest class of the training part."""
        return int(np.bincount(self.y[self.part == PARTS.index("train")]).argmax())

    def of(self, part: Part) -> "Predictions":
        """Return the predictions for one part."""
        inside = self.part == PARTS.index(part)
        return Predictions(self.rows[inside], self.y[inside], self.logits[inside], self.part[inside])

    def true_genres(self, data: Dataset) -> "Predictions":
        """Return the same predictions, their genres the true ones where labels are noisy."""
        return self if data.y_clean is None else replace(self, y=data.y_clean[self.rows])

    def by(self, unit: Unit, data: Dataset) -> "Predictions":
        """Return one prediction for each row, or for each track where rows are segments of tracks."""
        return self.by_track(data.groups["track"]) if unit == "track" and data.in_segments else self

    def by_track(self, tracks: IntArray) -> "Predictions":
        """Return one prediction for each track, in the order of its first row; `tracks` (n_samples,) numbers them.

        A track that a split tears apart has one in each part: judging by track before `of` or after it is the same.
        Its logits are the mean over its rows of log-probabilities, which is the logarithm of their geometric mean up to
        a constant. Its genre is the commonest one of its rows, the first of them at a tie.
        """
        numbers = tracks[self.rows] * (len(PARTS) + 1) + self.part
        _, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
        place = np.empty(len(first), dtype=np.int64)
        place[np.argsort(first)] = np.arange(len(first))  # tracks in the order of their first rows
        of = place[inverse]
        first = np.sort(first)
        shifted = self.logits.astype(np.float64) - self.logits.max(axis=1, keepdims=True)
        log_prob = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        n_rows = np.bincount(of, minlength=len(first))[:, None]
        mean = np.zeros((len(first), log_prob.shape[1]))
        np.add.at(mean, of, log_prob)
        votes = np.zeros(mean.shape, dtype=np.int64)
        np.add.at(votes, (of, self.y), 1)
        logits = (mean / n_rows).astype(np.float32)
        return Predictions(self.rows[first], votes.argmax(axis=1), logits, self.part[first])
