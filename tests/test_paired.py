"""Whether one classifier is right more often than another: against statsmodels, by enumeration, and by simulation."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score
from statsmodels.stats.contingency_tables import mcnemar

from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.paired import effective_size, matched, paired_macro_f1, sign_flip_p
from tests.benchmarks.coverage import alike as in_genres
from tests.benchmarks.coverage import long_run_f1

ANSWERS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=60)


def alike(rng, n, discordance, apart=0.0, right=0.8):
    """Return whether two classifiers are right, 0 or 1, whose errors go together, `apart` of accuracy between them."""
    told = rng.random(n) < discordance
    first = rng.random(n) < 0.5 + apart / (2 * discordance)
    both = rng.random(n) < right
    return np.where(told, first, both).astype(int), np.where(told, ~first, both).astype(int)


def in_groups(rng, n_groups, size, apart=0.0):
    """Return whether two classifiers are right, and the groups: whole groups favor one of them."""
    lean = np.clip(0.5 + apart + 0.35 * rng.choice([-1, 1], n_groups), 0, 1)
    groups = np.repeat(np.arange(n_groups), size)
    told = rng.random(len(groups)) < 0.4
    first = rng.random(len(groups)) < lean[groups]
    both = rng.random(len(groups)) < 0.7
    return np.where(told, first, both).astype(int), np.where(told, ~first, both).astype(int), groups


@pytest.mark.parametrize("seed", range(8))
def test_single_tracks_have_mcnemars_exact_p(seed):
    rng = np.random.default_rng(seed)
    first, second = alike(rng, 40 * 3**seed % 2000 + 5, 0.15, 0.01 * seed)
    table = [[(first & second).sum(), (first > second).sum()], [(second > first).sum(), 0]]
    assert matched(first, second).p == pytest.approx(mcnemar(table, exact=True).pvalue, abs=1e-12)


@settings(max_examples=60)
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=10))
def test_groups_have_the_p_of_all_ways_to_give_signs(sums):
    array = np.array(sums)
    far = [abs(np.dot(signs, array)) >= abs(array.sum()) for signs in product((-1, 1), repeat=len(array))]
    assert sign_flip_p(array) == pytest.approx(np.mean(far), abs=1e-12)


def test_many_large_groups_have_a_p_that_is_no_less_than_it_can_be():
    sums = np.arange(1, 40)
    assert sign_flip_p(sums) == pytest.approx(2.0**-38, rel=1e-9)
    assert sign_flip_p(np.zeros(5, dtype=int)) == 1.0


@given(ANSWERS, st.booleans())
def test_either_way_round_the_same_difference_comes_out_with_the_other_sign(answers, grouped):
    true, one, two = np.array(answers).T
    groups = np.arange(len(true)) // 3 if grouped else None
    ours, theirs = matched(true == one, true == two, groups), matched(true == two, true == one, groups)
    assert ours.p == theirs.p
    assert ours.interval.low == pytest.approx(-theirs.interval.high)
    assert ours.difference == -theirs.difference
    assert ours.interval.low <= ours.difference <= ours.interval.high
    (f1, limits), (back, back_limits) = paired_macro_f1(true, one, two, groups), paired_macro_f1(true, two, one, groups)
    assert f1 == pytest.approx(-back)
    if limits is not None and f1:
        assert limits.low == pytest.approx(-back_limits.high)


@given(ANSWERS, st.randoms())
def test_the_order_of_tracks_changes_nothing(answers, random):
    true, one, two = np.array(answers).T
    groups = np.arange(len(true)) // 2
    order = list(range(len(true)))
    random.shuffle(order)
    assert matched(true == one, true == two, groups) == matched(
        (true == one)[order], (true == two)[order], groups[order]
    )
    moved = paired_macro_f1(true[order], one[order], two[order], groups[order])
    assert paired_macro_f1(true, one, two, groups) == moved


@given(ANSWERS)
def test_a_run_does_not_differ_from_itself(answers):
    true, one, _ = np.array(answers).T
    same = matched(true == one, true == one)
    assert (same.difference, same.p) == (0, 1)
    assert same.interval.low < 0 < same.interval.high
    assert paired_macro_f1(true, one, one) == (0.0, None)


def test_macro_f1_differs_as_scikit_learn_says():
    rng = np.random.default_rng(1)
    true, one, two = rng.integers(4, size=(3, 200))
    expected = f1_score(true, one, average="macro") - f1_score(true, two, average="macro")
    assert paired_macro_f1(true, one, two)[0] == pytest.approx(expected)


def test_one_artist_a_genre_says_nothing_of_a_difference_in_macro_f1():
    true, groups = np.repeat(np.arange(8), 50), np.repeat(np.arange(8), 50)
    one = np.where(np.arange(400) % 5 > 0, true, (true + 1) % 8)
    assert paired_macro_f1(true, true, one, groups)[1] == Interval(-1.0, 1.0)
    assert paired_macro_f1(true, true, one, groups // 4)[1] == Interval(-1.0, 1.0)  # two groups
    several = paired_macro_f1(true, true, one, np.arange(400) // 7)[1]
    assert 0.0 < several.low < several.high < 1.0


@pytest.mark.parametrize("artists", [2, [2, 2, 2, 2, 1, 1, 1, 1]])
def test_few_artists_a_genre_leave_a_difference_in_macro_f1_within_its_interval(artists):
    rng, truth, held = np.random.default_rng(9), long_run_f1(artists, 0.8) - long_run_f1(artists, 0.7), 0
    for _ in range(100):
        (true, one, groups), (_, two, _) = in_genres(rng, artists, 0.1), in_genres(rng, artists, 0.1, 0.7)
        interval = paired_macro_f1(true, one, two, groups)[1]
        held += interval.low <= truth <= interval.high
    assert held >= 90


def test_two_seeds_of_one_configuration_are_called_different_in_about_one_case_of_twenty():
    rng = np.random.default_rng(2)
    alone = np.mean([matched(*alike(rng, 1200, 0.1)).p < 0.05 for _ in range(2500)])
    assert 0.025 < alone < 0.06
    grouped = [(matched(*tracks), matched(*tracks[:2])) for tracks in (in_groups(rng, 40, 12) for _ in range(1000))]
    assert 0.03 < np.mean([by_group.p < 0.05 for by_group, _ in grouped]) < 0.065
    assert np.mean([naive.p < 0.05 for _, naive in grouped]) > 0.15, "which is why groups are tested"


@pytest.mark.parametrize(("n", "discordance", "apart"), [(1200, 0.1, 0.03), (300, 0.05, 0.02), (60, 0.2, 0.0)])
def test_the_interval_of_a_difference_covers_it_in_95_of_100_cases(n, discordance, apart):
    rng = np.random.default_rng(3)
    found = [matched(*alike(rng, n, discordance, apart)).interval for _ in range(2500)]
    assert 0.93 < np.mean([interval.low <= apart <= interval.high for interval in found]) < 0.97


def test_by_group_the_interval_covers_in_95_of_100_cases():
    rng = np.random.default_rng(4)
    found = [matched(*in_groups(rng, 40, 12, 0.05)).interval for _ in range(1500)]
    apart = 2 * 0.4 * 0.05
    assert 0.93 < np.mean([interval.low <= apart <= interval.high for interval in found]) < 0.97


def test_the_bootstrap_of_macro_f1_covers_in_95_of_100_cases():
    rng = np.random.default_rng(5)

    def draw(n):
        true = rng.choice(3, n, p=[0.6, 0.3, 0.1])
        one = np.where(rng.random(n) < 0.75, true, rng.integers(3, size=n))
        two = np.where(rng.random(n) < 0.85, one, rng.integers(3, size=n))
        return true, one, two

    truth = paired_macro_f1(*draw(1_000_000))[0]
    found = [paired_macro_f1(*draw(400))[1] for _ in range(400)]
    assert 0.93 < np.mean([interval.low <= truth <= interval.high for interval in found]) < 0.97


def test_groups_whose_tracks_go_together_tell_less_than_their_tracks_would_alone():
    rng = np.random.default_rng(6)
    first, second, groups = in_groups(rng, 60, 10)
    found = matched(first, second, groups)
    assert 60 < found.effective < 400
    copies = matched(np.repeat(first, 2), np.repeat(second, 2), np.repeat(np.arange(len(first)), 2))
    assert copies.effective == pytest.approx(len(first), rel=0.01)
    assert effective_size(np.zeros(5, dtype=int), np.full(5, 4), 0) == 5


def test_with_two_tracks_a_genre_the_interval_of_macro_f1_still_holds_the_difference():
    rng, held = np.random.default_rng(4), 0
    true = np.repeat(np.arange(6), 2)
    for _ in range(100):  # two classifiers that are equally good, so that the true difference is 0
        one, two = (np.where(rng.random(12) < 0.7, true, (true + rng.integers(1, 6, 12)) % 6) for _ in range(2))
        interval = paired_macro_f1(true, one, two)[1]
        held += interval is None or interval.low <= 0 <= interval.high
    assert held >= 90
