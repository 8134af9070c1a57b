"""Three probabilities of two settings: the law they come from, the answer, and the sentence that says it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from genre_core.evaluation.practical import percentage, practical, settings_verdict, within
from genre_core.evaluation.repeated_scores import paired_scores

OURS = [0.82, 0.84, 0.80, 0.86, 0.83]


def compared(differences, ratio=0.25, region=0.01):
    found = paired_scores([0.5 + one for one in differences], [0.5] * len(differences), ratio)
    return practical(found, region)


def test_it_is_the_correlated_t_test_of_corani_and_benavoli():
    # Mean 0.03, variance 0.0005, five folds of 100 tracks: rho = 20 / (20 + 80) = 0.2.
    one, rho = practical(paired_scores(OURS, [0.80] * 5, 20 / 80), 0.01), 0.2
    law = stats.t(4, 0.03, ((1 / 5 + rho / (1 - rho)) * 0.0005) ** 0.5)
    assert one.first == pytest.approx(law.sf(0.01))
    assert one.same == pytest.approx(law.cdf(0.01) - law.cdf(-0.01))
    assert one.second == pytest.approx(law.cdf(-0.01))


@given(st.lists(st.floats(-0.2, 0.2), min_size=3, max_size=20), st.floats(0, 1), st.floats(0, 0.2))
def test_probabilities_add_up_and_swapping_swaps_them(differences, ratio, region):
    one, other = compared(differences, ratio, region), compared([-d for d in differences], ratio, region)
    assert one.first + one.same + one.second == pytest.approx(1)
    assert (one.first, one.second) == (pytest.approx(other.second), pytest.approx(other.first))
    assert one.kind == {"first": "second", "second": "first"}.get(other.kind, other.kind)


@given(st.lists(st.floats(-0.2, 0.2), min_size=3, max_size=20), st.floats(0, 1))
def test_better_has_an_interval_beyond_the_region(differences, ratio):
    one = compared(differences, ratio)
    if one.kind == "first":
        assert one.found.interval.low >= one.region - 1e-9


@pytest.mark.parametrize(
    ("differences", "kind", "said"),
    [
        ([0.030, 0.031, 0.032], "first", "A are better than B by 3.1 points (2.8 to 3.4)."),
        ([-0.030, -0.031, -0.032], "second", "B are better than A by 3.1 points (2.8 to 3.4)."),
        ([0.001, 0.0, -0.001], "same", "The same for practical purposes, within ±1 point: accuracy is the same for "
         "both, 0.0 points (−0.3 to 0.3)."),
        ([0.05, -0.05, 0.01], "undecided", "It cannot be told which is better: accuracy is higher for A by 0.3 points "
         "(−16.2 to 16.9)."),
        ([0.009, 0.010, 0.012], "undecided", "A are better than B by 1.0 points (0.5 to 1.5). It cannot be told "
         "whether that exceeds ±1 point."),
        ([0.02, 0.02, 0.02], "first", "A are better than B by 2.0 points (2.0 to 2.0)."),
    ],
)  # fmt: skip
def test_the_answer_and_its_sentence(differences, kind, said):
    one = compared(differences)
    assert one.kind == kind
    assert settings_verdict(one, "A", "B") == said


def test_of_equal_settings_at_most_five_in_a_hundred_are_told_apart():
    drawn = np.random.default_rng(0).normal(0, 0.02, (3000, 5))
    kinds = [compared(list(some), ratio=0.0, region=0.0).kind for some in drawn]
    assert 0.04 < np.mean([kind != "undecided" for kind in kinds]) < 0.06


def test_only_certain_probabilities_are_written_as_such():
    written = [percentage(p) for p in (0.0, 0.0001, 0.04, 0.5, 0.96, 0.9999, 1.0)]
    assert written == ["0 %", "< 0.1 %", "4.0 %", "50 %", "96.0 %", "> 99.9 %", "100 %"]
    assert (within(0.01), within(0.005)) == ("±1 point", "±0.5 points")
