"""Expected calibration errors with intervals, from mean residuals by bin.

The residual of a track is whether something came true less the probability that was given to it. An error is the sum
of the absolute mean residuals of the bins of one column: of the predicted genre, or of one genre against the rest. As a
sum of absolute values it is positive by chance alone, so neither its percentiles in a bootstrap nor their reflection
cover the error in the long run as often as they say.

The interval here inverts a test: of each possible error it is asked how often so much, or so little, would be seen, and
those that fit stay in (P. Garthwaite & S. Buckland, Applied Statistics 41, 1992; J. Carpenter, JRSS B 61, 1999). What
is seen at an error of t is sum |t d + noise|, with noise from the bootstrap, and d the shares that the bins have of it.
Those are not known, and matter: noise adds the less to an error, the more evenly its bins share in it. To be on the
safe side, the lower limit takes shares that are less even than those found, of the bins beyond their noise alone, and
the upper one shares that are more even, with each bin's noise on top of what was found.
"""

from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray
from genre_core.evaluation.grouped_share import FEWEST_GROUPS
from genre_core.evaluation.intervals import Interval, middle, widening

_TAIL = 0.025
_CLEAR = 2.0
"""Standard errors from which on a bin is beyond its noise; where none is, the one that is most so counts."""
_TINY = float(np.finfo(np.float64).tiny)
_HALVINGS = 20
"""Steps to a limit: it is exact to a millionth of where it is looked for."""


@dataclass(frozen=True)
class CalibrationError:
    """An expected calibration error, and between which two a perfectly calibrated model's would lie in 95 of 100 cases.

    `interval` covers the error that the model has in the long run over bins of these limits. It holds the estimate, and
    0 where chance alone makes as much.
    """

    value: float
    interval: Interval
    by_chance: Interval

    @property
    def beyond_chance(self) -> bool:
        """Say whether it is more than chance makes of perfect calibration."""
        return self.value > self.by_chance.high


def calibration_errors(
    means: FloatArray, again: FloatArray, chance: FloatArray, columns: int, n_groups: int | None = None
) -> tuple[CalibrationError, ...]:
    """Return the error of each column, and last the mean over all but the first.

    `means` (columns * bins,) are mean residuals by bin, column after column; `again` (m, columns * bins) the same of
    resampled tracks, and `chance` of what perfect calibration would show. Where it was groups that were resampled,
    their noise is widened as `widening` says, and fewer than `FEWEST_GROUPS` leave any error possible. With 5 to 20
    groups the interval covers the error in 94 to 100 of 100 simulations: `python -m tests.benchmarks.coverage`.
    """
    n_bins = len(means) // columns
    parts = [(slice(column * n_bins, (column + 1) * n_bins), 1) for column in range(columns)]
    parts.append((slice(n_bins, None), columns - 1))
    if n_groups is None:
        return tuple(_error(means[at], again[:, at] - means[at], chance[:, at], over) for at, over in parts)
    if n_groups < FEWEST_GROUPS:
        anything = Interval(0.0, 1.0)
        return tuple(CalibrationError(float(np.abs(means[at]).sum()) / over, anything, anything) for at, over in parts)
    wider = widening(n_groups)
    return tuple(_error(means[at], wider * (again[:, at] - means[at]), chance[:, at], over) for at, over in parts)


def _error(means: FloatArray, noise: FloatArray, chance: FloatArray, over: int) -> CalibrationError:
    """Return the error of some bins; that of several columns is the mean over them."""
    found = float(np.abs(means).sum())
    by_chance = middle(np.abs(chance).sum(axis=1))
    sd = noise.std(axis=0)
    clear = np.abs(means) >= min(_CLEAR, np.max(np.abs(means) / np.maximum(sd, _TINY))) * sd
    low = _limit(found, np.where(clear, means, 0.0), noise, _TAIL) if found > by_chance.high else 0.0
    high = _limit(found, np.copysign(np.hypot(means, sd), means), noise, 1 - _TAIL)
    return CalibrationError(
        found / over,
        Interval(min(low, found) / over, max(high, found) / over),
        Interval(by_chance.low / over, by_chance.high / over),
    )


def _limit(found: float, shares: FloatArray, noise: FloatArray, tail: float) -> float:
    """Return the error at which as much as was found, or more, is seen with the probability `tail`."""
    total = float(np.abs(shares).sum())
    if total == 0.0:
        return 0.0
    low, high = 0.0, found + 6 * float(noise.std(axis=0).sum())
    for _ in range(_HALVINGS):
        error = (low + high) / 2
        seen = np.abs(error / total * shares + noise).sum(axis=1)
        low, high = (error, high) if (seen >= found).mean() < tail else (low, error)
    return (low + high) / 2
