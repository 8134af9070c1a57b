"""Where two classifiers confuse the same tracks differently, by more than chance."""

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from genre_core.errors import DataError
from genre_core.evaluation.matrix_difference import matrix_difference


def pair(n=900, k=3, seed=0, better=0.0):
    rng = np.random.default_rng(seed)
    y_true = rng.integers(k, size=n)
    one, two = (np.where(rng.random(n) < right, y_true, rng.integers(k, size=n)) for right in (0.6 + better, 0.6))
    return y_true, one, two


@pytest.mark.parametrize("seed", range(3))
def test_a_cell_is_beyond_chance_where_mcnemars_test_says_so(seed):
    y_true, one, two = pair(seed=seed, better=0.1)
    found = matrix_difference(y_true, one, two, 3)
    for i in range(3):
        for j in range(3):
            mine, theirs = (y_true == i) & (one == j), (y_true == i) & (two == j)
            table = [[0, (mine & ~theirs).sum()], [(theirs & ~mine).sum(), 0]]
            assert found.counts[i, j] == mine.sum() - theirs.sum()
            assert found.low[i, j] <= found.counts[i, j] <= found.high[i, j]
            p = mcnemar(table, exact=False, correction=False).pvalue
            assert found.beyond_chance[i, j] == (p < 0.05)


def test_alike_classifiers_stand_out_in_about_one_cell_of_twenty():
    beyond = [matrix_difference(*pair(seed=seed), 3).beyond_chance.mean() for seed in range(100)]
    assert 0.02 < np.mean(beyond) < 0.08


def test_copies_of_a_track_in_a_group_count_as_one():
    y_true, one, two = pair(better=0.1)
    alone = matrix_difference(y_true, one, two, 3)
    copies = matrix_difference(*(np.repeat(a, 5) for a in (y_true, one, two)), 3, np.repeat(np.arange(900), 5))
    assert copies.counts.tolist() == (5 * alone.counts).tolist()
    assert copies.low == pytest.approx(5 * alone.low, abs=5)


def test_the_same_answers_differ_nowhere_and_lengths_must_fit():
    y_true, one, _ = pair()
    found = matrix_difference(y_true, one, one, 3)
    assert not found.counts.any()
    assert not found.beyond_chance.any()
    with pytest.raises(DataError, match="other has 5 rows"):
        matrix_difference(y_true, one, one[:5], 3)
