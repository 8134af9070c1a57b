"""The range of tracks, or runs, that would show the true difference: exact ends, coverage, and words."""

from functools import partial

import numpy as np
import pytest

from genre_core.evaluation.needed import Needed, rounded, scores_in_range, tracks_in_range
from genre_core.evaluation.paired import matched, tracks_needed
from genre_core.evaluation.repeated_scores import paired_scores, scores_needed
from tests.benchmarks.needed import held, of_runs, of_tracks


def pair(only_first, only_second, n, groups=None):
    first, second = (np.zeros(n, dtype=np.int64) for _ in range(2))
    first[:only_first], second[only_first : only_first + only_second] = 1, 1
    return matched(first, second, groups)


def test_the_ends_are_those_of_the_interval():
    found = pair(90, 40, 1200)
    low, high = found.interval.low, found.interval.high
    c = found.discordance
    assert low > 0
    assert tracks_in_range(found) == Needed(tracks_needed(high, c), tracks_needed(low, c))
    assert tracks_in_range(pair(40, 90, 1200)) == tracks_in_range(found)


def test_where_the_difference_may_be_zero_no_number_is_the_largest():
    found = pair(50, 45, 1200)
    assert found.interval.low < 0 < found.interval.high
    assert tracks_in_range(found).most is None
    assert tracks_in_range(found, 0.01).least > tracks_in_range(found).least


def test_groups_that_tell_less_need_more_tracks():
    found = pair(90, 40, 1200, np.arange(1200) // 10)
    assert found.effective < found.n
    high, c = found.interval.high, found.discordance
    assert tracks_in_range(found).least == round(tracks_needed(high, c) * found.n / found.effective)


def test_of_runs_both_mean_and_scatter_are_uncertain():
    few, many = (paired_scores(np.tile([0.0, 0.01, 0.02], n).tolist(), [0.0] * 3 * n, 0.0) for n in (4, 20))
    narrow, wide = scores_in_range(many, 0.0), scores_in_range(few, 0.0)
    truth = scores_needed(many.mean, many.sd)
    assert wide.least < truth < narrow.most < wide.most
    assert wide.least <= narrow.least <= truth
    doubtful = paired_scores([0.03, -0.02, 0.01], [0.0] * 3, 0.0)
    assert scores_in_range(doubtful, 0.0).most is None
    assert scores_in_range(paired_scores([0.1] * 3, [0.0] * 3, 0.0), 0.0) == Needed(3, 3)


@pytest.mark.parametrize("n", [240, 1200])
def test_the_range_of_tracks_holds_the_right_number(n):
    rng = np.random.default_rng(n)
    assert held(tracks_needed(0.02, 0.08), partial(of_tracks, rng, n, 0.02, 0.08), 400) >= 0.93


@pytest.mark.parametrize(("n", "effect"), [(3, 2.0), (10, 0.5)])
def test_the_range_of_runs_holds_the_right_number(n, effect):
    rng = np.random.default_rng(n)
    assert held(scores_needed(effect, 1.0), partial(of_runs, rng, n, effect), 300) >= 0.93


@pytest.mark.parametrize(
    ("needed", "said"),
    [
        (Needed(2556, 876_000), "between about 2,600 and 880,000 tracks"),
        (Needed(2556, None), "at least about 2,600 tracks"),
        (Needed(2556, 2580), "about 2,600 tracks"),
        (Needed(None, None), "more tracks than there can be"),
    ],
)
def test_a_range_is_said_to_two_digits(needed, said):
    assert needed.say("track") == said
    assert rounded(7) == 7
