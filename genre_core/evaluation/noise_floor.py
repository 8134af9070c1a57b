"""How many labels can be wrong, without knowing any true genre: no more than contradict the network where it is surest.

Let a share η ≤ ½ of every genre's labels be wrong, wherever they go, and however the tracks sound. A label then
contradicts any answer c to any track x with probability Σ_g p(g | x) (1 - T_gc) ≥ η, with T_gc the share of genre g
that is labeled c: 1 - T_cc = η, and T_gc ≤ η leaves 1 - T_gc ≥ 1 - η ≥ η. So whatever network chose the tracks, and
whether its probabilities are right or not, the rate of contradictions among them is at least η, and the rate's upper
limit is one for η. It is closest where the network is surest, which is where genres overlap least: where its tracks are
unmistakable, as the anchor points of T. Liu & D. Tao, IEEE TPAMI 38 (2016), the rate is η itself.

A lower limit cannot be had from labels and probabilities: the posterior of noisy labels is also that of right labels of
genres that overlap more. The upper limit holds in 99 % of the simulations in `tests/benchmarks`: 0 to 20 % wrong
labels, 400 to 100,000 tracks, networks good and bad. It holds least often, in 96 %, where 20 % of 400 labels are wrong.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.checks import check_judged
from genre_core.evaluation.intervals import Interval, Mask, share_interval

LEAST_TRACKS = 100
"""With fewer tracks the interval is as wide as the scale."""
SUREST = 0.1
"""Share of the tracks of each predicted genre that are taken for the surest; more where these are too few in all."""
HIGHEST = 0.5
"""Limits from here on say nothing: half of the labels of a genre may be wrong at most."""


@dataclass(frozen=True)
class NoiseFloor:
    """The labels among `n` surest tracks that contradict the network: how many, and the 95 % interval of their rate."""

    n: int
    n_contradicted: int
    interval: Interval

    @property
    def value(self) -> float:
        """Return the rate of contradictions: the share of wrong labels where the surest tracks are unmistakable."""
        return self.n_contradicted / self.n

    @property
    def limit(self) -> float | None:
        """Return how large the share of wrong labels can be at most; None where that cannot be said."""
        return self.interval.high if self.interval.high < HIGHEST else None


def noise_floor(y: npt.ArrayLike, y_prob: npt.ArrayLike, groups: IntArray | None = None) -> NoiseFloor | None:
    """Count labels y (n,) that contradict out-of-sample probabilities y_prob (n, k) where these are the surest.

    With groups (n,) whole groups are what is sampled. None where the tracks are too few to say anything.
    Raises DataError where the arrays are no labels and probabilities of the same tracks.
    """
    labels, probabilities = check_judged("y", y, y_prob)
    if len(labels) < LEAST_TRACKS:
        return None
    surest = _surest(probabilities)
    contradicted = (probabilities.argmax(axis=1) != labels) & surest
    interval = share_interval(contradicted, surest, groups)
    return NoiseFloor(int(surest.sum()), int(contradicted.sum()), interval)


def _surest(y_prob: FloatArray) -> Mask:
    """Return the surest tracks (n,) of each predicted genre: by genre, so that the easiest one does not speak for all.

    No label has a say in it, so that the rate of contradictions among them is not picked.
    """
    share = max(SUREST, LEAST_TRACKS / len(y_prob))
    answers, top = y_prob.argmax(axis=1), y_prob.max(axis=1)
    surest = np.zeros(len(y_prob), dtype=np.bool_)
    for genre in np.unique(answers):
        rows = np.flatnonzero(answers == genre)
        surest[rows[np.argsort(-top[rows], kind="stable")][: math.ceil(share * len(rows))]] = True
    return surest
