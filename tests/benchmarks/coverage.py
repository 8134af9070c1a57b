"""How often intervals hold what they promise where tracks come in groups, and how often findings appear by chance.

`python -m tests.benchmarks.coverage [SAMPLES]` draws groups whose own rates follow a beta law around the true one; the
intraclass correlation says how much they differ. Every interval promises 95 in 100; findings at most 5 in 100.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from itertools import product

import numpy as np

from genre_core.evaluation.calibration import calibration, reliability
from genre_core.evaluation.count_statistics import macro_f1_of_counts
from genre_core.evaluation.grouped_share import GroupedShare
from genre_core.evaluation.intervals import grouped_interval
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.paired import paired_macro_f1
from genre_core.evaluation.rejection import find_threshold
from genre_core.evaluation.report import evaluate
from genre_core.evaluation.resampled_matrices import precision_interval, resampled_matrices
from genre_core.findings.facts import Facts
from genre_core.findings.rules import find
from tests.benchmarks.report import print_table

K = 8
EACH = 12
"""Tracks of an artist."""
CORRELATIONS = (0.02, 0.1, 0.3)
ARTISTS: dict[str, int | Sequence[int]] = {
    "1 artist, 2 in one genre": [2, *(K - 1) * [1]],
    "1 or 2 artists": K // 2 * [1, 2],
    **{f"{n} artists": n for n in (2, 3, 5, 10)},
}
"""Artists in each genre."""


def rates(rng: np.random.Generator, samples: int) -> None:
    """Print the coverage of a share, by the number of groups and their correlation, and in brackets `of_mid_p`.

    The latter is for as many single tracks as the groups are worth: what is above 95 % there is due to counts being
    whole, and no interval that always gives the same limits for the same counts avoids it.
    """
    rows = []
    for n_groups, rate in product((5, 8, 12, 20, 50), (0.03, 0.2, 0.5, 0.8, 0.97)):
        row = [f"{n_groups} groups, share {rate:.2f}"]
        for rho in CORRELATIONS:
            total = (1 - rho) / rho
            held = 0
            for own in rng.beta(rate * total, (1 - rate) * total, (samples, n_groups)):
                successes = rng.binomial(EACH, own)
                interval = grouped_interval(GroupedShare(successes, np.full(n_groups, EACH)))
                held += interval.low <= rate <= interval.high
            worth = round(n_groups * EACH / (1 + (EACH - 1) * rho))
            row.append(f"{100 * held / samples:.1f} % ({100 * of_mid_p(worth, rate):.1f})")
        rows.append(row)
    print_table(["rate", *(f"correlation {rho}" for rho in CORRELATIONS)], rows)


def of_mid_p(n: int, rate: float) -> float:
    """Return how often the exact mid-p interval holds a rate of n single tracks, each side missing 2.5 % at best.

    H. O. Lancaster, "Significance tests in discrete distributions", JASA 56 (1961).
    """
    from scipy.stats import binom

    counts = np.arange(n + 1)
    chance = binom.pmf(counts, n, rate)
    below = binom.cdf(counts, n, rate) - chance / 2
    return float(chance[(below >= 0.025) & (below <= 0.975)].sum())


def alike(
    rng: np.random.Generator, artists: int | Sequence[int], rho: float, rate: float = 0.8
) -> tuple[np.ndarray, ...]:
    """Return genres, answers and artists of a part in which genres are as hard and errors go anywhere.

    There are as many `artists` in each genre, or so many in each of them.
    """
    of_genre = np.broadcast_to(artists, K)
    total, y_true = (1 - rho) / rho, np.repeat(np.arange(K), of_genre * EACH)
    groups = np.arange(len(y_true)) // EACH
    right = rng.random(len(y_true)) < rng.beta(rate * total, (1 - rate) * total, of_genre.sum())[groups]
    return y_true, np.where(right, y_true, (y_true + rng.integers(1, K, len(y_true))) % K), groups


def long_run_f1(artists: int | Sequence[int], rate: float) -> float:
    """Return the macro-F1 in the long run where a share of each genre's tracks is right and errors go anywhere."""
    counts = np.where(np.eye(K), rate, (1 - rate) / (K - 1)) * np.broadcast_to(artists, K)[:, None]
    return float(macro_f1_of_counts(counts))


def macro_f1(rng: np.random.Generator, samples: int) -> None:
    """Print the coverage of macro-F1 over eight genres, which is about 80 % in the long run."""
    rows = []
    for name, artists in ARTISTS.items():
        row, truth = [f"{name} a genre"], long_run_f1(artists, 0.8)
        for rho in CORRELATIONS:
            held = 0
            for _ in range(samples):
                y_true, y_pred, groups = alike(rng, artists, rho)
                interval = resampled_matrices(y_true, y_pred, K, groups).interval(macro_f1_of_counts)
                held += interval.low <= truth <= interval.high
            row.append(f"{100 * held / samples:.1f} %")
        rows.append(row)
    print_table(["macro-F1", *(f"correlation {rho}" for rho in CORRELATIONS)], rows)


def difference_in_macro_f1(rng: np.random.Generator, samples: int) -> None:
    """Print the coverage of the difference of two runs in macro-F1, which are right on 80 and 70 %."""
    rows = []
    for name, artists in ARTISTS.items():
        row, truth = [f"{name} a genre"], long_run_f1(artists, 0.8) - long_run_f1(artists, 0.7)
        for rho in CORRELATIONS:
            held = 0
            for _ in range(samples):
                (y_true, first, groups), (_, second, _) = alike(rng, artists, rho), alike(rng, artists, rho, 0.7)
                interval = paired_macro_f1(y_true, first, second, groups)[1]
                held += interval is not None and interval.low <= truth <= interval.high
            row.append(f"{100 * held / samples:.1f} %")
        rows.append(row)
    print_table(["difference in macro-F1", *(f"correlation {rho}" for rho in CORRELATIONS)], rows)


def precision(rng: np.random.Generator, samples: int) -> None:
    """Print the coverage of a genre's precision, which is 80 % in the long run."""
    rows = []
    for artists in (5, 10, 30):
        row = [f"{artists} artists a genre"]
        for rho in CORRELATIONS:
            held = 0
            for _ in range(samples):
                y_true, y_pred, groups = alike(rng, artists, rho)
                interval = precision_interval(y_true == 0, y_pred == 0, groups)
                held += interval.low <= 0.8 <= interval.high
            row.append(f"{100 * held / samples:.1f} %")
        rows.append(row)
    print_table(["precision", *(f"correlation {rho}" for rho in CORRELATIONS)], rows)


def calibration_error(rng: np.random.Generator, samples: int) -> None:
    """Print the coverage of the calibration error where an artist's tracks come true together, and class by class."""

    def tracks(n_groups: int, each: int, shared: float, too_sure: float) -> tuple[np.ndarray, ...]:
        n, groups = n_groups * each, np.repeat(np.arange(n_groups), each)
        logits = 2.0 * rng.normal(size=(n, 4))
        sorted_prob = -np.sort(-softmax(logits), axis=1)
        luck = np.where(rng.random(n) < shared, rng.random(n_groups)[groups], rng.random(n))
        rank = (sorted_prob.cumsum(axis=1)[:, :-1] < luck[:, None]).sum(axis=1)
        return np.argsort(-logits, axis=1)[np.arange(n), rank], softmax(too_sure * logits), groups

    rows = []
    for too_sure, n_groups in product((1.4, 2.5), (5, 8, 12, 20)):
        y, y_prob, _ = tracks(200_000, 1, 0.0, too_sure)
        truth = reliability(y, y_prob).error
        by_class = float(np.mean([reliability(y, y_prob, genre=genre).error for genre in range(4)]))
        row = [f"{n_groups} groups, error {100 * truth:.1f} %"]
        for shared in (0.2, 0.6):
            held = np.zeros(2)
            for seed in range(samples // 4):
                y, y_prob, groups = tracks(n_groups, EACH, shared, too_sure)
                found = calibration(y, y_prob, groups=groups, seed=seed)
                for at, (error, true) in enumerate(((found.ece, truth), (found.classwise_ece, by_class))):
                    held[at] += error.interval.low <= true <= error.interval.high
            row.append(" and ".join(f"{100 * one / (samples // 4):.1f} %" for one in held))
        rows.append(row)
    print_table(["calibration error, class by class", "20 % come true together", "60 %"], rows)


def guarantees(rng: np.random.Generator, samples: int) -> None:
    """Print how often accuracy is below what a threshold guarantees, where the score says nothing about being right.

    Accuracy is just below the target at each threshold, so that any that is found is wrong.
    """
    rows = []
    for n_groups, target in product((0, 12, 20, 50), (0.5, 0.75, 0.9, 0.95)):
        row = [f"{f'{n_groups} artists' if n_groups else 'single tracks'}, at least {target:.0%}"]
        for n, rho in product((60, 240, 1200), (0.0,)) if not n_groups else product((EACH * n_groups,), CORRELATIONS):
            groups, total = np.arange(n) // EACH, (1 - rho) / rho if rho else 0.0
            short = 0
            for _ in range(samples // 4 if n_groups else samples):
                rate = rng.beta(target * total, (1 - target) * total, n_groups)[groups] if n_groups else target
                right = rng.random(n) < rate - 1e-6
                members = groups if n_groups else None
                short += find_threshold(target, rng.random(n), right, groups=members, surely=True) is not None
            row.append(f"{100 * short / (samples // 4 if n_groups else samples):.1f} %")
        rows.append(row)
    print_table(["guarantees that fail", *("60 tracks, or correlation 0.02", "240, or 0.1", "1,200, or 0.3")], rows)


def findings(rng: np.random.Generator, samples: int) -> None:
    """Print how often each kind of finding about genres appears where genres are exchangeable."""
    rows = []
    for artists in (2, 3, 5, 10):
        seen: Counter[str] = Counter()
        for _ in range(samples):
            y_true, y_pred, groups = alike(rng, artists, 0.2)
            logits = np.log(np.where(np.eye(K, dtype=bool)[y_pred], 0.8, 0.2 / (K - 1)))
            scores = evaluate(y_true, logits, tuple("ABCDEFGH"), majority=0, groups=groups)
            seen.update({found.kind for found in find(Facts("test", scores, y_true, logits, groups))})
        for kind in ("majority", "few_tracks", "few_groups"):  # these say what is true of them
            seen.pop(kind, None)
        by_chance = ", ".join(f"{kind} {100 * n / samples:.1f} %" for kind, n in seen.most_common())
        rows.append([f"{artists} artists a genre", by_chance])
    print_table(["findings", "by chance"], rows)


def main() -> None:
    samples, rng = int(sys.argv[1]) if len(sys.argv) > 1 else 400, np.random.default_rng(0)
    rates(rng, samples)
    macro_f1(rng, samples)
    difference_in_macro_f1(rng, samples)
    precision(rng, samples)
    findings(rng, samples)
    calibration_error(rng, samples)
    guarantees(rng, samples)


if __name__ == "__main__":
    main()
