"""The limit against the overlap, and the overlap at which a given accuracy is the best possible."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from genre_core.bayes.limit import simulate
from genre_core.data.dataset import FloatArray
from genre_core.data.generator.law import genre_means, law_of
from genre_core.errors import ConfigError
from genre_core.settings.config import SyntheticConfig
from genre_core.settings.names import all_settings, validate


@dataclass(frozen=True)
class LimitPoint:
    """The best possible accuracy at one overlap, with the standard error that simulation leaves."""

    overlap: float
    accuracy: float
    standard_error: float


def limit_curve(
    config: SyntheticConfig, overlaps: Sequence[float], n_draws: int = 20_000, *, clean: bool = False
) -> tuple[LimitPoint, ...]:
    """Return the limit at each of the overlaps, all else as `config` says.

    Every point uses the same random numbers, so that chance moves the curve as a whole and does not ruffle it.
    Raises ConfigError where an overlap is out of bounds.
    """
    means = genre_means(config)
    return tuple(_point(config, validate("data.overlap", overlap), means, n_draws, clean=clean) for overlap in overlaps)


def overlap_for(config: SyntheticConfig, accuracy: float, n_draws: int = 50_000, *, clean: bool = False) -> float:
    """Return the overlap, on its setting's step, at which the best possible accuracy is nearest to `accuracy`.

    The limit falls as the overlap grows, so that bisection finds it.
    Raises ConfigError where no overlap within its bounds comes there; the sentence says what can be reached.
    """
    setting, means = all_settings()["data.overlap"], genre_means(config)
    assert setting.low is not None
    assert setting.high is not None
    assert setting.step is not None
    grid = np.round(np.arange(setting.low, setting.high + setting.step / 2, setting.step), 10)

    def limit(position: int) -> float:
        return _point(config, float(grid[position]), means, n_draws, clean=clean).accuracy

    low, high = 0, len(grid) - 1
    best, worst = limit(low), limit(high)
    if not worst - 0.0005 <= accuracy <= best + 0.0005:
        raise ConfigError(
            f"No overlap makes {100 * accuracy:.1f} % the best possible accuracy: it goes from {100 * worst:.1f} % at "
            f"overlap {setting.high:g} to {100 * best:.1f} % at {setting.low:g}. Choose one in between, or change how "
            "far apart the genres are."
        )
    while high - low > 1:
        middle = (low + high) // 2
        if (found := limit(middle)) >= accuracy:
            low, best = middle, found
        else:
            high, worst = middle, found
    return float(grid[low] if best - accuracy <= accuracy - worst else grid[high])


def _point(config: SyntheticConfig, overlap: float, means: FloatArray, n_draws: int, *, clean: bool) -> LimitPoint:
    law = law_of(config.model_copy(update={"overlap": overlap}), means)
    found = simulate(law, n_draws, seed=0, clean=clean)
    return LimitPoint(overlap, found.accuracy, found.standard_error)
