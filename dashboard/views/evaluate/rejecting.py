"""Effect of saying "I don't know" on completed runs: thresholds come from validation, and are shown on any part."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.figures.matrix import MatrixView
from dashboard.services.caching import cached_by_run
from dashboard.services.confidence import Method, logits_of, true_probabilities
from dashboard.services.matrix_views import answered_view, arranged
from dashboard.services.outcomes import outcome
from genre_core.data.dataset import FloatArray, IntArray, Part
from genre_core.evaluation.confusion import ConfusionMatrix, Normalization, confusion_matrix
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.ordering import Order, genre_order
from genre_core.evaluation.rejected_genres import GenreAnswering, per_genre
from genre_core.evaluation.rejection import (
    Answering,
    RiskCoverage,
    ScoreName,
    answering,
    answerings,
    find_threshold,
    risk_coverage,
    sureness,
)
from genre_core.store.run_result import JUDGE, Judge
from genre_core.store.schema import Run

NOT_ANSWERED = "don't know"
N_STEPS = 200
"""Steps of a threshold that is dragged."""


@dataclass(frozen=True)
class Rule:
    """By which truth predictions are judged, and of which probabilities the score has to reach a threshold."""

    judge: Judge = JUDGE
    method: Method = "none"
    score: ScoreName = "confidence"


USUAL = Rule()
"""The usual rule: the confidence, of the probabilities as they are."""


@dataclass(frozen=True, eq=False)
class Rejected:
    """Effect of a threshold on one part: overall, to each genre, and which tracks are `answered` (n,).

    `given` (n,) are the answers: genres as numbers, n_genres where there is none.
    """

    overall: Answering
    genres: tuple[GenreAnswering, ...]
    answered: npt.NDArray[np.bool_]
    given: IntArray


@dataclass(frozen=True, eq=False)
class AnswerMatrix:
    """True genres against answers: as it is drawn, and what is counted, with "don't know" as its last genre."""

    view: MatrixView
    matrix: ConfusionMatrix


@dataclass(frozen=True, eq=False)
class _Scored:
    """Input of rejecting on a part."""

    scores: FloatArray
    y_pred: IntArray
    y_true: IntArray
    groups: IntArray | None
    n_genres: int

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        return self.y_pred == self.y_true

    def given(self, threshold: float) -> IntArray:
        """Return the answers (n,) from a threshold on: genres as numbers, n_genres where there is none."""
        return np.where(self.scores >= threshold, self.y_pred, self.n_genres)


@cached_by_run(64)
def _scored(of: Run, part: Part, rule: Rule) -> _Scored | None:
    seen, logits = outcome(of, part, judge=rule.judge), logits_of(of, part, judge=rule.judge, method=rule.method)
    if seen is None or logits is None:
        return None
    sure = sureness(softmax(logits), rule.score)
    return _Scored(sure, logits.argmax(axis=1), seen.y_true, seen.groups, len(seen.genres))


@cached_by_run(64)
def risk_coverage_of(of: Run, part: Part, rule: Rule) -> RiskCoverage | None:
    """Return how often a run is wrong as it answers more and more of its tracks."""
    seen = _scored(of, part, rule)
    return None if seen is None else risk_coverage(seen.scores, seen.right, groups=seen.groups)


@cached_by_run(32)
def best_risk_coverage(of: Run, part: Part, rule: Rule) -> RiskCoverage | None:
    """Return the curve of the best possible classifier, which knows the true probabilities; None where unknown."""
    true, seen = true_probabilities(of, part, judge=rule.judge), outcome(of, part, judge=rule.judge)
    if true is None or seen is None:
        return None
    right = true.argmax(axis=1) == seen.y_true
    return risk_coverage(sureness(true, rule.score), right, groups=seen.groups)


@cached_by_run(256)
def threshold_for(of: Run, target: float, rule: Rule = USUAL, *, surely: bool = False) -> float | None:
    """Return the lowest threshold from which that share of the answers on validation is right; None if none is."""
    seen = _scored(of, "validation", rule)
    return None if seen is None else find_threshold(target, seen.scores, seen.right, groups=seen.groups, surely=surely)


def rejected(of: Run, part: Part, threshold: float, rule: Rule = USUAL) -> Rejected | None:
    """Return what answering only from a threshold on does to a part of a completed run."""
    seen = _scored(of, part, rule)
    if seen is None:
        return None
    given = seen.given(threshold)
    answered = given < seen.n_genres
    overall = answering(threshold, seen.scores, seen.right, groups=seen.groups)
    genres = per_genre(seen.y_true, seen.y_pred, answered, seen.n_genres, groups=seen.groups)
    return Rejected(overall, genres, answered, given)


@cached_by_run(64)
def answer_matrix(
    of: Run, part: Part, threshold: float, rule: Rule, *, by: Normalization = "count", order: Order = "given"
) -> AnswerMatrix | None:
    """Return the matrix of answers from a threshold on; its order is that of all answers, whatever the threshold."""
    seen, known = _scored(of, part, rule), outcome(of, part, judge=rule.judge)
    if seen is None or known is None:
        return None
    k, genres = seen.n_genres, known.genres
    matrix = confusion_matrix(seen.y_true, seen.given(threshold), (*genres, NOT_ANSWERED), seen.groups, known.level)
    ordered = genre_order(confusion_matrix(seen.y_true, seen.y_pred, genres), order)
    view = arranged(answered_view(matrix, by, nouns=f"{part} {known.noun}s"), ordered, [[genre] for genre in range(k)])
    return AnswerMatrix(view, matrix)


@cached_by_run(64)
def thresholds_of(of: Run, part: Part, rule: Rule) -> tuple[Answering, ...] | None:
    """Return what the thresholds 0, 1 / N_STEPS, …, 1 do to a part of a completed run."""
    seen = _scored(of, part, rule)
    steps = [step / N_STEPS for step in range(N_STEPS + 1)]
    return None if seen is None else answerings(steps, seen.scores, seen.right, groups=seen.groups)
