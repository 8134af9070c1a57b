"""Figures that lessons ask for, read from what is stored of them, never of a test part.

A rate is in percent, a difference of rates in points.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray
from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.mislabelled import find_mislabelled
from genre_core.evaluation.paired import Matched, matched
from genre_core.store.run_result import JUDGE, Judge, Outcome
from genre_core.store.schema import Epoch, Run
from genre_core.text import GAP

Unit = Literal["percent", "points", "epochs", "tracks", "genres", "times"]
NEARLY = 0.02
"""How far below its best validation accuracy a network has nearly learned all."""
SURE = 0.9


class Outcomes(Protocol):
    """A function that finds a run's figures of a part of its data that is not the test part."""

    def __call__(self, part: Literal["train", "validation"], judge: Judge = JUDGE) -> Outcome:
        """Return what the run's best weights say of the part."""


@dataclass(frozen=True, eq=False)
class Result:
    """A complete run, its epochs, and what its best weights say of training and validation."""

    run: Run
    epochs: Sequence[Epoch]
    outcome: Outcomes

    @property
    def matrix(self) -> ConfusionMatrix:
        """Return the confusion matrix of validation."""
        return self.outcome("validation").evaluation.confusion_matrix


@dataclass(frozen=True)
class Figure:
    """A figure of a run: its name within a sentence, and how it is computed.

    One that is `paired` is of two runs on the same tracks: the one compared with comes second. One that has `sides` is
    how much more the first of them is than the second. It is on all validation tracks, or on those `among` them.
    """

    title: str
    unit: Unit
    of: Callable[[Result], float] | None = None
    paired: Callable[[Result, Result], float] | None = None
    sides: Mapping[str, Callable[[Result], float]] = field(default_factory=dict)
    among: Callable[[Result], npt.NDArray[np.bool_]] | None = None


def value_of(name: str, result: Result, other: Result | None = None) -> float:
    """Return a figure of a run, or with `other` how much more it is than the other's; NaN where it is not known."""
    figure = FIGURES[name]
    if figure.paired:
        return figure.paired(result, other) if other else math.nan
    return _alone(figure, result) - (_alone(figure, other) if other else 0.0)


def n_tracks_of(name: str, result: Result) -> int:
    """Return on how many validation tracks a figure of a run is."""
    among = FIGURES[name].among
    return int(among(result).sum()) if among else result.outcome("validation").evaluation.n


def sides_of(name: str, result: Result, other: Result | None = None) -> Mapping[str, float]:
    """Return the two values of which a figure is the difference, by what each is of; none where it is no difference."""
    figure = FIGURES[name]
    if figure.paired:
        return {}
    if other:
        return {"now": _alone(figure, result), "before": _alone(figure, other)}
    return {side: value(result) for side, value in figure.sides.items()}


def _alone(figure: Figure, result: Result) -> float:
    if figure.of:
        return figure.of(result)
    first, second = figure.sides.values()
    return first(result) - second(result)


def _accuracy(result: Result) -> float:
    return 100 * result.outcome("validation").evaluation.accuracy


def _training(result: Result) -> float:
    return 100 * result.outcome("train").evaluation.accuracy


def _rise_of_loss(result: Result) -> float:
    return result.epochs[-1].validation_loss / min(epoch.validation_loss for epoch in result.epochs)


def _nearly(result: Result) -> float:
    curve = [epoch.validation_accuracy for epoch in result.epochs]
    return float(next(n for n, value in enumerate(curve, 1) if value >= max(curve) - NEARLY))


def _limit(result: Result) -> float:
    limit = result.outcome("validation").limit
    return math.nan if limit is None else 100 * limit.accuracy


def _lowest_recall(result: Result) -> float:
    return 100 * float(np.nanmin(result.matrix.recalls))


def _is_of_the_lowest(result: Result) -> npt.NDArray[np.bool_]:
    return np.asarray(result.outcome("validation").y_true == np.nanargmin(result.matrix.recalls))


def _confidence(result: Result) -> FloatArray:
    return softmax(result.outcome("validation").logits).max(axis=1)


def _right(result: Result) -> npt.NDArray[np.bool_]:
    seen = result.outcome("validation")
    return np.asarray(seen.logits.argmax(axis=1) == seen.y_true)


def _is_sure(result: Result) -> npt.NDArray[np.bool_]:
    return _confidence(result) >= SURE


def _right_when_sure(result: Result) -> float:
    sure = _is_sure(result)
    return 100 * float(_right(result)[sure].mean()) if sure.any() else math.nan


def _luck_of_20(result: Result) -> float:
    """Return by how much the best of 20 equally good models beats their mean, by validation tracks alone."""
    n, right = len(_right(result)), _right(result).mean()
    return 100 * _expected_best(20) * math.sqrt(right * (1 - right) / n)


def _expected_best(n: int) -> float:
    """Return the mean of the largest of n standard normal numbers: G. Blom's approximation (1958)."""
    return NormalDist().inv_cdf((n - 0.375) / (n + 0.25))


def _by_true_genre(result: Result) -> float:
    return 100 * result.outcome("validation", Judge(clean=True)).evaluation.accuracy


def _is_doubtful(result: Result) -> npt.NDArray[np.bool_]:
    seen = result.outcome("validation")
    return find_mislabelled(seen.y_true, softmax(seen.logits)).doubtful


def _wrong_among_doubtful(result: Result) -> float:
    labels, true = (result.outcome("validation", judge).y_true for judge in (JUDGE, Judge(clean=True)))
    found = _is_doubtful(result)
    return 100 * float((labels != true)[found].mean()) if found.any() else math.nan


def _match(result: Result, other: Result) -> Matched | None:
    one, two = result.outcome("validation"), other.outcome("validation")
    if not np.array_equal(one.rows, two.rows) or result.run.config.data != other.run.config.data:
        return None
    return matched(_right(result).astype(np.int64), _right(other).astype(np.int64), one.groups)


def _right_alone(result: Result, other: Result) -> float:
    found = _match(result, other)
    return math.nan if found is None else float(found.only_first + found.only_second)


def _chance(result: Result, other: Result) -> float:
    found = _match(result, other)
    return math.nan if found is None else 100 * found.p


FIGURES: Mapping[str, Figure] = {
    "validation accuracy": Figure("validation accuracy", "percent", _accuracy),
    "training accuracy": Figure("training accuracy", "percent", _training),
    "training minus validation": Figure(
        "training accuracy minus validation accuracy", "points",
        sides={"on training": _training, "on validation": _accuracy},
    ),
    "gap at the end": Figure(
        "training accuracy minus validation accuracy in the last epoch", "points",
        sides={
            "on training": lambda result: 100 * result.epochs[-1].train_accuracy,
            "on validation": lambda result: 100 * result.epochs[-1].validation_accuracy,
        },
    ),
    "rise of validation loss": Figure(
        "validation loss in the last epoch, compared with its lowest value", "times", _rise_of_loss
    ),
    "epochs": Figure("epochs in all", "epochs", lambda result: float(len(result.epochs))),
    "epochs to nearly the best": Figure("epochs until it came within 2 points of its best", "epochs", _nearly),
    "below the best possible": Figure(
        "the distance to the best possible accuracy", "points",
        sides={"possible on these tracks": _limit, "reached": _accuracy},
    ),
    "macro-F1": Figure(
        "macro-F1", "percent", lambda result: 100 * result.outcome("validation").evaluation.macro_f1
    ),
    "lowest recall": Figure("the lowest recall of a genre", "percent", _lowest_recall, among=_is_of_the_lowest),
    "genres below two thirds": Figure(
        "the number of genres of which less than two thirds are recognized", "genres",
        lambda result: float(np.count_nonzero(result.matrix.recalls < 2 / 3)),
    ),
    "majority baseline": Figure(
        "the share of the most common genre", "percent",
        lambda result: 100 * result.outcome("validation").evaluation.majority_accuracy,
    ),
    "overconfidence": Figure(
        "mean confidence minus accuracy", "points",
        sides={"mean confidence": lambda result: 100 * float(_confidence(result).mean()), "accuracy": _accuracy},
    ),
    "sure": Figure(
        f"the share of tracks with at least 90{GAP}% confidence", "percent",
        lambda result: 100 * float(_is_sure(result).mean()),
    ),
    "right when sure": Figure(
        f"accuracy on tracks with at least 90{GAP}% confidence", "percent", _right_when_sure, among=_is_sure
    ),
    "luck of the best of 20": Figure("what the best of 20 equal models gains by luck", "points", _luck_of_20),
    "accuracy by true genre": Figure("accuracy by the true genres", "percent", _by_true_genre),
    "wrong among doubtful labels": Figure(
        "the share of doubtful labels that are wrong", "percent", _wrong_among_doubtful, among=_is_doubtful
    ),
    "right alone": Figure("the tracks on which exactly one of the two is right", "tracks", paired=_right_alone),
    "chance of such a difference": Figure(
        "how often two equally good models differ this much", "percent", paired=_chance
    ),
}  # fmt: skip
