"""Range of how many tracks, or runs, would show the true difference between two classifiers.

That number depends on the true difference, which is known only to within its interval. It falls as the difference
grows, so the ends of the interval give its range, and the range holds the right number as often as the interval holds
the true difference: D. J. Taylor & K. E. Muller, "Computing confidence bounds for power and sample size of the general
linear univariate model", The American Statistician 49 (1995). In simulations it does in 95 to 98 of 100 cases
(`tests/benchmarks/needed.py`).
"""

import math
from dataclasses import dataclass

from genre_core.evaluation.paired import LEVEL, Matched, tracks_needed
from genre_core.evaluation.repeated_scores import CONFIDENCE, LEAST_SCORES, PairedScores, scores_needed


@dataclass(frozen=True)
class Needed:
    """Numbers that would show the true difference, from `least` to `most`.

    `most` is None where no number is large enough for certain, as where the difference may be zero; `least` is None
    where no number is.
    """

    least: int | None
    most: int | None

    def say(self, noun: str) -> str:
        """Return the range in words, two digits of each number: `at least about 2,600 tracks`."""
        if self.least is None:
            return f"more {noun}s than there can be"
        if self.most is None:
            return f"at least about {rounded(self.least):,} {noun}s"
        low, high = rounded(self.least), rounded(self.most)
        return f"about {low:,} {noun}s" if low == high else f"between about {low:,} and {high:,} {noun}s"


def tracks_in_range(found: Matched, level: float = LEVEL) -> Needed:
    """Return how many tracks it takes to show the true difference of two classifiers."""
    scale, interval = found.n / found.effective, found.interval
    low, high = sorted((abs(interval.low), abs(interval.high)))
    least = tracks_needed(high, found.discordance, level)
    most = None if interval.low <= 0 <= interval.high else tracks_needed(low, found.discordance, level)
    return Needed(*(None if n is None else round(n * scale) for n in (least, most)))


def scores_in_range(found: PairedScores, ratio: float) -> Needed:
    """Return how many scores of each it takes to show the true mean difference.

    The standard deviation is estimated as well, so that the ends are those of the interval of their quotient, by the
    noncentral t distribution: J. H. Steiger & R. T. Fouladi, "Noncentrality interval estimation", in "What if there
    were no significance tests?" (1997).
    """
    from scipy.special import nctdtrinc

    if found.sd == 0:
        return Needed(LEAST_SCORES, LEAST_SCORES) if found.mean else Needed(None, None)
    error = math.sqrt(1 / found.n + ratio)
    t = abs(found.mean) / (found.sd * error)
    low, high = (float(nctdtrinc(found.n - 1, p, t)) for p in ((1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2))
    most = scores_needed(low * error, 1.0, ratio) if found.clear else None
    return Needed(scores_needed(high * error, 1.0, ratio), most)


def rounded(n: int) -> int:
    """Return a number to two digits, as an estimate is said."""
    size = max(0, len(str(n)) - 2)
    return round(n, -size)
