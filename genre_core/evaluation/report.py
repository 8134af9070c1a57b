"""Everything that is said of predictions on one part of the data, with its uncertainty."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import IntArray
from genre_core.errors import DataError
from genre_core.evaluation.checks import check_labels, check_same_length
from genre_core.evaluation.confusion import ConfusionMatrix, confusion_matrix
from genre_core.evaluation.intervals import Interval, accuracy_interval, bootstrap, macro_f1_of_counts
from genre_core.evaluation.metrics import METRICS, softmax


@dataclass(frozen=True)
class GenreScore:
    """How one genre was told from the others.

    `support` tracks are of the genre, `predicted` tracks were called it. Precision is None where it was never
    predicted, recall where it has no track, F1 = 2 TP / (support + predicted) where both hold.
    """

    genre: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    predicted: int
    precision_interval: Interval
    recall_interval: Interval


@dataclass(frozen=True)
class Evaluation:
    """Scores of one run on one part, as `evaluate` computes them; intervals cover 95 %.

    Macro and weighted averages follow scikit-learn with `zero_division=0`: in them a genre that is never predicted has
    precision 0.
    """

    n: int
    accuracy: float
    accuracy_interval: Interval
    balanced_accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    macro_f1_interval: Interval
    weighted_precision: float
    weighted_recall: float
    weighted_f1: float
    log_loss: float
    confusion_matrix: ConfusionMatrix
    per_genre: tuple[GenreScore, ...]
    majority_accuracy: float

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain numbers, lists and dicts, without NaN; an interval is [low, high]."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        plain["confusion_matrix"] = self.confusion_matrix.counts.tolist()
        plain["per_genre"] = [{name: _pair(value) for name, value in vars(score).items()} for score in self.per_genre]
        return {name: _pair(value) for name, value in plain.items()}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Evaluation":
        """Return the evaluation that `to_json` wrote.

        Group numbers are not kept: intervals computed from the restored matrix take each track as independent.

        Raises
        ------
        DataError
            It is not what `to_json` writes.
        """
        try:
            values = {name: _interval_or(name, value) for name, value in plain.items()}
            values["per_genre"] = tuple(
                GenreScore(**{name: _interval_or(name, value) for name, value in score.items()})
                for score in plain["per_genre"]
            )
            genres = tuple(score.genre for score in values["per_genre"])
            values["confusion_matrix"] = ConfusionMatrix(np.array(plain["confusion_matrix"], dtype=np.int64), genres)
            return cls(**values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError(f"The stored evaluation cannot be read ({error}): evaluate the run again.") from error


def _pair(value: Any) -> Any:
    return [value.low, value.high] if isinstance(value, Interval) else value


def _interval_or(name: str, value: Any) -> Any:
    return Interval(*value) if name.endswith("_interval") else value


def evaluate(
    y_true: npt.ArrayLike,
    logits: npt.ArrayLike,
    genres: tuple[str, ...],
    *,
    majority: int,
    groups: IntArray | None = None,
) -> Evaluation:
    """Return all scores of logits (n, n_genres) for class numbers (n,), computed by `METRICS`.

    `majority` is the most common class of the *training* part. With groups (n,) every interval takes whole groups as
    what was sampled: accuracy and macro-F1 by the bootstrap, rates of a genre by the Wilson interval with its effective
    size. Without, rates have Wilson intervals and macro-F1 the bootstrap.

    Raises
    ------
    DataError
        There is no track, shapes do not fit, a class number has no genre, or a logit is not finite.
    """
    y_prob = softmax(logits)
    if y_prob.shape[1] != len(genres):
        raise DataError(
            f"logits have {y_prob.shape[1]} columns, but there are {len(genres)} genres: pass one per genre."
        )
    labels = check_labels("y_true", y_true, len(genres))
    check_same_length("logits", y_prob, labels)
    y_pred = y_prob.argmax(axis=1)
    matrix = confusion_matrix(labels, y_pred, genres, groups)
    of_accuracy = accuracy_interval(labels, y_pred, groups)
    return Evaluation(
        n=matrix.n,
        confusion_matrix=matrix,
        accuracy_interval=of_accuracy,
        macro_f1_interval=_macro_f1_interval(matrix, labels, y_pred, groups, of_accuracy),
        per_genre=tuple(_genre_score(matrix, genre) for genre in range(len(genres))),
        majority_accuracy=float((labels == majority).mean()),
        **{name: metric.compute(labels, y_prob) for name, metric in METRICS.items()},
    )


def _macro_f1_interval(
    matrix: ConfusionMatrix, y_true: IntArray, y_pred: IntArray, groups: IntArray | None, accuracy: Interval
) -> Interval:
    # Where accuracy is 0 or 1 so is macro-F1, and the bootstrap would claim certainty.
    if not 0 < matrix.correct < matrix.n:
        return accuracy
    return bootstrap(macro_f1_of_counts, y_true, y_pred, groups)


def _genre_score(matrix: ConfusionMatrix, g: int) -> GenreScore:
    right, support = int(matrix.counts[g, g]), int(matrix.counts[g].sum())
    predicted = int(matrix.counts[:, g].sum())
    return GenreScore(
        matrix.genres[g],
        right / predicted if predicted else None,
        right / support if support else None,
        2 * right / (support + predicted) if support + predicted else None,
        support,
        predicted,
        matrix.interval(g, g, "predicted"),
        matrix.interval(g, g, "true"),
    )
