"""Which genres were taken for which after each epoch: a run's confusion matrices through time, and what changed.

Between two epochs a genre's recall is said to have changed only where the 95 % intervals of the two do not overlap.
That asks for more than a test of the same tracks at both epochs would (N. Schenker & J. F. Gentleman, "On judging the
significance of differences by examining the overlap between confidence intervals", The American Statistician 55, 2001).
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.checks import check_labels
from genre_core.evaluation.confusion import ConfusionMatrix, confusion_matrix
from genre_core.evaluation.count_statistics import accuracy_of_counts, confusion_counts, macro_f1_of_counts
from genre_core.evaluation.intervals import Interval, accuracy_interval, share_interval

Predictions = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class ConfusionHistory:
    """Confusion matrices after epochs 1 … n_epochs: row = true genre, column = predicted genre.

    `counts` has the shape (n_epochs, k, k), `predictions` (n_epochs, n), `y_true` and `groups` (n,) of a
    `level`, such as `artist`; without `groups` every track stands alone.
    """

    y_true: IntArray
    predictions: Predictions
    genres: tuple[str, ...]
    counts: IntArray
    groups: IntArray | None = None
    level: str = "group"
    _accuracy_intervals: dict[int, Interval] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def epochs(self) -> IntArray:
        """Return the numbers of the epochs, from 1, shape (n_epochs,)."""
        return np.arange(1, len(self) + 1)

    @property
    def n(self) -> int:
        """Return the number of tracks."""
        return len(self.y_true)

    @cached_property
    def supports(self) -> IntArray:
        """Return the number of tracks of each true genre, shape (k,)."""
        return np.bincount(self.y_true, minlength=len(self.genres))

    @cached_property
    def recalls(self) -> FloatArray:
        """Return each genre's recall after each epoch, shape (n_epochs, k); NaN where the genre has no track."""
        right = np.diagonal(self.counts, axis1=1, axis2=2)
        return np.divide(right, self.supports, out=np.full(right.shape, np.nan), where=self.supports > 0)

    @cached_property
    def accuracies(self) -> FloatArray:
        """Return the share of tracks that were right after each epoch, shape (n_epochs,)."""
        return accuracy_of_counts(self.counts)

    @cached_property
    def macro_f1s(self) -> FloatArray:
        """Return macro-F1 after each epoch, shape (n_epochs,)."""
        return macro_f1_of_counts(self.counts)

    def accuracy_interval(self, epoch: int) -> Interval:
        """Return the 95 % interval of the accuracy after an epoch, the same as an evaluation of it would say."""
        if epoch not in self._accuracy_intervals:  # with groups it is resampled, which takes a moment for each epoch
            found = accuracy_interval(self.y_true, self.predictions[epoch - 1].astype(np.int64), self.groups)
            self._accuracy_intervals[epoch] = found
        return self._accuracy_intervals[epoch]

    def recall_interval(self, epoch: int, genre: int) -> Interval:
        """Return the 95 % interval of a genre's recall after an epoch; (0, 1) where the genre has no track."""
        return share_interval(self.predictions[epoch - 1] == genre, self.y_true == genre, self.groups)

    def matrix(self, epoch: int) -> ConfusionMatrix:
        """Return the confusion matrix after an epoch, with what its intervals need."""
        return confusion_matrix(self.y_true, self.predictions[epoch - 1], self.genres, self.groups, self.level)

    def extended(self, predictions: Predictions) -> "ConfusionHistory":
        """Return the history with the epochs that followed, `predictions` of shape (n_more, n)."""
        if not len(predictions):
            return self
        counts = np.concatenate([self.counts, _counts(self.y_true, predictions, len(self.genres))])
        both = np.concatenate([self.predictions, predictions]) if len(self) else predictions
        grown = replace(self, predictions=both, counts=counts)
        grown._accuracy_intervals.update(self._accuracy_intervals)
        return grown


def confusion_history(
    y_true: npt.ArrayLike,
    predictions: Predictions,
    genres: tuple[str, ...],
    groups: IntArray | None = None,
    level: str = "group",
) -> ConfusionHistory:
    """Count the tracks of each true genre that were given each genre, after each of the epochs.

    Raises DataError where an array holds a number that no genre has.
    """
    true, k = check_labels("y_true", y_true, len(genres)), len(genres)
    none = ConfusionHistory(true, predictions[:0], genres, np.zeros((0, k, k), dtype=np.int64), groups, level)
    return none.extended(predictions)


def _counts(y_true: IntArray, predictions: Predictions, k: int) -> IntArray:
    """Return confusion counts (n_epochs, k, k) of `predictions` (n_epochs, n)."""
    check_labels("predictions", predictions.ravel(), k)
    return np.stack([confusion_counts(y_true, taken, k) for taken in predictions])


@dataclass(frozen=True)
class RecallChange:
    """A genre whose recall is another one after `later` than after `earlier`, beyond what chance explains."""

    genre: int
    earlier: int
    later: int
    before: float
    before_interval: Interval
    after: float
    after_interval: Interval

    @property
    def points(self) -> float:
        """Return by how much it rose, as a rate."""
        return self.after - self.before


def recall_changes(history: ConfusionHistory, earlier: int, later: int) -> tuple[RecallChange, ...]:
    """Return the genres whose intervals of recall after two epochs do not overlap, the largest change first."""
    found = []
    for genre in np.flatnonzero(history.supports).tolist():
        before, after = (history.recall_interval(epoch, genre) for epoch in (earlier, later))
        if before.high < after.low or after.high < before.low:
            first, last = (float(history.recalls[epoch - 1, genre]) for epoch in (earlier, later))
            found.append(RecallChange(genre, earlier, later, first, before, last, after))
    return tuple(sorted(found, key=lambda change: -abs(change.points)))
