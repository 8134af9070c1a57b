"""How many labels are wrong, told from genres that merely overlap, without knowing any true genre.

Where genres overlap, the network is contradicted by a label the less often the surer it is, down to never. A label that
is wrong whatever its track sounds like contradicts it however sure it is. So the rate of contradictions as a function
of confidence, as log odds s, is fitted by f + (1 - f) / (1 + exp(a s + b)), a > 0: a curve that falls to a floor f, as
psychometric functions have their lapse rate: F. A. Wichmann & N. J. Hill, Perception & Psychophysics 63 (2001). Scale
and shift are free, so that a network too sure or not sure enough is no matter. The 95 % interval is where the
likelihood, maximised over a and b, is within half the quantile of chi-squared of its maximum; whole groups count by
their design effect.

The floor is the share of wrong labels if they strike however a track sounds, and if some tracks are unmistakable.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.checks import check_labels, check_probabilities, check_same_length
from genre_core.evaluation.intervals import Interval, effective_size

MOST_BINS = 1000
LEAST_TRACKS = 100
"""With fewer tracks the interval is as wide as the scale."""
LEAST, HIGHEST = 0.005, 0.5
"""Floors that are told from none, and from tracks that are never sure ones."""
_DROP = 1.9207
"""Half of the 95 % quantile of chi-squared with one degree of freedom."""
_GRID = np.concatenate([[0.0], np.geomspace(LEAST, HIGHEST, 42)])


@dataclass(frozen=True)
class NoiseFloor:
    """The share of labels that contradict the network however sure it is, with its 95 % interval, of `n` tracks.

    `contradicted` is the share that contradict it at all.
    """

    value: float
    interval: Interval
    contradicted: float
    n: int

    @property
    def supported(self) -> bool:
        """Say whether overlap alone does not explain the contradictions.

        An interval that reaches the highest floor says that even the surest tracks are no sure ones.
        """
        return self.interval.low >= LEAST and self.interval.high < HIGHEST


def noise_floor(y: npt.ArrayLike, y_prob: npt.ArrayLike, groups: IntArray | None = None) -> NoiseFloor | None:
    """Estimate how many labels y (n,) contradict out-of-sample probabilities y_prob (n, k) however sure these are.

    With groups (n,) whole groups are what is sampled. None where the tracks are too few to say anything.

    Raises
    ------
    DataError
        The arrays are no labels and probabilities of the same tracks.
    """
    probabilities = check_probabilities("y_prob", y_prob)
    labels = check_labels("y", y, probabilities.shape[1])
    check_same_length("y_prob", probabilities, labels)
    n = len(labels)
    if n < LEAST_TRACKS:
        return None
    wrong = (probabilities.argmax(axis=1) != labels).astype(np.float64)
    top = np.clip(probabilities.max(axis=1), 1e-9, 1 - 1e-9)
    members = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
    scale = 1.0 if groups is None else effective_size(np.bincount(members, wrong), np.bincount(members)) / n
    s, contradicted, support = _binned(np.log(top / (1 - top)), wrong)
    losses = _profile(s, contradicted, support) * scale
    best = int(losses.argmin())
    above = losses - losses[best] - _DROP
    interval = Interval(_crossing(above, best, -1), _crossing(above, best, 1))
    return NoiseFloor(float(_GRID[best]), interval, float(wrong.mean()), n)


def _crossing(above: FloatArray, start: int, step: int) -> float:
    """Return the floor at which `above` (n_floors,) comes to 0 on the way from `start`, where it is least."""
    at = start
    while 0 <= at + step < len(above) and above[at + step] <= 0:
        at += step
    beyond = at + step
    if not 0 <= beyond < len(above):
        return float(_GRID[at])
    share = above[at] / (above[at] - above[beyond])
    return float(_GRID[at] + share * (_GRID[beyond] - _GRID[at]))


def _binned(s: FloatArray, wrong: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean log odds, contradictions and tracks of bins of equally many tracks, each (n_bins,)."""
    order = np.argsort(s, kind="stable")
    starts = np.unique(np.linspace(0, len(s), MOST_BINS, endpoint=False).astype(np.int64))
    support = np.diff(np.append(starts, len(s))).astype(np.float64)
    means = np.add.reduceat(s[order], starts) / support
    return (means - means.mean()) / (means.std() or 1.0), np.add.reduceat(wrong[order], starts), support


def _profile(s: FloatArray, contradicted: FloatArray, support: FloatArray) -> FloatArray:
    """Return the least negative log likelihood over scale and shift at each floor of the grid (n_floors,)."""
    from scipy.optimize import minimize
    from scipy.special import expit, log_expit

    agreed = support - contradicted

    def loss(where: FloatArray, floor: float) -> tuple[float, FloatArray]:
        up = where[0] * s + where[1]
        falling = math.log1p(-floor) + log_expit(-up)  # of it what the floor leaves
        log_q = falling if not floor else np.logaddexp(math.log(floor), falling)
        value = -float((contradicted * log_q).sum() + (agreed * (math.log1p(-floor) + log_expit(up))).sum())
        pull = contradicted * expit(up) * np.exp(falling - log_q) - agreed * expit(-up)
        return value, np.array([(pull * s).sum(), pull.sum()])

    losses = []
    start = np.array([1.0, 1.0])  # without a floor it is a logistic regression: one minimum, found from here
    for floor in _GRID:
        found = minimize(
            loss, start, (floor,), "L-BFGS-B", jac=True, bounds=[(0, 60), (-60, 60)], options={"maxiter": 60}
        )
        start = found.x
        losses.append(float(found.fun))
    return np.array(losses)
