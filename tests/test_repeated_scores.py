"""Means of scores that share tracks: the formula, what it covers, and what it takes to see a difference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestPower

from genre_core.evaluation.intervals import wilson
from genre_core.evaluation.repeated_scores import (
    HeldOut,
    half_width,
    mean_interval,
    paired_scores,
    pooled_score,
    power,
    scores_needed,
)

RATES = st.lists(st.floats(0, 1), min_size=3, max_size=20)


def test_the_corrected_t_test_is_that_of_nadeau_and_bengio():
    # By hand: differences 0.02, 0.04, 0.00, 0.06, 0.03; mean 0.03, variance 0.0005; five folds of 100 tracks.
    # t = 0.03 / sqrt((1/5 + 20/80) · 0.0005) = 2.0; with 4 degrees of freedom p = 0.1161 (a table of Student's t).
    ours, theirs = [0.82, 0.84, 0.80, 0.86, 0.83], [0.80] * 5
    found = paired_scores(ours, theirs, 20 / 80)
    assert found is not None
    assert (found.mean, found.sd**2) == (pytest.approx(0.03), pytest.approx(0.0005))
    assert found.p == pytest.approx(0.1161, abs=5e-5)
    assert found.interval.high == pytest.approx(0.03 + 2.776445 * 0.015, abs=1e-7)
    assert not found.clear


@given(RATES, RATES)
def test_without_overlap_it_is_the_paired_t_test_of_scipy(ours, theirs):
    k = min(len(ours), len(theirs))
    ours, theirs = np.round(ours[:k], 3), np.round(theirs[:k], 3)
    found = paired_scores(ours, theirs, 0.0)
    if found.sd < 1e-9:
        return
    expected = stats.ttest_rel(ours, theirs)
    assert found.p == pytest.approx(expected.pvalue, abs=1e-9)
    limits = expected.confidence_interval(0.95)
    assert (found.interval.low, found.interval.high) == (pytest.approx(limits.low), pytest.approx(limits.high))


@given(RATES, st.floats(0, 1))
def test_swapping_two_configurations_turns_the_signs(values, ratio):
    theirs = list(reversed(values))
    one, other = paired_scores(values, theirs, ratio), paired_scores(theirs, values, ratio)
    assert one.mean == pytest.approx(-other.mean)
    assert one.p == pytest.approx(other.p)
    assert paired_scores(values, values, ratio).p == 1


def test_two_scores_have_no_interval():
    assert mean_interval([0.8, 0.9], 0.25, 100) is None
    assert paired_scores([0.8, 0.9], [0.7, 0.7], 0.25) is None


def test_scores_that_never_vary_at_the_end_of_the_scale_are_not_sure():
    assert mean_interval([1.0, 1.0, 1.0], 0.2, 50).low < 0.95


N_SETS, N = 800, 200


@pytest.fixture(scope="module")
def tracks():
    """Two genres of normal tracks, N_SETS data sets (n_sets, n, 2) of N, each drawn anew."""
    y = np.tile(np.arange(2), (N_SETS, N // 2))
    return np.random.default_rng(0).normal(0, 1, (N_SETS, N, 2)) + 0.7 * y[..., None], y


def right(X, y, judged):
    """Return which tracks `judged` (n,) the nearest of the class means of the others is right about, in each set."""
    means = np.stack(
        [(X * ((y == g) & ~judged)[..., None]).sum(1) / ((y == g) & ~judged).sum(1)[:, None] for g in (0, 1)]
    )
    distances = ((X[None, :, judged] - means[:, :, None]) ** 2).sum(-1)
    return distances.argmin(0) == y[:, judged]


def dealt(rng, k):
    """Return a fold for each track, as many of either genre in each."""
    return np.repeat(rng.permutation(N // 2), 2) % k


def covered(scores, ratio):
    """Return in which share of data sets the interval of scores (n_scores, n_sets) holds the mean over all sets."""
    return np.mean([abs(own.mean() - scores.mean()) <= half_width(own, ratio) for own in scores.T])


@pytest.mark.parametrize(("k", "share"), [(10, 0.1), (5, 0.2), (15, 0.2)])
def test_the_interval_over_random_splits_covers_the_true_accuracy(tracks, k, share):
    """The case that Nadeau and Bengio propose it for: k times a share of the tracks is held out at random."""
    rng, part = np.random.default_rng(1), round(1 / share)
    scores = np.stack([right(*tracks, dealt(rng, part) == 0).mean(1) for _ in range(k)])
    assert 0.93 <= covered(scores, share / (1 - share)) <= 0.97


def test_over_folds_of_one_dealing_it_is_cautious_and_the_more_dealings_the_less(tracks):
    rng, k = np.random.default_rng(1), 5
    folds = [dealt(rng, k) for _ in range(5)]
    scores = np.stack([right(*tracks, fold == f).mean(1) for fold in folds for f in range(k)])
    assert 0.97 <= covered(scores[:k], 1 / (k - 1)) <= 0.995
    assert 0.93 <= covered(scores, 1 / (k - 1)) <= 0.975


@pytest.mark.parametrize(("k", "n_dealings"), [(5, 1), (10, 1), (5, 3)])
def test_the_interval_of_all_held_out_answers_covers_the_true_accuracy(tracks, k, n_dealings):
    rng = np.random.default_rng(2)
    folds = [fold == f for fold in [dealt(rng, k) for _ in range(n_dealings)] for f in range(k)]
    answers = [(np.flatnonzero(judged), right(*tracks, judged)) for judged in folds]
    found = [pooled_score([HeldOut(rows, said[one]) for rows, said in answers]) for one in range(N_SETS)]
    true = np.mean([one.rate for one in found])
    assert 0.93 <= np.mean([one.interval.low <= true <= one.interval.high for one in found]) <= 0.97


@pytest.mark.parametrize(("k", "rho"), [(5, 0.2), (10, 0.2), (20, 0.1)])
def test_the_interval_covers_where_scores_correlate_as_it_supposes(k, rho):
    """Scores of a correlation rho = ratio / (1 + ratio): the model from which Nadeau and Bengio take the interval."""
    rng, ratio = np.random.default_rng(1), rho / (1 - rho)
    shared, own = rng.normal(size=(4000, 1)), rng.normal(size=(4000, k))
    scores = 0.8 + 0.02 * (np.sqrt(rho) * shared + np.sqrt(1 - rho) * own)
    covered = [abs(row.mean() - 0.8) <= half_width(row, ratio) for row in scores]
    assert 0.93 <= np.mean(covered) <= 0.97


def test_tracks_of_one_group_are_drawn_together():
    """Whole artists are right or wrong together: as many independent answers as there are artists, 2 folds of 20."""
    rng, groups = np.random.default_rng(3), np.repeat(np.arange(40), 5)
    found = []
    for hits in rng.random((600, 40)) < 0.7:
        folds = [(groups < 20), (groups >= 20)]
        found.append(pooled_score([HeldOut(np.flatnonzero(f), hits[groups[f]], groups[f]) for f in folds]))
    assert all(one.grouped for one in found)
    assert 0.93 <= np.mean([one.interval.low <= 0.7 <= one.interval.high for one in found]) <= 0.97
    apart = [wilson(one.n_right, one.n) for one in found]
    assert np.mean([one.low <= 0.7 <= one.high for one in apart]) < 0.75


def test_two_equal_configurations_are_called_different_in_one_of_twenty_cases():
    rng = np.random.default_rng(2)
    scores = rng.normal(0.8, 0.01, (2000, 2, 10))
    called = [paired_scores(ours, theirs, 0.0).p < 0.05 for ours, theirs in scores]
    assert 0.035 <= np.mean(called) <= 0.065


def test_on_random_splits_two_equal_classifiers_are_called_different_in_about_one_of_twenty_cases(tracks):
    """One hears the first feature alone, the other the second; without the correction they differ far too often."""
    (X, y), rng = tracks, np.random.default_rng(4)
    splits = [dealt(rng, 5) == 0 for _ in range(10)]
    ours, theirs = (np.stack([right(X[..., [f]], y, judged).mean(1) for judged in splits]) for f in (0, 1))
    pairs = list(zip(ours.T, theirs.T, strict=True))
    assert 0.03 <= np.mean([paired_scores(a, b, 0.25).p < 0.05 for a, b in pairs]) <= 0.07
    assert np.mean([paired_scores(a, b, 0.0).p < 0.05 for a, b in pairs]) > 0.15


@pytest.mark.parametrize("effect", [0.3, 0.8, 1.5])
def test_power_is_that_of_statsmodels(effect):
    k = scores_needed(effect, 1.0)
    assert k == max(3, int(np.ceil(TTestPower().solve_power(effect, power=0.8, alpha=0.05))))
    assert power(effect, 1.0, 0.0, k) == pytest.approx(TTestPower().power(effect, k, 0.05), abs=1e-6)


def test_scores_that_share_tracks_do_not_add_up_for_ever():
    assert scores_needed(0.01, 0.02, 0.25) is None
    assert scores_needed(0.05, 0.01, 0.25) == 3
    assert scores_needed(0.0, 0.01) is None
    assert scores_needed(0.01, 0.0) == 3


def test_so_many_scores_show_the_difference_in_four_of_five_cases():
    rng, sd = np.random.default_rng(3), 0.02
    k = scores_needed(0.015, sd)
    seen = [paired_scores(row, np.zeros(k), 0.0).p < 0.05 for row in rng.normal(0.015, sd, (2000, k))]
    assert 0.78 <= np.mean(seen) <= 0.85
