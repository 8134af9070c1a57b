"""Intervals: known values, coverage in simulation, respect for groups, and speed."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.evaluation.intervals import (
    Interval,
    accuracy_of_counts,
    bootstrap,
    grouped_wilson,
    macro_f1_of_counts,
    wilson,
)


@given(st.integers(1, 5000), st.data(), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_agrees_with_statsmodels(n, data, confidence):
    from statsmodels.stats.proportion import proportion_confint

    successes = data.draw(st.integers(0, n))
    low, high = proportion_confint(successes, n, alpha=1 - confidence, method="wilson")
    interval = wilson(successes, n, confidence)
    assert interval.low == pytest.approx(low, abs=1e-12)
    assert interval.high == pytest.approx(high, abs=1e-12)
    assert 0 <= interval.low <= successes / n <= interval.high <= 1


def test_wilson_of_no_trial_excludes_nothing():
    assert wilson(0, 0) == Interval(0.0, 1.0)


def test_wilson_never_claims_certainty():
    assert wilson(150, 150).low < 0.98
    assert wilson(150, 150).high == 1.0
    assert wilson(0, 150).low == 0.0
    assert wilson(0, 150).high > 0.02


@pytest.mark.parametrize(("rate", "n"), [(0.8, 1200), (0.6, 150), (0.95, 150), (0.5, 20), (0.9, 40)])
def test_wilson_covers_the_true_rate_in_95_of_100_tests(rate, n):
    from scipy.stats import binom

    successes = np.arange(n + 1)
    covered = [interval.low <= rate <= interval.high for interval in (wilson(s, n) for s in successes)]
    # Exact coverage, without chance; it oscillates with n because counts are whole numbers.
    assert 0.92 < binom.pmf(successes, n, rate) @ covered < 0.98


def _clustered(rng, n_groups, size, rate, concentration=2.0):
    """Return successes per group whose rates scatter around `rate`."""
    rates = rng.beta(rate * concentration, (1 - rate) * concentration, n_groups)
    return rng.binomial(size, rates)


def test_grouped_wilson_covers_where_the_plain_one_does_not():
    rng = np.random.default_rng(0)
    sizes = np.full(60, 10)
    grouped, plain = [], []
    for _ in range(1000):
        successes = _clustered(rng, 60, 10, 0.8)
        for covered, interval in (
            (grouped, grouped_wilson(successes, sizes)),
            (plain, wilson(successes.sum(), sizes.sum())),
        ):
            covered.append(interval.low <= 0.8 <= interval.high)
    assert 0.92 < np.mean(grouped) < 0.98
    assert np.mean(plain) < 0.8


def test_grouped_wilson_of_groups_of_one_is_almost_the_plain_one():
    successes = np.repeat([1, 0], [480, 120])
    interval, plain = grouped_wilson(successes, np.ones(600)), wilson(480, 600)
    assert interval.low == pytest.approx(plain.low, abs=1e-3)
    assert interval.high == pytest.approx(plain.high, abs=1e-3)


def test_grouped_wilson_counts_groups_where_all_succeed():
    assert grouped_wilson(np.full(15, 10), np.full(15, 10)) == wilson(15, 15)
    assert grouped_wilson(np.array([0, 0]), np.array([7, 0])) == wilson(0, 1)
    assert grouped_wilson(np.zeros(3), np.zeros(3)) == Interval(0.0, 1.0)


def _predictions(rng, n, k=8, rate=0.75):
    y_true = rng.integers(k, size=n)
    return y_true, np.where(rng.random(n) < rate, y_true, rng.integers(k, size=n))


@pytest.mark.parametrize("k", [2, 5, 8])
def test_count_statistics_agree_with_scikit_learn(k):
    from sklearn.metrics import accuracy_score, f1_score

    y_true, y_pred = _predictions(np.random.default_rng(k), 60, k)
    y_true[y_true == 1], y_pred[y_pred == 1] = 0, 0  # a genre that is nowhere
    counts = np.bincount(y_true * k + y_pred, minlength=k * k).reshape(1, k, k)
    assert accuracy_of_counts(counts) == pytest.approx([accuracy_score(y_true, y_pred)])
    assert macro_f1_of_counts(counts) == pytest.approx([f1_score(y_true, y_pred, average="macro")])


def test_bootstrap_of_accuracy_is_near_wilson_where_tracks_are_independent():
    y_true, y_pred = _predictions(np.random.default_rng(1), 1200)
    interval, expected = bootstrap(accuracy_of_counts, y_true, y_pred), wilson((y_true == y_pred).sum(), 1200)
    assert interval.low == pytest.approx(expected.low, abs=0.006)
    assert interval.high == pytest.approx(expected.high, abs=0.006)


def test_resampled_counts_give_the_interval_that_resampled_rows_give():
    from sklearn.metrics import f1_score

    rng = np.random.default_rng(2)
    y_true, y_pred = _predictions(rng, 200, 4)
    rows = rng.integers(200, size=(600, 200))
    values = [f1_score(y_true[r], y_pred[r], average="macro") for r in rows]
    interval = bootstrap(macro_f1_of_counts, y_true, y_pred, n_resamples=4000)
    assert [interval.low, interval.high] == pytest.approx(np.quantile(values, [0.025, 0.975]), abs=0.015)


def test_bootstrap_by_group_of_copies_is_that_of_one_row_per_group():
    y_true, y_pred = _predictions(np.random.default_rng(3), 300)
    once = bootstrap(macro_f1_of_counts, y_true, y_pred, n_resamples=4000)
    copies = bootstrap(
        macro_f1_of_counts, *np.repeat([y_true, y_pred], 10, axis=1), np.repeat(np.arange(300), 10), 4000
    )
    unaware = bootstrap(macro_f1_of_counts, *np.repeat([y_true, y_pred], 10, axis=1), n_resamples=4000)
    assert [copies.low, copies.high] == pytest.approx([once.low, once.high], abs=0.006)
    assert unaware.high - unaware.low < 0.4 * (copies.high - copies.low)


def test_bootstrap_by_group_covers_the_true_accuracy():
    rng = np.random.default_rng(4)
    covered = []
    for _ in range(300):
        successes = _clustered(rng, 100, 10, 0.8)
        right = (np.arange(10) < successes[:, None]).ravel()
        y_true = np.ones(1000, dtype=np.int64)
        interval = bootstrap(accuracy_of_counts, y_true, y_true * right, np.repeat(np.arange(100), 10), 400)
        covered.append(interval.low <= 0.8 <= interval.high)
    assert 0.90 < np.mean(covered) < 0.98


def test_bootstrap_repeats_with_its_seed():
    y_true, y_pred = _predictions(np.random.default_rng(5), 300)
    assert bootstrap(macro_f1_of_counts, y_true, y_pred) == bootstrap(macro_f1_of_counts, y_true, y_pred)
    assert bootstrap(macro_f1_of_counts, y_true, y_pred) != bootstrap(macro_f1_of_counts, y_true, y_pred, seed=1)


def test_group_names_do_not_matter():
    y_true, y_pred = _predictions(np.random.default_rng(6), 300)
    groups = np.arange(300) // 3
    assert bootstrap(macro_f1_of_counts, y_true, y_pred, groups) == bootstrap(
        macro_f1_of_counts, y_true, y_pred, groups * 7 + 1000
    )


@pytest.mark.parametrize(("n", "limit"), [(1200, 0.5), (30_000, 3.0)])
@pytest.mark.parametrize("per_group", [None, 1, 10])
def test_bootstrap_is_fast_enough_for_a_page(n, limit, per_group):
    y_true, y_pred = _predictions(np.random.default_rng(7), n)
    groups = None if per_group is None else np.arange(n) // per_group
    bootstrap(macro_f1_of_counts, y_true, y_pred, groups, 2)  # the first call imports
    start = time.process_time()
    bootstrap(macro_f1_of_counts, y_true, y_pred, groups)
    assert time.process_time() - start < limit
