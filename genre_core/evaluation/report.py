"""Everything that is said of predictions on one part of the data, with its uncertainty."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.evaluation.checks import check_labels, check_same_length
from genre_core.evaluation.confusion import ConfusionMatrix, confusion_matrix
from genre_core.evaluation.intervals import Interval, mean_interval, share_interval
from genre_core.evaluation.metrics import METRICS, TOPS, among_top, log_losses, softmax
from genre_core.evaluation.resampled_matrices import resampled_matrices

_INTERVAL = "_interval"


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
    """Scores of one run on one part, as `evaluate` computes them; `intervals` of them, by name, cover 95 %.

    Macro and weighted averages follow scikit-learn with `zero_division=0`: in them a genre that is never predicted has
    precision 0.
    """

    n: int
    accuracy: float
    balanced_accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    weighted_precision: float
    weighted_recall: float
    weighted_f1: float
    log_loss: float
    confusion_matrix: ConfusionMatrix
    per_genre: tuple[GenreScore, ...]
    majority_accuracy: float
    intervals: Mapping[str, Interval]
    top_2_accuracy: float | None = None  # None of two genres, and of three in the next one, where it is always 1
    top_3_accuracy: float | None = None  # these and the next ones were not kept by earlier versions
    matthews: float | None = None
    kappa: float | None = None

    @property
    def accuracy_interval(self) -> Interval:
        """Return the interval of the accuracy."""
        return self.intervals["accuracy"]

    @property
    def macro_f1_interval(self) -> Interval:
        """Return the interval of macro-F1."""
        return self.intervals["macro_f1"]

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain numbers, lists and dicts, without NaN.

        An interval is [low, high], or [low, None] where it has no end.
        """
        plain = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "intervals"}
        plain |= {f"{name}{_INTERVAL}": interval for name, interval in self.intervals.items()}
        plain["confusion_matrix"] = self.confusion_matrix.counts.tolist()
        plain["per_genre"] = [{name: _pair(value) for name, value in vars(score).items()} for score in self.per_genre]
        return {name: _pair(value) for name, value in plain.items()}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Evaluation":
        """Return the evaluation that `to_json` wrote.

        Group numbers are not kept: intervals computed from the restored matrix take each track as independent.
        Raises DataError where it is not what `to_json` writes.
        """
        try:
            values = {name: value for name, value in plain.items() if not name.endswith(_INTERVAL)}
            values["intervals"] = {
                name.removesuffix(_INTERVAL): _interval_or(name, value)
                for name, value in plain.items()
                if name not in values
            }
            values["per_genre"] = tuple(
                GenreScore(**{name: _interval_or(name, value) for name, value in score.items()})
                for score in plain["per_genre"]
            )
            genres = tuple(score.genre for score in values["per_genre"])
            for name in _always_right(len(genres)):  # kept by earlier versions
                values.pop(name, None)
                values["intervals"].pop(name, None)
            values["confusion_matrix"] = ConfusionMatrix(np.array(plain["confusion_matrix"], dtype=np.int64), genres)
            return cls(**values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError(f"The stored evaluation cannot be read ({error}): evaluate the run again.") from error


def _pair(value: Any) -> Any:
    if isinstance(value, Interval):
        return [value.low, None if value.high == math.inf else value.high]  # JSON knows no infinity
    return value


def _interval_or(name: str, value: Any) -> Any:
    if name.endswith(_INTERVAL):
        return Interval(value[0], math.inf if value[1] is None else value[1])
    return value


def evaluate(
    y_true: npt.ArrayLike,
    logits: npt.ArrayLike,
    genres: tuple[str, ...],
    *,
    majority: int,
    groups: IntArray | None = None,
    level: str = "group",
) -> Evaluation:
    """Return all scores of logits (n, n_genres) for class numbers (n,), computed by `METRICS`.

    `majority` is the most common class of the *training* part. With groups (n,) of a `level`, such as `artist`, whole
    groups are what was sampled for every interval: see `grouped_share` for rates, `resampled_matrices` for what is
    computed from the matrix.
    Raises DataError where there is no track, shapes do not fit, a class number has no genre, or a logit is not finite.
    """
    y_prob = softmax(logits)
    if y_prob.shape[1] != len(genres):
        raise DataError(
            f"logits have {y_prob.shape[1]} columns, but there are {len(genres)} genres: pass one per genre."
        )
    labels = check_labels("y_true", y_true, len(genres))
    check_same_length("logits", y_prob, labels)
    y_pred = y_prob.argmax(axis=1)
    matrix = confusion_matrix(labels, y_pred, genres, groups, level)
    always = _always_right(len(genres))
    return Evaluation(
        n=matrix.n,
        confusion_matrix=matrix,
        intervals=_intervals(labels, y_prob, groups),
        per_genre=tuple(_genre_score(matrix, genre) for genre in range(len(genres))),
        majority_accuracy=float((labels == majority).mean()),
        **{name: metric.compute(labels, y_prob) for name, metric in METRICS.items() if name not in always},
    )


def _always_right(n_genres: int) -> set[str]:
    """Return the scores that are 1 whatever is predicted of so few genres."""
    return {f"top_{k}_accuracy" for k in TOPS if k >= n_genres}


def _intervals(y_true: IntArray, y_prob: FloatArray, groups: IntArray | None) -> dict[str, Interval]:
    """Return the interval of each of `METRICS`."""
    y_pred, everywhere = y_prob.argmax(axis=1), np.ones(len(y_true), dtype=np.bool_)
    found = {f"top_{k}_accuracy": share_interval(among_top(y_true, y_prob, k), everywhere, groups) for k in TOPS}
    found = {name: interval for name, interval in found.items() if name not in _always_right(y_prob.shape[1])}
    found["log_loss"] = mean_interval(log_losses(y_true, y_prob), groups, lowest=0.0)
    again = resampled_matrices(y_true, y_pred, y_prob.shape[1], groups)
    found |= {m.name: again.interval(m.of_counts, *m.range) for m in METRICS.values() if m.of_counts is not None}
    return found | dict.fromkeys(("accuracy", "weighted_recall"), again.accuracy)


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
