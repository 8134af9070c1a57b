"""Rules about single genres: the hardest and the easiest, and those predicted too rarely or too often."""

import math
from typing import Literal

import numpy as np

from genre_core.data.dataset import FloatArray
from genre_core.evaluation.holm import holm
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.paired import sign_flip_p
from genre_core.findings.facts import Facts
from genre_core.findings.finding import Finding, Kind
from genre_core.findings.rates import difference, trials

LEAST = 10
"""Below so many tracks a genre's recall says little."""
LEVEL = 0.05


def hardest(facts: Facts) -> list[Finding]:
    """Name the genre found least often, if its recall is clearly below the mean of the others."""
    return _end(facts, "hardest")


def easiest(facts: Facts) -> list[Finding]:
    """Name the genre found most often, if its recall is clearly above the mean of the others."""
    return _end(facts, "easiest")


def _end(facts: Facts, kind: Literal["hardest", "easiest"]) -> list[Finding]:
    """Name the last genre at one end of the recalls, and the one next to it where that could as well be it.

    Every genre has the same chance to be it by luck, so its interval is as wide as Bonferroni asks of so many genres
    and two ends. That it is beyond the next one as well is verified by comparing just these two (K. Hung & W. Fithian,
    "Rank verification for exponential families", Annals of Statistics 47, 2019).
    """
    scores = facts.evaluation.per_genre
    judged = [g for g, s in enumerate(scores) if s.support >= LEAST and s.predicted]
    if len(judged) < 3:
        return []
    sign = -1 if kind == "hardest" else 1
    recalls = {g: float(scores[g].recall or 0.0) for g in judged}
    last, next_to_it = sorted(judged, key=lambda g: (-sign * recalls[g], g))[:2]
    mean, strict = _against_others(facts, judged, last, 1 - LEVEL / len(judged))
    if sign * (recalls[last] - mean) <= 0 or strict.low <= 0 <= strict.high:
        return []
    _, interval = _against_others(facts, judged, last, 0.95)
    apart = difference(
        recalls[last], scores[last].recall_interval, recalls[next_to_it], scores[next_to_it].recall_interval
    )
    clear = apart.low > 0 or apart.high < 0
    values = {
        "recall": recalls[last],
        "support": scores[last].support,
        "difference": recalls[last] - mean,
        "next": recalls[next_to_it],
        "clear": clear,
    }
    intervals = {"recall": scores[last].recall_interval, "difference": interval}
    genres = (last,) if clear else (last, next_to_it)
    return [Finding(kind, facts.page_of(last), values, intervals, genres)]


def _against_others(facts: Facts, judged: list[int], genre: int, confidence: float) -> tuple[float, Interval]:
    """Return the mean recall of the other genres, and the interval of the genre's own recall less that."""
    rates, lows, highs = [], [], []
    own, of_own = 0.0, Interval(0.0, 1.0)
    for g in judged:
        among = facts.y_true == g
        rate = float(facts.right[among].mean())
        interval = trials(facts.right, among, facts.groups).interval(confidence)
        if g == genre:
            own, of_own = rate, interval
            continue
        rates.append(rate)
        lows.append(rate - interval.low)
        highs.append(interval.high - rate)
    mean = sum(rates) / len(rates)
    of_mean = Interval(mean - math.hypot(*lows) / len(rates), mean + math.hypot(*highs) / len(rates))
    return mean, difference(own, of_own, mean, of_mean)


def predicted_counts(facts: Facts) -> list[Finding]:
    """Name the genres that are predicted much too often or too rarely, or never.

    Of the tracks that are of the genre or called it, but not both, about as many should be of either sort: McNemar's
    exact test, where tracks come in groups that of the groups' sums (`sign_flip_p`), by Holm over the genres.
    """
    k = len(facts.counts)
    p = holm(np.array([_mcnemar(facts, g) for g in range(k)]))
    support, predicted = facts.counts.sum(axis=1), facts.counts.sum(axis=0)
    clear = [g for g in range(k) if p[g] < LEVEL and support[g]]
    never = tuple(g for g in clear if not predicted[g])
    found = []
    if never:
        values = {"support": int(support[list(never)].sum())}
        found.append(Finding("never_predicted", facts.matrix((never, None)), values, {}, never))
    seen = [g for g in clear if predicted[g]]
    ratios: FloatArray = predicted / np.maximum(support, 1)
    ends: tuple[tuple[Kind, list[int]], ...] = (
        ("over_predicted", sorted((g for g in seen if ratios[g] > 1), key=lambda g: -ratios[g])),
        ("under_predicted", sorted((g for g in seen if ratios[g] < 1), key=lambda g: ratios[g])),
    )
    for kind, named in ends:
        if named:
            g = named[0]
            values = {"predicted": int(predicted[g]), "support": int(support[g])}
            cell = (None, g) if kind == "over_predicted" else (g, None)
            found.append(Finding(kind, facts.matrix(cell), values, {}, (g,)))
    return found


def _mcnemar(facts: Facts, genre: int) -> float:
    apart = (facts.y_pred == genre).astype(np.int64) - (facts.y_true == genre)
    if facts.groups is None:
        return sign_flip_p(apart)
    return sign_flip_p(np.bincount(np.unique(facts.groups, return_inverse=True)[1], apart).astype(np.int64))
