"""Rules about how sure the run is, and whose tracks its errors are."""

import math

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.concentration import concentration
from genre_core.evaluation.holm import holm
from genre_core.evaluation.intervals import Interval
from genre_core.findings.facts import Facts
from genre_core.findings.finding import Evidence, Finding
from genre_core.findings.rates import difference, quantile, trials

SURE = 0.9
LEAST = 10
LEVEL = 0.05


def too_sure(facts: Facts) -> list[Finding]:
    """Compare the mean confidence with the share that is right, on the same tracks.

    The variance is that of the differences, or what it would be if the probabilities were right, whichever is larger:
    where all are right, nothing is seen to vary.
    """
    confidence = facts.y_prob.max(axis=1)
    residuals = confidence - facts.right
    n, gap = len(residuals), float(residuals.mean())
    variance = max(_summed(residuals - gap, facts.groups), float((confidence * (1 - confidence)).sum()))
    half = quantile(0.975, facts.groups) * math.sqrt(variance) / n
    if abs(gap) <= half or (facts.groups is not None and not _clear(residuals, facts.groups)):
        return []
    values = {"confidence": float(confidence.mean()), "accuracy": facts.evaluation.accuracy, "gap": gap}
    intervals = {"gap": Interval(gap - half, gap + half), "accuracy": facts.evaluation.accuracy_interval}
    evidence = Evidence("evaluate", facts.part, "confidence", clean=facts.clean)
    return [Finding("too_sure" if gap > 0 else "too_unsure", evidence, values, intervals)]


def _summed(residuals: FloatArray, groups: IntArray | None) -> float:
    """Return the variance of a sum of residuals (n,), those of a group together."""
    if groups is None:
        return float((residuals**2).sum())
    members = np.unique(groups, return_inverse=True)[1]
    n_groups = int(members.max()) + 1
    return float((np.bincount(members, residuals) ** 2).sum()) * n_groups / max(1, n_groups - 1)


def _clear(residuals: FloatArray, groups: IntArray) -> bool:
    """Return whether the mean of residuals (n,) is not 0, where few groups may lie far to one side.

    N. J. Johnson, "Modified t tests and confidence intervals for asymmetrical populations", JASA 73 (1978).
    """
    sums = np.bincount(np.unique(groups, return_inverse=True)[1], residuals)
    n, mean, variance = len(sums), float(sums.mean()), float(sums.var(ddof=1))
    if not variance:
        return bool(mean)
    skew = float(((sums - mean) ** 3).mean())
    t = (mean + skew / (6 * variance * n) + skew * mean**2 / (3 * variance**2)) / math.sqrt(variance / n)
    return abs(t) > quantile(0.975, groups)


def when_sure(facts: Facts) -> list[Finding]:
    """Say how often the run is right where it is sure, if that is clearly more often than where it is not."""
    sure = facts.y_prob.max(axis=1) >= SURE
    if min(sure.sum(), (~sure).sum()) < LEAST:
        return []
    rates = [float(facts.right[chosen].mean()) for chosen in (sure, ~sure)]
    intervals = [trials(facts.right, chosen, facts.groups).interval() for chosen in (sure, ~sure)]
    gap = difference(rates[0], intervals[0], rates[1], intervals[1])
    if gap.low <= 0:
        return []
    values = {"sure": SURE, "n": int(sure.sum()), "right": rates[0], "otherwise": rates[1], "of": facts.evaluation.n}
    evidence = Evidence("evaluate", facts.part, "reject", clean=facts.clean)
    return [Finding("when_sure", evidence, values, {"right": intervals[0], "otherwise": intervals[1], "gap": gap})]


def few_groups(facts: Facts) -> list[Finding]:
    """Name the genre whose errors pile up on few groups most clearly, by Holm over the genres."""
    if facts.groups is None:
        return []
    found = {}
    for genre in range(len(facts.counts)):
        own = facts.y_true == genre
        one = concentration(~facts.right[own], facts.groups[own]) if own.any() else None
        if one is not None:
            found[genre] = one
    if not found:
        return []
    p = dict(zip(found, holm(np.array([one.p for one in found.values()])), strict=True))
    genre = min(found, key=lambda g: (p[g], -found[g].share))
    if p[genre] >= LEVEL:
        return []
    one = found[genre]
    values = {"n_worst": one.n_worst, "groups": len(one.groups), "share": one.share, "chance": one.chance}
    values |= {"errors": one.n_errors}
    intervals = {"chance": one.chance_interval}
    return [Finding("few_groups", facts.page_of(genre, "groups"), values, intervals, (genre,))]
