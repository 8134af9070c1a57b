"""How near the score to expect of a search's winner is to its true accuracy, and how often its interval holds it.

Nothing is trained. Trials differ in what they reach and how fast; once there, their epochs are equal but for noise. A
track is easy or hard for all trials, more or less so for each, and after each epoch by a little luck that lasts a few
epochs. Validation tracks choose the epoch of each trial and then the trial, as a search does; where trials are pruned,
one that falls behind the median of those before it is ended.

python -m tests.benchmarks.picking [SEARCHES]
"""

import sys
import time
from itertools import product

import numpy as np
from scipy.special import ndtri

from genre_core.data.dataset import FloatArray
from genre_core.evaluation.intervals import Mask
from genre_core.studies.tuning.optimism import Choice, Optimism, by_accuracy
from genre_core.studies.tuning.pruning import Pruning
from tests.benchmarks.report import print_table

EPOCHS, TOP, START = 40, 0.72, 0.15
COMMON, OWN, LASTING = 0.6, 0.25, 0.7
"""Shares of a track's ease that all trials and that all epochs of a trial have in common; what lasts an epoch."""
TRACKS = (60, 120, 240, 1200)
SETTINGS = ((30, 0.0, False), (30, 0.05, False), (30, 0.05, True), (8, 0.05, False), (100, 0.02, True))
"""Trials, how much what they reach differs, and whether they are pruned."""


def drawn(rng: np.random.Generator, trials: int, apart: float, n: int) -> tuple[FloatArray, Mask]:
    """Return true accuracies (trials, EPOCHS), and which of n tracks are right then (trials, EPOCHS, n)."""
    reached, speed = TOP - np.abs(rng.normal(0, apart, trials)), rng.uniform(2, 8, trials)
    still = np.exp(-np.arange(1, EPOCHS + 1) / speed[:, None])
    truth = reached[:, None] - (reached[:, None] - START) * still
    luck = rng.standard_normal((trials, EPOCHS, n), dtype=np.float32)
    for epoch in range(1, EPOCHS):
        luck[:, epoch] = LASTING * luck[:, epoch - 1] + np.sqrt(1 - LASTING**2) * luck[:, epoch]
    hard = np.sqrt(COMMON) * rng.standard_normal(n) + np.sqrt(OWN) * rng.standard_normal((trials, 1, n))
    return truth, hard + np.sqrt(1 - COMMON - OWN) * luck < ndtri(truth)[:, :, None]


def kept(accuracies: FloatArray) -> list[int]:
    """Return the trials that are trained to the end where those behind are not."""
    pruning, ended = Pruning(maximize=True), []
    for trial, values in enumerate(accuracies):
        for epoch, value in enumerate(values, 1):
            pruning.learn(trial, {epoch: value})
            if pruning.falls_behind(trial, epoch):
                break
        else:
            pruning.finish(trial)
            ended.append(trial)
    return ended


def estimated(choice: Choice, right: Mask) -> Optimism:
    """Return what is left of the best of trials (trials, EPOCHS, n), each at its best epoch."""
    best = right.mean(axis=2).argmax(axis=1)
    judged = [choice.judge(one[epoch].astype(int), one, one) for one, epoch in zip(right, best, strict=True)]
    found = choice.best(judged, of_epochs=True)
    assert found is not None
    return found


def searched(seed: int, trials: int, apart: float, n: int, *, pruned: bool) -> tuple[float, float, bool]:
    """Return how far too high one winner's score and the score to expect are, and whether its interval holds."""
    truth, right = drawn(np.random.default_rng(seed), trials, apart, n)
    if pruned:
        ended = kept(right.mean(axis=2))
        truth, right = truth[ended], right[ended]
    at = np.unravel_index(right.mean(axis=2).argmax(), truth.shape)
    found = estimated(by_accuracy(np.ones(n, dtype=np.int64)), right)
    low, high = found.interval
    return found.chosen - truth[at], found.corrected - truth[at], bool(low <= truth[at] <= high)


def main(searches: int = 400) -> None:
    """Print bias and coverage by the number of validation tracks, and how long one estimate takes."""
    rows = []
    for (trials, apart, pruned), n in product(SETTINGS, TRACKS):
        times = max(200, searches * 240 // n)
        found = np.array([searched(seed, trials, apart, n, pruned=pruned) for seed in range(times)])
        chosen, left, held = 100 * found.mean(axis=0)
        error = 196 * found[:, 1].std(ddof=1) / np.sqrt(times)
        name = f"{trials} trials, apart by {100 * apart:.0f} points{', pruned' if pruned else ''}, {n} tracks"
        rows.append((name, f"{chosen:+.1f}", f"{left:+.2f} ± {error:.2f}", f"{held:.1f} %"))
        print(*rows[-1], sep="  ", flush=True)
    print_table(("search", "as chosen, points too high", "to expect", "interval holds"), rows)
    _, right = drawn(np.random.default_rng(0), 200, 0.05, 1200)
    began = time.process_time()
    estimated(by_accuracy(np.ones(1200, dtype=np.int64)), right)
    print(f"200 trials of {EPOCHS} epochs on 1,200 tracks: {time.process_time() - began:.2f} s of the processor")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]))
