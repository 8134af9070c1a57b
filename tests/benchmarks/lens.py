"""How often intervals by row hold the accuracy on tracks by other artists: `python -m tests.benchmarks.lens [SAMPLES]`.

Each sample draws artists and tracks anew; an artist's tracks share an offset. Classifiers are judged on repeated splits
by row, as the lens does. The truth is their mean score over all samples. Intervals promise 95 in 100.
"""

import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.between_groups import group_variances, mean_of, share_of_groups
from genre_core.evaluation.count_statistics import accuracy_of_counts, confusion_counts, macro_f1_of_counts
from genre_core.evaluation.repeated_scores import mean_interval
from tests.benchmarks.report import print_table

Classify = Callable[[FloatArray, IntArray, FloatArray], tuple[IntArray, IntArray | None]]
"""Learned X and y, and X to judge → predictions, and which learned rows they were taken from, if each was from one."""

K, FEATURES = 4, 6
JUDGED, LEARNED = 0.2, 0.64
CASES = ((5, 12, 0.7), (10, 12, 0.7), (10, 12, 1.5), (20, 30, 1.0), (40, 3, 1.0))
"""Artists of a genre, tracks of an artist, and how far artists are apart, in standard deviations of their tracks."""
SPLITS = (3, 5, 10)
NAMES = ("accuracy", "macro_f1")


def nearest_mean(X: FloatArray, y: IntArray, X_test: FloatArray) -> tuple[IntArray, IntArray | None]:
    means = np.stack([X[y == genre].mean(axis=0) for genre in range(K)])
    return ((X_test[:, None] - means) ** 2).sum(axis=2).argmin(axis=1), None


def nearest_neighbour(X: FloatArray, y: IntArray, X_test: FloatArray) -> tuple[IntArray, IntArray | None]:
    nearest = ((X**2).sum(axis=1) - 2 * X_test @ X.T).argmin(axis=1)
    return y[nearest], nearest


def support_vectors(X: FloatArray, y: IntArray, X_test: FloatArray) -> tuple[IntArray, IntArray | None]:
    from sklearn.svm import SVC

    return SVC().fit(X, y).predict(X_test), None


def judge(
    rng: np.random.Generator, artists: int, each: int, spread: float, splits: int, classify: Classify
) -> list[tuple[float, float, float, float, float]]:
    """Return mean and limits without and with other artists, for accuracy and macro-F1, over splits of drawn tracks."""
    y, artist = np.repeat(np.arange(K), artists * each), np.arange(K * artists * each) // each
    X = 2 * np.eye(K, FEATURES)[y] + rng.normal(size=(len(y), FEATURES))
    X += spread * rng.normal(size=(K * artists, FEATURES))[artist]
    scores = dict[str, list[float]]({name: [] for name in NAMES})
    variances = dict[str, list[float | None]]({name: [] for name in NAMES})
    share, n = share_of_groups(artist), len(y)
    for _ in range(splits):
        order = rng.permutation(n)
        judged, learned = order[: round(JUDGED * n)], order[round(JUDGED * n) : round((JUDGED + LEARNED) * n)]
        y_true, (y_pred, rows) = y[judged], classify(X[learned], y[learned], X[judged])
        nearest = None if rows is None else (y[learned][rows], artist[learned][rows])
        known = group_variances(y_true, y_pred, K, artist[judged], nearest)
        counts = confusion_counts(y_true, y_pred, K)
        for name, measure in zip(NAMES, (accuracy_of_counts, macro_f1_of_counts), strict=True):
            scores[name].append(float(measure(counts)))
            one = known[name]
            variances[name].append(None if one is None else one * share)
    found = []
    for name in NAMES:
        groups = mean_of(variances[name], K * artists - K)
        before, after = (mean_interval(scores[name], JUDGED / LEARNED, 0, of) for of in (None, groups))
        assert before is not None
        assert after is not None
        found.append((float(np.mean(scores[name])), before.low, before.high, after.low, after.high))
    return found


def held(found: npt.NDArray[np.float64], at: int) -> str:
    """Return how often the limits in two columns from `at` hold the mean of the first column."""
    truth = found[:, 0].mean()
    return f"{100 * ((found[:, at] <= truth) & (truth <= found[:, at + 1])).mean():.1f} %"


def main() -> None:
    samples, rng = int(sys.argv[1]) if len(sys.argv) > 1 else 400, np.random.default_rng(0)
    rows = []
    for classify in (nearest_mean, support_vectors, nearest_neighbour):
        for artists, each, spread in CASES:
            for splits in SPLITS:
                draw = partial(judge, rng, artists, each, spread, splits, classify)
                found = np.array([draw() for _ in range(samples)])
                what = f"{classify.__name__}, {artists} artists of {each} tracks, spread {spread}, {splits} splits"
                rows.append([what, *(held(found[:, name], at) for name in (0, 1) for at in (1, 3))])
                print(*rows[-1], sep="  ", flush=True)
    print_table(["interval by row", "accuracy without", "with", "macro-F1 without", "with"], rows)


if __name__ == "__main__":
    main()
