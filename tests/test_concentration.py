"""Whether few artists make up a genre's errors: said where it is so, and not where chance would do it."""

import numpy as np
import pytest

from genre_core.evaluation.concentration import concentration

GROUPS = np.repeat(np.arange(40), 10)


def test_one_artist_who_is_always_taken_for_another_genre_is_found():
    wrong = np.random.default_rng(0).random(400) < 0.05
    wrong[GROUPS == 7] = True
    found = concentration(wrong, GROUPS)
    assert found.clear
    assert found.groups[0].group == 7
    assert found.groups[0].wrong == found.groups[0].n == 10
    assert found.share > found.chance_interval.high > found.chance
    assert sum(group.wrong for group in found.groups) == found.n_errors == wrong.sum()


def test_errors_that_fall_anywhere_are_seldom_called_concentrated():
    rng = np.random.default_rng(1)
    found = [concentration(rng.random(400) < 0.2, GROUPS, seed) for seed in range(40)]
    assert sum(one.clear for one in found) <= 6
    assert np.mean([one.share - one.chance for one in found]) == pytest.approx(0, abs=0.02)


def test_large_artists_have_more_errors_without_being_blamed_for_it():
    groups = np.repeat(np.arange(20), [200, *[10] * 19])
    found = concentration(np.random.default_rng(2).random(len(groups)) < 0.3, groups)
    assert found.share > 0.4
    assert not found.clear


@pytest.mark.parametrize(
    ("wrong", "groups"),
    [
        (np.zeros(100, bool), np.arange(100) // 5),
        (np.ones(100, bool), np.arange(100) // 5),
        (np.arange(100) < 20, np.arange(100) // 50),
    ],
)
def test_too_little_to_tell_says_nothing(wrong, groups):
    assert concentration(wrong, groups) is None
