"""The scores of a classifier, each computed by scikit-learn from class probabilities.

The predicted genre is the most probable one, the first of them at a tie. What has no value by itself, such as the
precision of a genre that is never predicted, counts as 0 in a mean (`zero_division=0`); a genre that is neither true
nor predicted anywhere is left out of it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation import count_statistics as counted
from genre_core.evaluation.checks import check_labels, check_probabilities, check_same_length, check_scores
from genre_core.evaluation.count_statistics import CountStatistic
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.intervals import Interval
from genre_core.text import GAP, NO_INTERVAL, percent

Score = Callable[[IntArray, FloatArray], float]

TOPS = (2, 3)
"""Among how many of the most probable genres the right one is looked for."""


@dataclass(frozen=True)
class Metric:
    """A score of predictions: its term in the glossary, and which values are possible.

    `score` takes checked class numbers (n,) and probabilities (n, k); `of_counts`, where confusion counts are enough,
    counts (..., k, k).
    """

    name: str
    term: str
    range: tuple[float, float]
    higher_is_better: bool
    score: Score
    of_counts: CountStatistic | None = None

    @property
    def title(self) -> str:
        """Return its term with a capital letter."""
        return self.term[0].upper() + self.term[1:]

    @property
    def help(self) -> str:
        """Return what it means."""
        return GLOSSARY[self.term]

    @property
    def best(self) -> float:
        """Return the value of a perfect prediction."""
        return self.range[1] if self.higher_is_better else self.range[0]

    def written(self, value: float, interval: Interval | None = None, too_few: str = "") -> str:
        """Return a value of it as people read it: a rate in percent, anything else with three digits."""
        if self.range == (0.0, 1.0):
            return percent(value, interval, too_few)
        unit = f"{GAP}nats" if self.range[1] == math.inf else ""
        limits = "" if interval is None else f" ({interval.low:.3f} to {interval.high:.3f})"
        if interval is not None and (interval.low, interval.high) == self.range:
            limits = f" ({too_few or NO_INTERVAL})"
        return f"{value:.3f}{limits}{unit}".replace("-", "\N{MINUS SIGN}")

    def compute(self, y_true: npt.ArrayLike, y_prob: npt.ArrayLike) -> float:
        """Return the score of probabilities (n, k) for class numbers (n,).

        Raises
        ------
        DataError
            The shapes do not fit, there is no track, or the rows are no probabilities.
        """
        probabilities = check_probabilities("y_prob", y_prob)
        labels = check_labels("y_true", y_true, probabilities.shape[1])
        check_same_length("y_prob", probabilities, labels)
        return float(self.score(labels, probabilities))


def softmax(logits: npt.ArrayLike) -> FloatArray:
    """Return probabilities (n, k) in double precision: exp(logit) over its row's sum, without overflow.

    Raises
    ------
    DataError
        The logits are not finite, or do not have the shape (n, k).
    """
    scores = check_scores("logits", logits)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: FloatArray = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def _accuracy(y_true: IntArray, y_prob: FloatArray) -> float:
    from sklearn.metrics import accuracy_score

    return float(accuracy_score(y_true, y_prob.argmax(axis=1)))


def _balanced_accuracy(y_true: IntArray, y_prob: FloatArray) -> float:
    from sklearn.metrics import recall_score

    # balanced_accuracy_score by its definition; that function warns where a genre without tracks is predicted.
    return float(recall_score(y_true, y_prob.argmax(axis=1), labels=np.unique(y_true), average="macro"))


def _averaged(function: str, average: str) -> Score:
    def score(y_true: IntArray, y_prob: FloatArray) -> float:
        from sklearn import metrics

        return float(getattr(metrics, function)(y_true, y_prob.argmax(axis=1), average=average, zero_division=0))

    return score


def _log_loss(y_true: IntArray, y_prob: FloatArray) -> float:
    from sklearn.metrics import log_loss

    # scikit-learn raises probabilities to 2.2e-16, so that one track costs 36.04 nats at most.
    return max(0.0, float(log_loss(y_true, y_prob, labels=np.arange(y_prob.shape[1]))))


def _top(k: int) -> Score:
    def score(y_true: IntArray, y_prob: FloatArray) -> float:
        return float(among_top(y_true, y_prob, k).mean())

    return score


def among_top(y_true: IntArray, y_prob: FloatArray, k: int) -> npt.NDArray[np.bool_]:
    """Return for which tracks (n,) the genre is among the k most probable ones; at a tie the first genres are taken."""
    most = np.argsort(-y_prob, axis=1, kind="stable")[:, :k]
    return np.asarray((most == y_true[:, None]).any(axis=1))


def _matthews(y_true: IntArray, y_prob: FloatArray) -> float:
    from sklearn.metrics import matthews_corrcoef

    predicted = y_prob.argmax(axis=1)
    return float(matthews_corrcoef(y_true, predicted)) if _several(y_true, predicted) else 0.0


def _kappa(y_true: IntArray, y_prob: FloatArray) -> float:
    from sklearn.metrics import cohen_kappa_score

    predicted = y_prob.argmax(axis=1)
    return float(cohen_kappa_score(y_true, predicted)) if _several(y_true, predicted) else 0.0


def _several(y_true: IntArray, y_pred: IntArray) -> bool:
    """Say whether there is more than one genre: of a single one scikit-learn divides 0 by 0, with a warning."""
    return len(np.unique([y_true, y_pred])) > 1


def log_losses(y_true: IntArray, y_prob: FloatArray) -> FloatArray:
    """Return the log loss of each track (n,) in nats; a probability counts as 2.2e-16 at least, as in scikit-learn."""
    given = y_prob[np.arange(len(y_true)), y_true]
    losses: FloatArray = -np.log(np.maximum(given, np.finfo(np.float64).eps))
    return losses


def _rate(name: str, term: str, score: Score, of_counts: CountStatistic | None = None) -> Metric:
    return Metric(name, term, (0.0, 1.0), True, score, of_counts)


def _agreement(name: str, term: str, score: Score, of_counts: CountStatistic) -> Metric:
    return Metric(name, term, (-1.0, 1.0), True, score, of_counts)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _rate("accuracy", "accuracy", _accuracy, counted.accuracy_of_counts),
        *(_rate(f"top_{k}_accuracy", f"top-{k} accuracy", _top(k)) for k in TOPS),
        _rate("balanced_accuracy", "balanced accuracy", _balanced_accuracy, counted.balanced_accuracy_of_counts),
        _rate(
            "macro_precision",
            "macro precision",
            _averaged("precision_score", "macro"),
            counted.macro_precision_of_counts,
        ),
        _rate("macro_recall", "macro recall", _averaged("recall_score", "macro"), counted.macro_recall_of_counts),
        _rate("macro_f1", "macro-F1", _averaged("f1_score", "macro"), counted.macro_f1_of_counts),
        _rate(
            "weighted_precision",
            "weighted precision",
            _averaged("precision_score", "weighted"),
            counted.weighted_precision_of_counts,
        ),
        _rate("weighted_recall", "weighted recall", _averaged("recall_score", "weighted"), counted.accuracy_of_counts),
        _rate("weighted_f1", "weighted F1", _averaged("f1_score", "weighted"), counted.weighted_f1_of_counts),
        _agreement("matthews", "Matthews correlation", _matthews, counted.matthews_of_counts),
        _agreement("kappa", "Cohen's kappa", _kappa, counted.kappa_of_counts),
        Metric("log_loss", "log loss", (0.0, math.inf), False, _log_loss),
    )
}
