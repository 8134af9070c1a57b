"""Whether two parts of a split look alike, feature by feature."""

from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import Dataset, IntArray, Part
from genre_core.data.splitting import Split
from genre_core.evaluation.holm import holm
from genre_core.inspection.sampling import MAX_ROWS, one_of_each, sample


@dataclass(frozen=True)
class Drift:
    """How one feature differs between two parts.

    `statistic` is Kolmogorov and Smirnov's: the largest difference of the two distributions, in [0, 1]. `p` is its
    p-value, `adjusted` that after Holm's adjustment over all features. The medians are of the two parts.
    """

    feature: str
    statistic: float
    p: float
    adjusted: float
    first_median: float
    second_median: float


@dataclass(frozen=True)
class Drifts:
    """How two parts of a split differ, the feature that differs most first.

    One row of each group is compared (pieces of one track are no independent evidence): `n` of each part, of `n_total`.
    """

    parts: tuple[Part, Part]
    features: tuple[Drift, ...]
    n: tuple[int, int]
    n_total: tuple[int, int]


def drifts(dataset: Dataset, split: Split, parts: tuple[Part, Part] = ("train", "test"), seed: int = 0) -> Drifts:
    """Compare each feature's distribution in two parts; missing values are left out."""
    rows = [sample(one_of_each(dataset, split[part]), MAX_ROWS, seed) for part in parts]
    tests = [_compare(dataset, position, rows) for position in range(len(dataset.features))]
    adjusted = holm(np.array([test[1] for test in tests]))
    found = [
        Drift(name, statistic, p, float(level), first, second)
        for name, (statistic, p, first, second), level in zip(dataset.features, tests, adjusted, strict=True)
    ]
    found.sort(key=lambda drift: (drift.p, -drift.statistic))
    n, n_total = (len(rows[0]), len(rows[1])), (len(split[parts[0]]), len(split[parts[1]]))
    return Drifts(parts, tuple(found), n, n_total)


def _compare(dataset: Dataset, position: int, rows: list[IntArray]) -> tuple[float, float, float, float]:
    """Return statistic, p-value and the two medians of a feature."""
    from scipy.stats import ks_2samp

    first, second = (dataset.X[part, position] for part in rows)
    first, second = first[~np.isnan(first)], second[~np.isnan(second)]
    if not len(first) or not len(second):
        return 0.0, 1.0, float("nan"), float("nan")
    found = ks_2samp(first, second, method="asymp")
    return float(found.statistic), float(found.pvalue), float(np.median(first)), float(np.median(second))
