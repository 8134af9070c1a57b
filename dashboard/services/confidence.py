"""How far the probabilities of completed runs can be trusted.

Scalings are fitted on validation: `_scaling` is the only place they are taken from.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dashboard.services.caching import cached_by_run
from dashboard.services.datasets import dataset
from dashboard.services.outcomes import outcome
from genre_core.bayes.posterior import posterior
from genre_core.data.dataset import FloatArray, Part
from genre_core.errors import DataError
from genre_core.evaluation.calibration import Binning, Calibration, ReliabilityCurve, calibration, reliability
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.posterior_gap import PosteriorGap, posterior_gap
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
from genre_core.store.run_result import JUDGE, Judge
from genre_core.store.schema import Run

Method = Literal["none", "temperature", "vector"]
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


@cached_by_run(64)
def _scaling(of: Run, judge: Judge, method: Method) -> Scaling | None:
    seen = outcome(of, "validation", judge=judge)
    return None if seen is None or method == "none" else _FITS[method](seen.y_true, seen.logits.astype(np.float64))


def temperature(of: Run, *, judge: Judge = JUDGE) -> TemperatureScaling | None:
    """Return the temperature that the validation part asks for."""
    found = _scaling(of, judge, "temperature")
    return found if isinstance(found, TemperatureScaling) else None


def vector(of: Run, *, judge: Judge = JUDGE) -> VectorScaling | None:
    """Return the scale and bias of each genre that the validation part asks for."""
    found = _scaling(of, judge, "vector")
    return found if isinstance(found, VectorScaling) else None


@cached_by_run(64)
def logits_of(of: Run, part: Part, *, judge: Judge = JUDGE, method: Method = "none") -> FloatArray | None:
    """Return logits of a part; scaled ones of validation are each scaled by a fit on other tracks of it."""
    seen = outcome(of, part, judge=judge)
    if seen is None:
        return None
    if method == "none":
        return seen.logits.astype(np.float64)
    if part == "validation":
        return cross_fitted(_FITS[method], seen.y_true, seen.logits, groups=seen.groups)
    scaling = _scaling(of, judge, method)
    return None if scaling is None else scaling.apply(seen.logits)


@cached_by_run(64)
def trusted(
    of: Run, part: Part, *, judge: Judge = JUDGE, method: Method = "none", by: Binning = "width"
) -> Trusted | None:
    """Return how far a completed run's probabilities can be trusted; `judge` as in `outcome`.

    Raises DataError where there is too little to fit the scaling on, or its data are gone.
    """
    seen, logits = outcome(of, part, judge=judge), logits_of(of, part, judge=judge, method=method)
    if seen is None or logits is None:
        return None
    y_prob = softmax(logits)
    changed = int((logits.argmax(axis=1) != seen.logits.argmax(axis=1)).sum())
    evaluation = seen.evaluation
    if changed:
        evaluation = evaluate(seen.y_true, logits, seen.genres, majority=0, groups=seen.groups, level=seen.level)
    scores = calibration(seen.y_true, y_prob, groups=seen.groups, by=by)
    return Trusted(y_prob, scores, evaluation, changed)


@cached_by_run(128)
def reliability_of(
    of: Run,
    part: Part,
    *,
    judge: Judge = JUDGE,
    method: Method = "none",
    by: Binning = "width",
    genre: int | None = None,
) -> ReliabilityCurve | None:
    """Return how often a completed run is right by its confidence, or by the probability of one genre."""
    seen, logits = outcome(of, part, judge=judge), logits_of(of, part, judge=judge, method=method)
    if seen is None or logits is None:
        return None
    return reliability(seen.y_true, softmax(logits), by=by, genre=genre, groups=seen.groups)


@cached_by_run(32)
def true_probabilities(of: Run, part: Part, *, judge: Judge = JUDGE) -> FloatArray | None:
    """Return the true probabilities of a part (n, k); None where they are not known."""
    seen, drawn = outcome(of, part, judge=judge), of.config.data.generator
    rows = outcome(of, part, judge=judge.of_rows)
    if seen is None or rows is None or seen.limit is None or drawn is None:
        return None
    data = dataset(of.config.data)
    tracks = data.groups["track"][rows.rows] if data.in_segments and seen.unit == "track" else None
    return posterior(drawn, data.X[rows.rows], clean=judge.clean, tracks=tracks)


@cached_by_run(32)
def against_posterior(of: Run, part: Part, *, judge: Judge = JUDGE, method: Method = "none") -> PosteriorGap | None:
    """Return how far a run's probabilities lie from the true ones; None where these are not known."""
    true, logits = true_probabilities(of, part, judge=judge), logits_of(of, part, judge=judge, method=method)
    seen = outcome(of, part, judge=judge)
    if true is None or logits is None or seen is None:
        return None
    return posterior_gap(softmax(logits), true, groups=seen.groups)


def can_scale(of: Run, *, judge: Judge = JUDGE) -> str:
    """Return why logits cannot be scaled for an honest look at validation; nothing where they can."""
    try:
        logits_of(of, "validation", judge=judge, method="temperature")
    except DataError as error:
        return str(error)
    return ""
