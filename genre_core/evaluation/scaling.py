"""Making a classifier as sure as it should be: scalings of its logits that are fitted on validation.

Temperature scaling divides all logits by one number; vector scaling gives each class a scale and a bias: C. Guo et al.,
"On Calibration of Modern Neural Networks", ICML (2017). Both minimise the log loss, which is convex in them, with its
exact gradient.

A scaling flatters itself on the tracks that it was fitted on. `cross_fitted` judges each validation track by a scaling
that was fitted on others; on the test part the scaling of the whole validation part is applied.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.evaluation.checks import check_labels, check_same_length, check_scores
from genre_core.evaluation.metrics import softmax

COLDEST, HOTTEST = 0.02, 50.0
"""Bounds of the temperature: where every answer is right, colder is always better."""
N_FOLDS = 5
MOST_ALONE = 0.5
"""Share of tracks whose class may be in no other fold: a scale for each class says nothing of more."""


@dataclass(frozen=True)
class TemperatureScaling:
    """Logits are divided by `temperature`, which never changes the most probable class.

    It was fitted on `n` validation tracks. `at_bound` says that a temperature beyond the bounds would fit still better.
    """

    temperature: float
    n: int

    @property
    def at_bound(self) -> bool:
        """Say whether the temperature is as low or as high as it may be."""
        return not COLDEST * 1.001 < self.temperature < HOTTEST / 1.001

    def apply(self, logits: npt.ArrayLike) -> FloatArray:
        """Return the scaled logits (n, k); raises DataError."""
        return check_scores("logits", logits) / self.temperature


@dataclass(frozen=True, eq=False)
class VectorScaling:
    """Logits of each class are multiplied by its `scale` and moved by its `bias`, both (k,): this may change answers.

    It was fitted on `n` validation tracks.
    """

    scale: FloatArray
    bias: FloatArray
    n: int

    def apply(self, logits: npt.ArrayLike) -> FloatArray:
        """Return the scaled logits (n, k); raises DataError."""
        return check_scores("logits", logits) * self.scale + self.bias


Scaling = TemperatureScaling | VectorScaling
Fit = Callable[[IntArray, FloatArray], Scaling]


def fit_temperature(y_validation: npt.ArrayLike, logits_validation: npt.ArrayLike) -> TemperatureScaling:
    """Fit the temperature to class numbers (n,) and logits (n, k) of the validation part.

    Raises DataError where the arrays do not fit each other, or a logit is not finite.
    """
    from scipy.optimize import minimize

    labels, logits = _checked(y_validation, logits_validation)
    given = logits[np.arange(len(labels)), labels]

    def loss(at: FloatArray) -> tuple[float, FloatArray]:
        scaled = at[0] * logits
        expected = (softmax(scaled) * logits).sum(axis=1)
        return float((_log_sum(scaled) - at[0] * given).mean()), np.array([(expected - given).mean()])

    # In 1 / temperature the loss is convex.
    bounds = (1 / HOTTEST, 1 / COLDEST)
    found = minimize(loss, [1.0], jac=True, method="L-BFGS-B", bounds=[bounds], options=_EXACT)
    # Where the loss falls all the way it is flat long before the bound, and the search rests there.
    best = min((float(found.x[0]), *bounds), key=lambda at: loss(np.array([at]))[0])
    return TemperatureScaling(1 / best, len(labels))


def fit_vector(y_validation: npt.ArrayLike, logits_validation: npt.ArrayLike) -> VectorScaling:
    """Fit a scale and a bias for each class to class numbers (n,) and logits (n, k) of the validation part.

    They are drawn toward temperature scaling by a standard normal prior, which weighs as much as one track does: else
    a class without a validation track would get the probability 0.
    Raises DataError where the arrays do not fit each other, or a logit is not finite.
    """
    from scipy.optimize import minimize

    labels, logits = _checked(y_validation, logits_validation)
    n, k = logits.shape
    centre = np.concatenate([np.full(k, 1 / fit_temperature(labels, logits).temperature), np.zeros(k)])
    true = labels[:, None] == np.arange(k)

    def loss(at: FloatArray) -> tuple[float, FloatArray]:
        scaled, away = logits * at[:k] + at[k:], at - centre
        residuals = softmax(scaled) - true
        value = (_log_sum(scaled) - scaled[true]).mean() + (away @ away) / (2 * n)
        slope = np.concatenate([(residuals * logits).sum(axis=0), residuals.sum(axis=0)]) + away
        return float(value), slope / n

    found = minimize(loss, centre, jac=True, method="L-BFGS-B", options=_EXACT).x
    return VectorScaling(found[:k], found[k:], n)


def cross_fitted(
    fit: Fit, y_validation: npt.ArrayLike, logits_validation: npt.ArrayLike, *, groups: IntArray | None = None
) -> FloatArray:
    """Return validation logits (n, k), each row scaled by a fit on other folds; groups (n,) stay within a fold.

    M. Stone, "Cross-validatory choice and assessment of statistical predictions", JRSS B 36 (1974).
    Raises DataError where the arrays do not fit each other, or there is a single track or group, which leaves no other
    to fit on; or `fit` is that of each class, and most tracks are of a class that no other fold has.
    """
    labels, logits = _checked(y_validation, logits_validation)
    units = np.arange(len(labels))
    if groups is not None:
        check_same_length("groups", groups, labels)
        units = np.unique(groups, return_inverse=True)[1]
    folds = _folds(labels, units)
    if folds.max() == 0:
        raise DataError("Validation has only one track or group of tracks: there is nothing else to fit on.")
    n_folds_of = np.bincount(np.unique(np.column_stack([labels, folds]), axis=0)[:, 0], minlength=logits.shape[1])
    if fit is fit_vector and (n_folds_of[labels] == 1).mean() > MOST_ALONE:
        raise DataError(
            "Vector scaling cannot be fitted so: most genres have one group of validation tracks, which leaves no "
            "other to fit their scale on. Temperature scaling can."
        )
    scaled = np.empty_like(logits)
    for fold in range(int(folds.max()) + 1):
        inside = folds == fold
        scaled[inside] = fit(labels[~inside], logits[~inside]).apply(logits[inside])
    return scaled


_EXACT = {"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500}


def _checked(y: npt.ArrayLike, logits: npt.ArrayLike) -> tuple[IntArray, FloatArray]:
    table = check_scores("logits_validation", logits)
    labels = check_labels("y_validation", y, table.shape[1])
    check_same_length("logits_validation", table, labels)
    return labels, table


def _log_sum(logits: FloatArray) -> FloatArray:
    """Return the logarithm of the sum of exponentials of each row (n,)."""
    highest = logits.max(axis=1)
    return highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1))


def _folds(labels: IntArray, units: IntArray) -> IntArray:
    """Return the fold of each track (n,): units are dealt in turn, in the order of their first track's class."""
    first = np.unique(units, return_index=True)[1]
    order = np.lexsort((np.random.default_rng(0).random(len(first)), labels[first]))
    dealt = np.empty(len(first), dtype=np.int64)
    dealt[order] = np.arange(len(first)) % N_FOLDS
    return dealt[units]
