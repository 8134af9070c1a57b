"""The scores of a classifier, each computed from class probabilities and equal to scikit-learn's.

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
from genre_core.evaluation.checks import check_judged, check_scores
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

        Raises DataError where the shapes do not fit, there is no track, or the rows are no probabilities.
        """
        return float(self.score(*check_judged("y_true", y_true, y_prob)))


def softmax(logits: npt.ArrayLike) -> FloatArray:
    """Return probabilities (n, k) in double precision: exp(logit) over its row's sum, without overflow.

    Raises DataError where the logits are not finite, or do not have the shape (n, k).
    """
    scores = check_scores("logits", logits)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _top(k: int) -> Score:
    def score(y_true: IntArray, y_prob: FloatArray) -> float:
        return float(among_top(y_true, y_prob, k).mean())

    return score


def among_top(y_true: IntArray, y_prob: FloatArray, k: int) -> npt.NDArray[np.bool_]:
    """Return for which tracks (n,) the genre is among the k most probable ones; at a tie the first genres are taken."""
    most = np.argsort(-y_prob, axis=1, kind="stable")[:, :k]
    return np.asarray((most == y_true[:, None]).any(axis=1))


def log_losses(y_true: IntArray, y_prob: FloatArray) -> FloatArray:
    """Return the log loss of each track (n,) in nats; a probability counts as 2.2e-16 at least, as in scikit-learn."""
    given = y_prob[np.arange(len(y_true)), y_true]
    return -np.log(np.maximum(given, np.finfo(np.float64).eps))


def _log_loss(y_true: IntArray, y_prob: FloatArray) -> float:
    return max(0.0, float(log_losses(y_true, y_prob).mean()))


def _counted(name: str, term: str, statistic: CountStatistic, lowest: float = 0.0) -> Metric:
    def score(y_true: IntArray, y_prob: FloatArray) -> float:
        return float(statistic(counted.confusion_counts(y_true, y_prob.argmax(axis=1), y_prob.shape[1])))

    return Metric(name, term, (lowest, 1.0), True, score, statistic)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _counted("accuracy", "accuracy", counted.accuracy_of_counts),
        *(Metric(f"top_{k}_accuracy", f"top-{k} accuracy", (0.0, 1.0), True, _top(k)) for k in TOPS),
        _counted("balanced_accuracy", "balanced accuracy", counted.balanced_accuracy_of_counts),
        _counted("macro_precision", "macro precision", counted.macro_precision_of_counts),
        _counted("macro_recall", "macro recall", counted.macro_recall_of_counts),
        _counted("macro_f1", "macro-F1", counted.macro_f1_of_counts),
        _counted("weighted_precision", "weighted precision", counted.weighted_precision_of_counts),
        _counted("weighted_recall", "weighted recall", counted.accuracy_of_counts),
        _counted("weighted_f1", "weighted F1", counted.weighted_f1_of_counts),
        _counted("matthews", "Matthews correlation", counted.matthews_of_counts, lowest=-1.0),
        _counted("kappa", "Cohen's kappa", counted.kappa_of_counts, lowest=-1.0),
        Metric("log_loss", "log loss", (0.0, math.inf), False, _log_loss),
    )
}
