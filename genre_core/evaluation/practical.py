"""Whether one of two settings is better, or both are the same for practical purposes: three probabilities.

Runs of both on the same splits with the same seeds give differences of scores, which share tracks. What is known of
their mean is a Student's t law about it with k - 1 degrees of freedom and the variance (1/k + ρ/(1 - ρ)) s², where
ρ = n_test / (n_test + n_train): the Bayesian correlated t-test of G. Corani & A. Benavoli, "A Bayesian approach for
comparing cross-validated algorithms on multiple data sets", Machine Learning 100 (2015). ρ/(1 - ρ) is the ratio of
`repeated_scores`, so that 95 % of that law lie in its interval. A difference within a *region of practical equivalence*
is too small to matter: A. Benavoli, G. Corani, J. Demšar & M. Zaffalon, "Time for a change", JMLR 18 (2017).

They decide at 95 %. Here *better* takes 97.5 %, since it may err in two directions: so at most 5 in 100 equal settings
are told apart, however small the region, and settings called better have an interval that lies beyond the region.

`python -m tests.benchmarks.settings` counts the answers: equal settings are told apart in at most 5 of 100 comparisons
of 3 or 10 splits; of settings 0.4 points apart *the same within ±1 point* is said in 22 of 100 with 3,000 tracks and 10
splits, in 98 with 12,000, and *better* in none.
"""

from dataclasses import dataclass
from typing import Literal

from genre_core.evaluation.repeated_scores import CONFIDENCE, PairedScores
from genre_core.evaluation.verdict import higher, p_value, points
from genre_core.text import capitalized

REGION = 0.01
"""Difference in accuracy up to which two settings are the same, unless a person says otherwise."""
MOST_REGION = 0.2
_BETTER = (1 + CONFIDENCE) / 2
PracticalKind = Literal["first", "second", "same", "undecided"]


@dataclass(frozen=True)
class Practical:
    """Probabilities that the first is better by more than `region`, that neither is, that the second is."""

    found: PairedScores
    region: float
    first: float
    same: float
    second: float

    @property
    def kind(self) -> PracticalKind:
        """Return the answer."""
        if self.first >= _BETTER:
            return "first"
        if self.second >= _BETTER:
            return "second"
        return "same" if self.same >= CONFIDENCE else "undecided"


def practical(found: PairedScores, region: float = REGION) -> Practical:
    """Return how probable it is that a mean difference lies above, within and below ±`region`."""
    from scipy.special import stdtr  # Student's t law; scipy.stats takes a second to import

    if found.error == 0:
        first, second = float(found.mean > region), float(found.mean < -region)
    else:
        first, second = (float(stdtr(found.n - 1, (side * found.mean - region) / found.error)) for side in (1.0, -1.0))
    return Practical(found, region, first, max(0.0, 1 - first - second), second)


def settings_verdict(one: Practical, first: str, second: str, gap: str = " ") -> str:
    """Say in a sentence whether `first` settings are better than `second`, the same, or that it cannot be told."""
    size, found = within(one.region, gap), one.found
    by = higher(found.mean, found.interval, first, second, gap)
    if one.kind == "same":
        return f"The same for practical purposes, within {size}: accuracy is {by}."
    if one.kind == "undecided" and not found.clear:
        return f"It cannot be told which is better: accuracy is {by}."
    ahead, behind, more = (first, second, found.mean) if found.mean > 0 else (second, first, -found.mean)
    interval = found.interval if found.mean > 0 else -found.interval
    said = f"{capitalized(ahead)} are better than {behind} by {points(more, interval, gap).lstrip('+')}."
    return f"{said} It cannot be told whether that exceeds {size}." if one.kind == "undecided" else said


def probabilities(one: Practical, first: str, second: str, gap: str = " ") -> str:
    """Say the three probabilities: `these settings are better: 93 %, …`."""
    said = ((f"{first} better", one.first), (f"the same within {within(one.region, gap)}", one.same),
            (f"{second} better", one.second))  # fmt: skip
    return "Probability: " + ", ".join(f"{what} {percentage(p, gap)}" for what, p in said) + "."


def settings_test(one: Practical) -> str:
    """Say what the answer rests on: the pairs of runs, the p of the corrected t test, and what both cover."""
    found = one.found
    said = f"{found.n} runs of each are paired by split and seed ({p_value(found.p)})."
    if found.ratio:
        return f"{said} The test allows for shared training tracks (Nadeau and Bengio 2003)."
    return f"{said} It covers only luck in training: on other tracks the difference may not be the same."


def within(region: float, gap: str = " ") -> str:
    """Return a region as it is written: `±1 point`, `±0.5 points`."""
    size = 100 * region
    return f"±{size:g}{gap}point{'' if size == 1 else 's'}"


def percentage(p: float, gap: str = " ") -> str:
    """Return a probability as it is written: `93 %`, `> 99.9 %`; only a certain one is 0 or 100 %."""
    if 0 < p < 0.001:
        return f"<{gap}0.1{gap}%"
    if 0.999 < p < 1:
        return f">{gap}99.9{gap}%"
    return f"{100 * p:.{0 if 0.0995 <= p <= 0.9 or p in (0, 1) else 1}f}{gap}%"
