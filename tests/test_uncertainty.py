"""Intervals: known values, coverage in simulation, and respect for groups."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.evaluation.count_statistics import accuracy_of_counts, macro_f1_of_counts
from genre_core.evaluation.grouped_share import GroupedShare
from genre_core.evaluation.intervals import Interval, grouped_interval, mean_interval, middle, share_interval, wilson
from genre_core.evaluation.metrics import METRICS
from genre_core.evaluation.resampled_matrices import resampled_matrices
from tests.benchmarks.coverage import of_mid_p
from tests.test_metrics import REFERENCE


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


def _clustered(rng, n_groups, size, rate, correlation):
    """Return successes per group whose rates scatter around `rate`."""
    total = (1 - correlation) / correlation
    return rng.binomial(size, rng.beta(rate * total, (1 - rate) * total, n_groups))


def _interval(successes, size):
    return grouped_interval(GroupedShare(np.asarray(successes), np.full(len(successes), size)))


def test_the_law_of_a_grouped_share_is_that_of_a_plain_sum_over_both_unknowns():
    from scipy.stats import betabinom

    successes, sizes = np.array([3, 8, 5, 9, 1, 0]), np.array([10, 10, 10, 10, 10, 0])
    share = np.sin((np.arange(400) + 0.5) / 400 * np.pi / 2) ** 2  # Jeffreys' prior is flat in the arcsine
    rho = ((np.arange(300) + 0.5) / 300) ** (4 / 3)  # and Beta(3/4, 1) in this power
    a, b = (p[:, None] * (1 - rho) / rho for p in (share, 1 - share))
    likelihood = np.prod([betabinom.pmf(s, n, a, b) for s, n in zip(successes, sizes, strict=True)], axis=0)
    below = likelihood.sum(axis=1).cumsum() / likelihood.sum()
    expected = [share[np.searchsorted(below, p)] for p in (0.025, 0.5, 0.975)]
    found = GroupedShare(successes, sizes)
    assert [found.quantile(p) for p in (0.025, 0.5, 0.975)] == pytest.approx(expected, abs=0.006)
    assert found.below(expected[0]) == pytest.approx(0.025, abs=0.003)


def test_a_grouped_share_is_that_of_all_trials_where_large_groups_succeed_more_often():
    found = GroupedShare(np.repeat([36, 1], 10), np.repeat([40, 4], 10))  # 370 of 440; the mean group has 57.5 %
    interval = grouped_interval(found)
    assert interval.low < 0.8 < 370 / 440 < 0.87 < interval.high
    assert found.quantile(0.5) == pytest.approx(370 / 440, abs=0.02)
    assert found.below(found.quantile(0.2)) == pytest.approx(0.2)


@pytest.mark.parametrize("correlation", [0.05, 0.3])
@pytest.mark.parametrize("rate", [0.03, 0.5, 0.97])
@pytest.mark.parametrize("n_groups", [5, 8, 20])
def test_the_interval_of_a_grouped_share_covers_it(n_groups, rate, correlation):
    rng = np.random.default_rng(0)
    found = [_interval(_clustered(rng, n_groups, 15, rate, correlation), 15) for _ in range(300)]
    assert np.mean([interval.low <= rate <= interval.high for interval in found]) > 0.9


def test_one_error_more_never_says_more_of_a_grouped_share():
    lows = [_interval([15] * 9 + [15 - wrong], 15).low for wrong in range(16)]
    assert lows == sorted(lows, reverse=True)
    assert lows[0] > 0.8
    assert _interval([15] * 10, 15).high == 1.0
    assert _interval([0] * 10, 15) == Interval(0.0, pytest.approx(1 - lows[0]))


def test_fewer_than_five_groups_tell_nothing():
    assert _interval([15, 14, 15, 15], 15) == Interval(0.0, 1.0)
    hits, groups = np.ones(60, dtype=bool), np.repeat(np.arange(6), 10)
    assert share_interval(hits, groups < 4, groups) == Interval(0.0, 1.0)
    assert share_interval(hits, groups < 5, groups).low > 0.5
    assert share_interval(hits, groups < 0, groups) == Interval(0.0, 1.0)


def test_groups_of_one_track_and_a_great_many_groups_are_like_tracks_that_stand_alone():
    plain = wilson(480, 600)
    assert _interval([1] * 480 + [0] * 120, 1) == Interval(
        pytest.approx(plain.low, abs=2e-3), pytest.approx(plain.high, abs=2e-3)
    )
    rng = np.random.default_rng(1)
    many = grouped_interval(GroupedShare(rng.binomial(10, 0.8, 3000), np.full(3000, 10)))
    assert many.high - many.low == pytest.approx(2 * 1.96 * (0.16 / 30_000) ** 0.5, rel=0.1)


def _predictions(rng, n, k=8, rate=0.75):
    y_true = rng.integers(k, size=n)
    return y_true, np.where(rng.random(n) < rate, y_true, rng.integers(k, size=n))


@pytest.mark.parametrize("k", [2, 5, 8])
def test_count_statistics_agree_with_scikit_learn(k):
    y_true, y_pred = _predictions(np.random.default_rng(k), 60, k)
    y_true[y_true == 1], y_pred[y_pred == 0] = 0, 1  # a genre without a track, and one that is never predicted
    counts = np.bincount(y_true * k + y_pred, minlength=k * k).reshape(1, k, k)
    for metric in METRICS.values():
        if metric.of_counts is not None:
            assert metric.of_counts(counts) == pytest.approx(
                [REFERENCE[metric.name](y_true, np.eye(k)[y_pred])], abs=1e-12
            )


def test_accuracy_of_resampled_matrices_is_near_wilson_where_tracks_are_independent():
    y_true, y_pred = _predictions(np.random.default_rng(1), 1200)
    interval = resampled_matrices(y_true, y_pred, 8).interval(accuracy_of_counts)
    expected = wilson(int((y_true == y_pred).sum()), 1200)
    assert [interval.low, interval.high] == pytest.approx([expected.low, expected.high], abs=0.006)


def test_copies_of_tracks_in_groups_tell_no_more_than_one_of_each():
    y_true, y_pred = _predictions(np.random.default_rng(3), 300)
    groups = np.repeat(np.arange(300), 10)
    many = np.repeat([y_true, y_pred], 10, axis=1)
    once, copies, unaware = (
        resampled_matrices(*args).interval(macro_f1_of_counts)
        for args in ((y_true, y_pred, 8), (*many, 8, groups), (*many, 8))
    )
    assert [copies.low, copies.high] == pytest.approx([once.low, once.high], abs=0.015)
    assert unaware.high - unaware.low < 0.4 * (copies.high - copies.low)
    renamed = resampled_matrices(*many, 8, groups * 7 + 1000).interval(macro_f1_of_counts)
    assert renamed == copies


def test_groups_that_have_tracks_of_all_genres_are_drawn_whole():
    rng = np.random.default_rng(4)
    y_true, groups = np.tile(np.arange(8), 100), np.repeat(np.arange(100), 8)
    y_pred = np.where(np.repeat(rng.random(100) < 0.7, 8), y_true, (y_true + 1) % 8)  # all right or all wrong
    whole = resampled_matrices(y_true, y_pred, 8, groups).interval(accuracy_of_counts)
    alone = wilson(70, 100)
    assert whole.high - whole.low == pytest.approx(alone.high - alone.low, rel=0.25)


@pytest.mark.parametrize(("n_artists", "each"), [(1, 100), (2, 12), (10, 12)])
def test_macro_f1_covers_that_of_other_artists_and_always_holds_its_estimate(n_artists, each):
    rng, k, covered = np.random.default_rng(5), 8, []
    y_true = np.repeat(np.arange(k), n_artists * each)
    groups = np.arange(len(y_true)) // each
    for _ in range(60):
        likely = rng.beta(0.8 * 3, 0.2 * 3, k * n_artists)[groups]  # a correlation of 1/4 within artists
        y_pred = np.where(rng.random(len(y_true)) < likely, y_true, (y_true + rng.integers(1, k, len(y_true))) % k)
        again = resampled_matrices(y_true, y_pred, k, groups)
        interval, estimate = again.interval(macro_f1_of_counts), float(macro_f1_of_counts(again.counts))
        assert interval.low <= estimate <= interval.high
        covered.append(interval.low <= 0.8 <= interval.high)  # genres are as hard and errors go anywhere
    assert np.mean(covered) > 0.88


def test_macro_f1_covers_where_genres_are_rare():
    rng, sizes = np.random.default_rng(6), np.array([300, 150, 80, 40, 20, 10, 6, 3])
    recalls, k = np.array([0.9, 0.8, 0.85, 0.7, 0.8, 0.6, 0.9, 0.7]), 8
    shares = np.diag(recalls) + (1 - np.eye(k)) * ((1 - recalls) / (k - 1))[:, None]
    true, covered, y_true = float(macro_f1_of_counts(shares * sizes[:, None])), [], np.repeat(np.arange(k), sizes)
    for _ in range(100):
        counts = np.array([rng.multinomial(n, share) for n, share in zip(sizes, shares, strict=True)])
        y_pred = np.repeat(np.tile(np.arange(k), k), counts.ravel())
        interval = resampled_matrices(y_true, y_pred, k).interval(macro_f1_of_counts)
        covered.append(interval.low <= true <= interval.high)
    assert np.mean(covered) > 0.88


def test_what_is_all_right_or_all_wrong_is_not_certain():
    y = np.repeat(np.arange(4), 10)
    right, wrong = (resampled_matrices(y, y_pred, 4).interval(macro_f1_of_counts) for y_pred in (y, (y + 1) % 4))
    assert right.high == 1.0
    assert 0.75 < right.low < 0.99
    assert wrong.low == 0.0
    assert 0.01 < wrong.high < 0.25


def test_the_interval_of_a_mean_is_students_where_nothing_is_skewed_and_knows_groups():
    from scipy.stats import t

    values = np.array([1.0, 3.0, 4.0, 5.0, 7.0])
    low, high = t.interval(0.95, 4, loc=4.0, scale=values.std(ddof=1) / 5**0.5)
    assert mean_interval(values) == Interval(pytest.approx(low), pytest.approx(high))
    in_groups = mean_interval(np.repeat(values, 5), np.repeat(np.arange(5), 5))
    assert [in_groups.low, in_groups.high] == pytest.approx([low, high])
    assert mean_interval(values, lowest=2.5, highest=6.0) == Interval(2.5, 6.0)
    assert mean_interval(values[:2], lowest=0.0).low == 0.0
    assert mean_interval(np.full(5, 4.0)) == Interval(4.0, 4.0)


@pytest.mark.parametrize("n", [20, 40])
def test_the_interval_of_a_mean_loss_covers_it_where_few_tracks_have_a_large_one(n):
    rng = np.random.default_rng(0)
    losses = rng.exponential(size=(600, n)) ** 2  # the mean is 2; Student's interval holds it in 84 of 100
    found = [mean_interval(one, lowest=0.0) for one in losses]
    assert np.mean([interval.low <= 2 <= interval.high for interval in found]) > 0.9
    mirrored = [mean_interval(-one) for one in losses[:20]]
    assert [[-one.high, -one.low] for one in mirrored] == pytest.approx(
        np.array([[one.low, one.high] for one in (mean_interval(x) for x in losses[:20])])
    )


@pytest.mark.parametrize("n_groups", [1, 4])
def test_a_mean_of_too_few_has_no_interval(n_groups):
    values = np.arange(20.0)
    assert mean_interval(values, np.arange(20) % n_groups) == Interval(-math.inf, math.inf)
    assert mean_interval(values, np.arange(20) % n_groups, 0.0) == Interval(0.0, math.inf)
    assert mean_interval(values[:1]) == Interval(-math.inf, math.inf)


def test_few_groups_push_the_ends_of_a_resampled_interval_out():
    values = np.random.default_rng(7).normal(size=4000)
    plain, five = middle(values), middle(values, np.arange(5))
    assert plain.high == pytest.approx(1.96, abs=0.1)
    assert five.high == pytest.approx(2.776 * (5 / 4) ** 0.5, abs=0.4)
    many = middle(values, np.arange(2000))
    assert [many.low, many.high] == pytest.approx([plain.low, plain.high], abs=0.01)


def test_the_coverage_that_whole_counts_leave_is_that_of_the_exact_interval():
    assert of_mid_p(10, 0.5) == pytest.approx(1 - 2 * (1 + 10) / 2**10)  # 0, 1, 9 and 10 of 10 leave a half out
    assert of_mid_p(20, 0.03) > 0.97  # one side cannot miss
