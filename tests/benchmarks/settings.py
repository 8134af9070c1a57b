"""How often settings are said to be better, or the same: `python -m tests.benchmarks.settings [SAMPLES]`.

Each sample draws tracks anew and splits them repeatedly; two nearest-mean classifiers learn from the same parts. Both
use the features that tell, and each some of its own that tell nothing, so that they are equally good in the long run;
to be worse by a known difference, the second then forgets some of its answers. Of equal settings at most 5 in 100 are
to be told apart.
"""

import sys
from collections import Counter
from itertools import product

import numpy as np

from genre_core.evaluation.practical import REGION, practical
from genre_core.evaluation.repeated_scores import paired_scores
from tests.benchmarks.report import print_table

TOLD, USELESS = 3, 4
JUDGED, LEARNED = 0.2, 0.64
"""Shares of the tracks that are judged and learned from."""
CASES = tuple(product((600, 3000, 12_000), (3, 10)))
"""Numbers of tracks and of splits."""


def differences(rng: np.random.Generator, n: int, k: int, worse: float) -> tuple[list[float], list[float]]:
    """Return accuracies (k,) of both on k splits of n drawn tracks; the second is worse by `worse` in the long run."""
    y = np.arange(n) % 2
    X = rng.normal(size=(n, TOLD + 2 * USELESS))
    X[:, :TOLD] += 0.8 * y[:, None]
    accuracy = 0.757  # of the nearest mean where it is known
    forgotten = worse / (accuracy - 0.5)
    own = [np.arange(TOLD + USELESS), np.r_[:TOLD, TOLD + USELESS : TOLD + 2 * USELESS]]
    scores: tuple[list[float], list[float]] = ([], [])
    for _ in range(k):
        order = rng.permutation(n)
        judged, learned = order[: round(JUDGED * n)], order[round(JUDGED * n) : round((JUDGED + LEARNED) * n)]
        for number, features in enumerate(own):
            seen, labels = X[np.ix_(learned, features)], y[learned]
            means = np.stack([seen[labels == genre].mean(axis=0) for genre in (0, 1)])
            guess = (X[np.ix_(judged, features)] - means.mean(axis=0)) @ (means[1] - means[0]) > 0
            if number:
                lost = rng.random(len(guess)) < forgotten
                guess = np.where(lost, rng.random(len(guess)) < 0.5, guess)
            scores[number].append(float((guess == y[judged]).mean()))
    return scores


def answers(rng: np.random.Generator, n: int, k: int, worse: float, region: float, samples: int) -> Counter[str]:
    """Return how often each answer is given."""
    found = Counter[str]()
    for _ in range(samples):
        paired = paired_scores(*differences(rng, n, k, worse), JUDGED / LEARNED)
        assert paired is not None
        found[practical(paired, region).kind] += 1
    return found


def main() -> None:
    samples, rng = int(sys.argv[1]) if len(sys.argv) > 1 else 400, np.random.default_rng(0)
    rows = []
    for worse, region, (n, k) in product((0.0, 0.4 * REGION, 3 * REGION), (0.0, REGION), CASES):
        found = answers(rng, n, k, worse, region, samples)
        kinds = (found["first"], found["second"], found["same"], found["undecided"])
        about = f"{100 * worse:.1f} points, region ±{100 * region:g}, {n:,} tracks, {k} splits"
        rows.append([about, *(f"{100 * times / samples:.1f} %" for times in kinds)])
    print_table(["first better by", "first", "second", "same", "cannot be told"], rows)


if __name__ == "__main__":
    main()
