"""Power of a comparison: against simulation, and the formula against itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.evaluation.paired import detectable_difference, matched, tracks_needed
from tests.test_paired import alike


@pytest.mark.parametrize(("n", "discordance"), [(1200, 0.1), (400, 0.2), (5000, 0.04)])
def test_what_is_detectable_is_found_in_four_of_five_cases(n, discordance):
    rng = np.random.default_rng(0)
    apart = detectable_difference(n, discordance)
    found = np.mean([matched(*alike(rng, n, discordance, apart)).p < 0.05 for _ in range(1200)])
    assert 0.74 < found < 0.84  # the exact test is a little shy of its level


def test_as_many_tracks_as_are_needed_find_it():
    rng = np.random.default_rng(1)
    n = tracks_needed(0.02, 0.08)
    assert 0.75 < np.mean([matched(*alike(rng, n, 0.08, 0.02)).p < 0.05 for _ in range(800)]) < 0.85


def test_a_published_example():
    """Connor (1987) for discordance 0.4 and difference 0.2, level 5 % two-sided, power 80 %, worked by hand."""
    # (1.959964 sqrt(0.4) + 0.841621 sqrt(0.4 - 0.04))² / 0.04 = (1.239590 + 0.504973)² / 0.04 = 76.09
    assert tracks_needed(0.2, 0.4) == 77


@given(st.integers(30, 100_000), st.floats(0.005, 0.6), st.sampled_from([0.05, 0.025, 0.01]))
def test_one_formula_is_the_other_turned_round(n, discordance, level):
    apart = detectable_difference(n, discordance, level)
    assert 0 < apart <= 1
    if apart < 1:
        assert tracks_needed(apart, discordance, level) == pytest.approx(n, abs=1.01)
    assert detectable_difference(4 * n, discordance, level) < apart or apart == 1


def test_where_nothing_differs_no_number_of_tracks_is_said():
    assert tracks_needed(0.0, 0.1) is None
    assert detectable_difference(1200, 0.0) == pytest.approx(7.85 / 1200, rel=0.01)
    assert detectable_difference(3, 0.0) == 1
