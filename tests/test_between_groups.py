"""How much a score varies between groups: the analysis of variance, what each track adds, and the wider interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import f_oneway, t

from genre_core.evaluation.between_groups import (
    BetweenGroups,
    group_variance,
    group_variances,
    influences,
    mean_of,
    share_of_groups,
)
from genre_core.evaluation.count_statistics import accuracy_of_counts, confusion_counts, macro_f1_of_counts
from genre_core.evaluation.repeated_scores import half_width, mean_interval

SIZES = (2, 5, 3, 8)


def test_of_one_genre_it_is_the_one_way_analysis_of_variance():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(4), SIZES)
    values = rng.normal(size=18) + groups
    each = [values[groups == group] for group in range(4)]
    within = sum(((own - own.mean()) ** 2).sum() for own in each) / (18 - 4)
    usual = (18 - sum(size**2 for size in SIZES) / 18) / 3
    expected = within * (f_oneway(*each).statistic - 1) / usual
    assert group_variance(values, np.zeros(18, dtype=int), groups) == pytest.approx(expected)


def test_differences_between_genres_are_none_between_groups():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(300):
        genres, groups = np.repeat([0, 1], 30), np.arange(60) // 3
        values = 5.0 * genres + rng.normal(0, 0.5, 20)[groups] + rng.normal(size=60)
        found.append(group_variance(values, genres, groups))
    assert np.mean(found) == pytest.approx(0.25, abs=0.03)


def test_nothing_is_known_without_two_of_a_group_or_two_groups_of_a_genre():
    values = np.arange(4.0)
    assert group_variance(values, np.zeros(4, dtype=int), np.arange(4)) is None
    assert group_variance(values, np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])) is None
    assert mean_of([0.1, None], 5) is None
    assert mean_of([], 5) is None
    assert mean_of([0.1, -0.3], 5) == BetweenGroups(0.0, 5)


@given(st.integers(0, 2**32 - 1))
def test_influences_are_what_a_little_more_weight_on_a_track_changes(seed):
    rng = np.random.default_rng(seed)
    y_true, y_pred = rng.integers(0, 3, (2, 20))
    found = influences(y_true, y_pred, 3)
    assert found["accuracy"].mean() == pytest.approx(accuracy_of_counts(confusion_counts(y_true, y_pred, 3)))
    assert found["macro_f1"].mean() == pytest.approx(0, abs=1e-12)
    counts, more = confusion_counts(y_true, y_pred, 3).astype(float), 1e-5
    for row in range(20):
        heavier = counts.copy()
        heavier[y_true[row], y_pred[row]] += more
        change = (macro_f1_of_counts(heavier) - macro_f1_of_counts(counts)) / more
        assert found["macro_f1"][row] / 20 == pytest.approx(float(change), abs=1e-4)


def test_the_share_of_equal_groups_is_one_by_their_number():
    assert share_of_groups(np.arange(12) // 3) == pytest.approx(1 / 4)


def test_an_interval_adds_what_other_groups_would_change():
    values = [0.80, 0.82, 0.79, 0.81]
    own = half_width(values, 0.25)
    assert half_width(values, 0.25, BetweenGroups(0.0, 30)) == own
    error = own / t.ppf(0.975, 3)
    total, degrees = error**2 + 0.03**2, (error**2 + 0.03**2) ** 2 / (error**4 / 3 + 0.03**4 / 30)
    expected = t.ppf(0.975, degrees) * total**0.5
    assert half_width(values, 0.25, BetweenGroups(0.03**2, 30)) == pytest.approx(expected)
    found = mean_interval(values, 0.25, 100, BetweenGroups(0.03**2, 30))
    assert (found.high - found.low) / 2 == pytest.approx(expected)


def test_groups_that_are_remembered_count_beside_those_that_are_judged():
    rng = np.random.default_rng(0)
    y_true, groups = np.repeat([0, 1], 60), np.arange(120) // 6
    nearest = rng.integers(0, 120, 120)
    by_memory = rng.random(20)[groups[nearest]] < 0.3  # right or wrong by the group that was remembered
    y_pred = np.where(by_memory, 1 - y_true, y_true)
    plain = group_variances(y_true, y_pred, 2, groups)
    both = group_variances(y_true, y_pred, 2, groups, (y_true[nearest], groups[nearest]))
    remembered = group_variance((y_true == y_pred).astype(float), y_true[nearest], groups[nearest])
    assert remembered is not None
    assert remembered > 0.05
    assert both["accuracy"] == pytest.approx(plain["accuracy"] + remembered)
