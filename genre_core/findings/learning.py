"""Rules about how the run was trained: overfitting, stopped too early, best too early.

The best epoch was chosen among all by its validation score, so it looks better than it is. What went on before and
after is judged by the epochs beside it, and intervals of epochs cover 99 %.
"""

import numpy as np

from genre_core.data.dataset import FloatArray
from genre_core.findings.facts import Facts, Learning, earlier_epoch
from genre_core.findings.finding import Evidence, Finding
from genre_core.findings.rates import difference, paired_difference

SURE = 0.99
FEWEST_EPOCHS = 4


def overfitting(facts: Facts) -> list[Finding]:
    """Say by how much the run is better on the tracks it learned from."""
    if facts.training is None:
        return []
    scores, seen = facts.evaluation, facts.training
    interval = difference(seen.accuracy, seen.interval, scores.accuracy, scores.accuracy_interval)
    if interval.low <= 0:
        return []
    values = {"training": seen.accuracy, "here": scores.accuracy, "gap": seen.accuracy - scores.accuracy}
    intervals = {"gap": interval, "training": seen.interval, "here": scores.accuracy_interval}
    return [Finding("overfitting", Evidence("train", facts.part), values, intervals)]


def still_improving(facts: Facts) -> list[Finding]:
    """Say so where the limit on epochs ended a training whose last quarter still brought something."""
    learning = facts.learning
    if learning is None or not learning.stopped_by_limit or learning.n_epochs < FEWEST_EPOCHS:
        return []
    before = earlier_epoch(learning.n_epochs)
    late = _mean(learning, learning.n_epochs - 1, learning.n_epochs)
    gain, interval = paired_difference(late, _mean(learning, before), learning.groups, SURE)
    if interval.low <= 0:
        return []
    values = {"from": before, "to": learning.n_epochs, "gain": gain}
    return [Finding("still_improving", Evidence("train", "validation"), values, {"gain": interval})]


def best_early(facts: Facts) -> list[Finding]:
    """Say so where validation got worse after the best epoch, as the epochs around it and at the end tell."""
    learning = facts.learning
    if learning is None or learning.best_epoch + 1 >= learning.n_epochs - 1:
        return []
    around = [epoch for epoch in (learning.best_epoch - 1, learning.best_epoch + 1) if epoch >= 1]
    late = _mean(learning, learning.n_epochs - 1, learning.n_epochs)
    loss, interval = paired_difference(_mean(learning, *around), late, learning.groups, SURE)
    if interval.low <= 0:
        return []
    values = {"best": learning.best_epoch, "epochs": learning.n_epochs, "loss": loss}
    return [Finding("best_early", Evidence("train", "validation"), values, {"loss": interval})]


def _mean(learning: Learning, *epochs: int) -> FloatArray:
    """Return in which share of the epochs each validation track is right (n,)."""
    share: FloatArray = np.mean([learning.right[epoch] for epoch in epochs], axis=0)
    return share
