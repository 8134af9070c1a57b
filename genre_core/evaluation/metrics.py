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
from genre_core.evaluation.checks import check_labels, check_probabilities, check_same_length, check_scores
from genre_core.evaluation.glossary import GLOSSARY

Score = Callable[[IntArray, FloatArray], float]


@dataclass(frozen=True)
class Metric:
    """A score of predictions: how it is called, what it means, and which values are possible.

    `score` takes checked class numbers (n,) and probabilities (n, k).
    """

    name: str
    title: str
    help: str
    range: tuple[float, float]
    higher_is_better: bool
    score: Score

    @property
    def best(self) -> float:
        """Return the value of a perfect prediction."""
        return self.range[1] if self.higher_is_better else self.range[0]

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


def _rate(name: str, term: str, score: Score) -> Metric:
    return Metric(name, term[0].upper() + term[1:], GLOSSARY[term], (0.0, 1.0), True, score)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _rate("accuracy", "accuracy", _accuracy),
        _rate("balanced_accuracy", "balanced accuracy", _balanced_accuracy),
        _rate("macro_precision", "macro precision", _averaged("precision_score", "macro")),
        _rate("macro_recall", "macro recall", _averaged("recall_score", "macro")),
        _rate("macro_f1", "macro-F1", _averaged("f1_score", "macro")),
        _rate("weighted_precision", "weighted precision", _averaged("precision_score", "weighted")),
        _rate("weighted_recall", "weighted recall", _averaged("recall_score", "weighted")),
        _rate("weighted_f1", "weighted F1", _averaged("f1_score", "weighted")),
        Metric("log_loss", "Log loss", GLOSSARY["log loss"], (0.0, math.inf), False, _log_loss),
    )
}
