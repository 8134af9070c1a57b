"""How far the probabilities of completed runs can be trusted, and what saying "I don't know" does.

Whatever is fitted, scalings and thresholds, is fitted on validation: `_validation` is the only place it is taken from.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.components.matrix import MatrixView
from dashboard.components.matrix_views import answered_view, arranged
from dashboard.services.data import dataset
from dashboard.services.outcomes import Outcome, outcome
from dashboard.services.runs import run
from genre_core.bayes import posterior
from genre_core.config import SyntheticConfig
from genre_core.dataset import FloatArray, IntArray, Part
from genre_core.errors import DataError
from genre_core.evaluation.calibration import Binning, Calibration, ReliabilityCurve, calibration, reliability
from genre_core.evaluation.confusion import ConfusionMatrix, Normalization, confusion_matrix
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.ordering import Order, genre_order
from genre_core.evaluation.posterior_gap import PosteriorGap, posterior_gap
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
from genre_core.evaluation.report import Evaluation, evaluate
from genre_core.evaluation.scaling import (
    Fit,
    Scaling,
    TemperatureScaling,
    VectorScaling,
    cross_fitted,
    fit_temperature,
    fit_vector,
)
from genre_core.store import Run

Method = Literal["none", "temperature", "vector"]
NOT_ANSWERED = "don't know"
N_STEPS = 200
"""Steps of a threshold that is dragged."""
_FITS: dict[Method, Fit] = {"temperature": fit_temperature, "vector": fit_vector}


@dataclass(frozen=True, eq=False)
class Trusted:
    """A run's probabilities (n, k) of one part, as trained or scaled, with how far they can be trusted.

    `evaluation` has the accuracy of the same answers; `n_changed` is how many answers the scaling changed.
    """

    y_prob: FloatArray
    scores: Calibration
    evaluation: Evaluation
    n_changed: int


@dataclass(frozen=True, eq=False)
class Rejected:
    """What a threshold does to one part: overall, to each genre, and which tracks are `answered` (n,).

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


def _found(run_id: str, part: Part, clean: bool) -> Outcome | None:
    known = run(run_id)
    return None if known is None else outcome(known, part, clean=clean)


def _validation(run_id: str, clean: bool) -> Outcome | None:
    return _found(run_id, "validation", clean)


@st.cache_resource(show_spinner=False, max_entries=64)
def _scaling(run_id: str, attempt: int, clean: bool, method: Method) -> Scaling | None:
    seen = _validation(run_id, clean)
    return None if seen is None or method == "none" else _FITS[method](seen.y_true, seen.logits.astype(np.float64))


def temperature(of: Run, *, clean: bool = False) -> TemperatureScaling | None:
    """Return the temperature that the validation part asks for."""
    found = _scaling(of.id, of.attempt, clean, "temperature")
    return found if isinstance(found, TemperatureScaling) else None


def vector(of: Run, *, clean: bool = False) -> VectorScaling | None:
    """Return the scale and bias of each genre that the validation part asks for."""
    found = _scaling(of.id, of.attempt, clean, "vector")
    return found if isinstance(found, VectorScaling) else None


@st.cache_resource(show_spinner=False, max_entries=64)
def _logits(run_id: str, attempt: int, part: Part, clean: bool, method: Method) -> FloatArray | None:
    """Return logits of a part; scaled ones of validation are each scaled by a fit on other tracks of it."""
    seen = _found(run_id, part, clean)
    if seen is None:
        return None
    if method == "none":
        return seen.logits.astype(np.float64)
    if part == "validation":
        return cross_fitted(_FITS[method], seen.y_true, seen.logits, groups=seen.groups)
    scaling = _scaling(run_id, attempt, clean, method)
    return None if scaling is None else scaling.apply(seen.logits)


@st.cache_resource(show_spinner=False, max_entries=64)
def _trusted(run_id: str, attempt: int, part: Part, clean: bool, method: Method, by: Binning) -> Trusted | None:
    seen, logits = _found(run_id, part, clean), _logits(run_id, attempt, part, clean, method)
    if seen is None or logits is None:
        return None
    y_prob = softmax(logits)
    changed = int((logits.argmax(axis=1) != seen.logits.argmax(axis=1)).sum())
    evaluation = seen.evaluation
    if changed:
        evaluation = evaluate(seen.y_true, logits, seen.genres, majority=0, groups=seen.groups)
    scores = calibration(seen.y_true, y_prob, groups=seen.groups, by=by)
    return Trusted(y_prob, scores, evaluation, changed)


def trusted(
    of: Run, part: Part, *, clean: bool = False, method: Method = "none", by: Binning = "width"
) -> Trusted | None:
    """Return how far a completed run's probabilities can be trusted; `clean` as in `outcome`.

    Raises
    ------
    DataError
        There is too little to fit the scaling on, or its data are gone.
    """
    return _trusted(of.id, of.attempt, part, clean, method, by)


@st.cache_resource(show_spinner=False, max_entries=128)
def _reliability(
    run_id: str, attempt: int, part: Part, clean: bool, method: Method, by: Binning, genre: int | None
) -> ReliabilityCurve | None:
    seen, logits = _found(run_id, part, clean), _logits(run_id, attempt, part, clean, method)
    if seen is None or logits is None:
        return None
    return reliability(seen.y_true, softmax(logits), by=by, genre=genre, groups=seen.groups)


def reliability_of(
    of: Run,
    part: Part,
    *,
    clean: bool = False,
    method: Method = "none",
    by: Binning = "width",
    genre: int | None = None,
) -> ReliabilityCurve | None:
    """Return how often a completed run is right by its confidence, or by the probability of one genre."""
    return _reliability(of.id, of.attempt, part, clean, method, by, genre)


@st.cache_resource(show_spinner=False, max_entries=32)
def _true(run_id: str, attempt: int, part: Part, clean: bool) -> FloatArray | None:
    known, seen = run(run_id), _found(run_id, part, clean)
    if known is None or seen is None or not isinstance(known.config.data, SyntheticConfig):
        return None
    return posterior(known.config.data, dataset(known.config.data).X[seen.rows], clean=clean)


@st.cache_resource(show_spinner=False, max_entries=32)
def _against_posterior(run_id: str, attempt: int, part: Part, clean: bool, method: Method) -> PosteriorGap | None:
    true, logits = _true(run_id, attempt, part, clean), _logits(run_id, attempt, part, clean, method)
    seen = _found(run_id, part, clean)
    if true is None or logits is None or seen is None:
        return None
    return posterior_gap(softmax(logits), true, groups=seen.groups)


def against_posterior(of: Run, part: Part, *, clean: bool = False, method: Method = "none") -> PosteriorGap | None:
    """Return how far a run's probabilities lie from the true ones; None where these are not known."""
    return _against_posterior(of.id, of.attempt, part, clean, method)


@dataclass(frozen=True, eq=False)
class _Scored:
    """What rejecting needs of a part."""

    scores: FloatArray
    y_pred: IntArray
    y_true: IntArray
    groups: IntArray | None
    n_genres: int

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        same: npt.NDArray[np.bool_] = self.y_pred == self.y_true
        return same


@st.cache_resource(show_spinner=False, max_entries=64)
def _scored(run_id: str, attempt: int, part: Part, clean: bool, method: Method, score: ScoreName) -> _Scored | None:
    seen, logits = _found(run_id, part, clean), _logits(run_id, attempt, part, clean, method)
    if seen is None or logits is None:
        return None
    return _Scored(sureness(softmax(logits), score), logits.argmax(axis=1), seen.y_true, seen.groups, len(seen.genres))


@st.cache_resource(show_spinner=False, max_entries=64)
def _risk_coverage(
    run_id: str, attempt: int, part: Part, clean: bool, method: Method, score: ScoreName
) -> RiskCoverage | None:
    seen = _scored(run_id, attempt, part, clean, method, score)
    return None if seen is None else risk_coverage(seen.scores, seen.right, groups=seen.groups)


def risk_coverage_of(
    of: Run, part: Part, *, clean: bool = False, method: Method = "none", score: ScoreName = "confidence"
) -> RiskCoverage | None:
    """Return how often a run is wrong as it answers more and more of its tracks."""
    return _risk_coverage(of.id, of.attempt, part, clean, method, score)


@st.cache_resource(show_spinner=False, max_entries=32)
def _best_curve(run_id: str, attempt: int, part: Part, clean: bool, score: ScoreName) -> RiskCoverage | None:
    true, seen = _true(run_id, attempt, part, clean), _found(run_id, part, clean)
    if true is None or seen is None:
        return None
    right = true.argmax(axis=1) == seen.y_true
    return risk_coverage(sureness(true, score), right, groups=seen.groups)


def best_risk_coverage(
    of: Run, part: Part, *, clean: bool = False, score: ScoreName = "confidence"
) -> RiskCoverage | None:
    """Return the curve of the best possible classifier, which knows the true probabilities; None where unknown."""
    return _best_curve(of.id, of.attempt, part, clean, score)


@st.cache_resource(show_spinner=False, max_entries=256)
def _threshold(
    run_id: str, attempt: int, clean: bool, method: Method, score: ScoreName, target: float, surely: bool
) -> float | None:
    seen = _scored(run_id, attempt, "validation", clean, method, score)
    return None if seen is None else find_threshold(target, seen.scores, seen.right, groups=seen.groups, surely=surely)


def threshold_for(
    of: Run,
    target: float,
    *,
    clean: bool = False,
    method: Method = "none",
    score: ScoreName = "confidence",
    surely: bool = False,
) -> float | None:
    """Return the lowest threshold from which that share of the answers on validation is right; None if none is."""
    return _threshold(of.id, of.attempt, clean, method, score, target, surely)


def rejected(
    of: Run,
    part: Part,
    threshold: float,
    *,
    clean: bool = False,
    method: Method = "none",
    score: ScoreName = "confidence",
) -> Rejected | None:
    """Return what answering only from a threshold on does to a part of a completed run."""
    seen = _scored(of.id, of.attempt, part, clean, method, score)
    if seen is None:
        return None
    k, answered = seen.n_genres, seen.scores >= threshold
    overall = answering(threshold, seen.scores, seen.right, groups=seen.groups)
    genres = per_genre(seen.y_true, seen.y_pred, answered, k, groups=seen.groups)
    return Rejected(overall, genres, answered, np.where(answered, seen.y_pred, k))


@st.cache_resource(show_spinner=False, max_entries=64)
def _answer_matrix(
    run_id: str,
    attempt: int,
    part: Part,
    clean: bool,
    method: Method,
    score: ScoreName,
    threshold: float,
    by: Normalization,
    order: Order,
) -> AnswerMatrix | None:
    seen, known = _scored(run_id, attempt, part, clean, method, score), _found(run_id, part, clean)
    if seen is None or known is None:
        return None
    k, genres = seen.n_genres, known.genres
    given = np.where(seen.scores >= threshold, seen.y_pred, k)
    matrix = confusion_matrix(seen.y_true, given, (*genres, NOT_ANSWERED), seen.groups)
    ordered = genre_order(confusion_matrix(seen.y_true, seen.y_pred, genres), order)
    view = arranged(answered_view(matrix, by, nouns=f"{part} tracks"), ordered, [[genre] for genre in range(k)])
    return AnswerMatrix(view, matrix)


def answer_matrix(
    of: Run,
    part: Part,
    threshold: float,
    *,
    clean: bool = False,
    method: Method = "none",
    score: ScoreName = "confidence",
    by: Normalization = "count",
    order: Order = "given",
) -> AnswerMatrix | None:
    """Return the matrix of answers from a threshold on; its order is that of all answers, whatever the threshold."""
    return _answer_matrix(of.id, of.attempt, part, clean, method, score, threshold, by, order)


@st.cache_resource(show_spinner=False, max_entries=64)
def _thresholds(
    run_id: str, attempt: int, part: Part, clean: bool, method: Method, score: ScoreName
) -> tuple[Answering, ...] | None:
    seen = _scored(run_id, attempt, part, clean, method, score)
    steps = [step / N_STEPS for step in range(N_STEPS + 1)]
    return None if seen is None else answerings(steps, seen.scores, seen.right, groups=seen.groups)


def thresholds_of(
    of: Run, part: Part, *, clean: bool = False, method: Method = "none", score: ScoreName = "confidence"
) -> tuple[Answering, ...] | None:
    """Return what the thresholds 0, 1 / N_STEPS, …, 1 do to a part of a completed run."""
    return _thresholds(of.id, of.attempt, part, clean, method, score)


def can_scale(of: Run, *, clean: bool = False) -> str:
    """Return why logits cannot be scaled for an honest look at validation; nothing where they can."""
    try:
        _logits(of.id, of.attempt, "validation", clean, "temperature")
    except DataError as error:
        return str(error)
    return ""
