"""Optimism of picking the best of many.

The best of n noisy scores is partly the luckiest. I. Tsamardinos, E. Greasidou and G. Borboudakis, "Bootstrapping the
out-of-sample predictions for efficient and accurate cross-validation", Machine Learning 107 (2018), their BBC-CV: draw
the judged tracks anew with replacement, pick the configuration that is best on those drawn, and score it on those that
were not. The mean over many draws is the score to expect of the winner on tracks that did not choose it.

It corrects for the choice among trials. That each trial chose its own best epoch on the same tracks flatters a little
more, and is not in it where the split's validation part judges.
"""

from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.intervals import Scorer, drawn_weights, middle
from genre_core.studies.study import Plain

RESAMPLES = 400


@dataclass(frozen=True)
class Optimism(Plain):
    """The winner's score as it was chosen, and what is left of it: the mean over tracks that did not choose.

    `interval` holds 95 % of the scores over the draws, as the authors propose for their estimate.
    """

    n_trials: int
    chosen: float
    corrected: float
    interval: tuple[float, float]

    @property
    def size(self) -> float:
        """Return by how much having picked the best flatters; never below 0 in the direction of the objective."""
        return abs(self.chosen - self.corrected)


def corrected_best(
    scorer: Scorer, n: int, groups: IntArray | None = None, *, maximize: bool = True, seed: int = 0
) -> Optimism:
    """Return what is left of the best trial's score; `n` tracks judged all trials, in groups (n,) if they have any."""
    sign = 1.0 if maximize else -1.0
    whole = scorer(np.ones((1, n)))[0]
    found: list[FloatArray] = []
    for drawn in drawn_weights(n, groups, RESAMPLES, seed):
        left = (drawn == 0).astype(np.float64)
        kept = left.sum(axis=1) > 0
        drawn, left = drawn[kept], left[kept]
        if not len(drawn):
            continue
        picked = np.argmax(sign * scorer(drawn), axis=1)
        found.append(scorer(left)[np.arange(len(drawn)), picked])
    scores = np.concatenate(found) if found else np.array([np.nan])
    chosen = float(whole[np.argmax(sign * whole)])
    # An estimate above what was seen is noise of the draws: having picked never makes a score too low.
    corrected = sign * min(sign * float(np.nanmean(scores)), sign * chosen)
    interval = middle(scores)
    return Optimism(len(whole), chosen, corrected, (interval.low, interval.high))


def mean_scorer(values: FloatArray) -> Scorer:
    """Return the scorer of a mean over tracks: values (n, n_trials), such as right or wrong, or each track's loss."""

    def score(weights: FloatArray) -> FloatArray:
        means: FloatArray = (weights @ values) / weights.sum(axis=1, keepdims=True)
        return means

    return score
