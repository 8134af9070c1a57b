"""Rules about the run as a whole: against guessing, against the best possible, and how far its score holds."""

import numpy as np

from genre_core.data.dataset import FloatArray
from genre_core.evaluation.count_statistics import Counts, accuracy_of_counts, macro_f1_of_counts
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.resampled_matrices import resampled_matrices
from genre_core.findings.facts import Facts
from genre_core.findings.finding import Evidence, Finding
from genre_core.findings.rates import difference, paired_difference
from genre_core.text import nothing_told

FEW_POINTS = 0.05
"""A score that is less sure than that to either side tells little."""
IMBALANCE = 2.0
"""How many times as common as the rarest genre the most common is where rare ones may suffer."""


def all_right(facts: Facts) -> list[Finding]:
    """Say that every track is recognized, and what its true accuracy is at least."""
    scores = facts.evaluation
    if scores.confusion_matrix.correct < scores.n:
        return []
    values = {"n": scores.n, "accuracy": scores.accuracy}
    return [Finding("all_right", facts.matrix(), values, {"accuracy": scores.accuracy_interval})]


def training(facts: Facts) -> list[Finding]:
    """Say what became of the training, but where other findings say it: few tracks, or as good as possible."""
    found = facts.diagnosis
    if found is None or found.kind in ("too_few", "as_good_as_possible"):
        return []
    return [Finding("training", Evidence("train", facts.part), {}, diagnosis=found.sentence)]


def leaky(facts: Facts) -> list[Finding]:
    """Say that the split tears apart what belongs together."""
    if not facts.leaky:
        return []
    return [Finding("leaky", Evidence("lens", facts.part), dict(facts.straddlers))]


def few_tracks(facts: Facts) -> list[Finding]:
    """Say so where the accuracy could lie five points and more to either side."""
    interval = facts.evaluation.accuracy_interval
    half = (interval.high - interval.low) / 2
    if half < FEW_POINTS:
        return []
    values = {"n": facts.evaluation.n, "half": half}
    if facts.groups is not None:
        values["groups"] = len(np.unique(facts.groups))
    return [Finding("few_tracks", facts.matrix(), values, {"accuracy": interval})]


def majority(facts: Facts) -> list[Finding]:
    """Compare with always answering the most common genre, on the same tracks."""
    scores = facts.evaluation
    shares = facts.counts.sum(axis=1) / scores.n
    genre = int(np.abs(shares - scores.majority_accuracy).argmin())
    gain, interval = paired_difference(facts.right, facts.y_true == genre, facts.groups)
    if nothing_told(interval):
        return []
    values = {"majority": scores.majority_accuracy, "gain": gain}
    return [Finding("majority", facts.matrix(), values, {"gain": interval})]


def shortfall(facts: Facts) -> list[Finding]:
    """Say how far the run is below the best possible on the same tracks, or that it cannot be told from it."""
    if facts.best is None:
        return []
    best = facts.best == facts.y_true
    gap, interval = paired_difference(best, facts.right, facts.groups)
    if nothing_told(interval) or (interval.high < 0 and not facts.knows_more):
        return []  # luck: nothing does better in the long run
    return [Finding("shortfall", facts.matrix(), {"best": float(best.mean()), "gap": gap}, {"gap": interval})]


def macro_f1(facts: Facts) -> list[Finding]:
    """Say so where genres are unequally common and macro-F1 lies below accuracy by a point at least."""
    scores, support = facts.evaluation, facts.counts.sum(axis=1)
    there = support[support > 0]
    if len(there) < 2 or there.max() < IMBALANCE * there.min() or not 0 < scores.confusion_matrix.correct < scores.n:
        return []
    again = resampled_matrices(facts.y_true, facts.y_pred, len(support), facts.groups)
    interval = again.interval(_carried, -1.0, 1.0)
    if interval.low < 0.01:
        return []
    f1 = [2.0 if not n or score.f1 is None else score.f1 for n, score in zip(support, scores.per_genre, strict=True)]
    worst = int(np.argmin(f1))
    values = {"accuracy": scores.accuracy, "macro_f1": scores.macro_f1, "worst_f1": f1[worst]}
    values["gap"] = scores.accuracy - scores.macro_f1
    return [Finding("macro_f1", facts.page_of(worst), values, {"gap": interval}, (worst,))]


def _carried(counts: Counts) -> FloatArray:
    return accuracy_of_counts(counts) - macro_f1_of_counts(counts)


def label_noise(facts: Facts) -> list[Finding]:
    """Say how often the run is right about true genres, where it is judged by labels that are wrong now and then."""
    if facts.true_genres is None:
        return []
    by_genre = facts.y_pred == facts.true_genres
    gain, interval = paired_difference(by_genre, facts.right, facts.groups)
    if not beyond(interval):
        return []
    values = {
        "accuracy": float(by_genre.mean()),
        "gain": gain,
        "wrong": float((facts.true_genres != facts.y_true).mean()),
    }
    return [Finding("label_noise", Evidence("evaluate", facts.part, "matrix", clean=True), values, {"gain": interval})]


def part_gap(facts: Facts) -> list[Finding]:
    """Compare the part looked at with validation, by which the best epoch was chosen."""
    if facts.validation is None:
        return []
    scores, seen = facts.evaluation, facts.validation
    interval = difference(seen.accuracy, seen.interval, scores.accuracy, scores.accuracy_interval)
    if not beyond(interval):
        return []
    values = {"validation": seen.accuracy, "here": scores.accuracy, "gap": seen.accuracy - scores.accuracy}
    evidence = Evidence("evaluate", "validation", "matrix", clean=facts.clean)
    intervals = {"gap": interval, "here": scores.accuracy_interval, "validation": seen.interval}
    return [Finding("part_gap", evidence, values, intervals)]


def beyond(interval: Interval) -> bool:
    """Say whether an interval of a difference leaves zero out."""
    return interval.low > 0 or interval.high < 0
