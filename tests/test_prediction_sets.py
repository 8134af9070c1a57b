"""Prediction sets keep their promise exactly: whichever of the tracks, or of the groups, is the unknown one."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_core.errors import DataError
from genre_core.evaluation.intervals import share_interval
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.prediction_sets import LEVELS, calibrate, needed_units, prediction_sets
from tests.test_calibration import made


def held_without(y, y_prob, left, level, groups=None, **how):
    """Return which of the tracks `left` (n,) are held by sets that the others calibrate."""
    rest = ~left
    own = None if groups is None else groups[rest]
    rule = calibrate(y[rest], y_prob[rest], level, groups=own, **how)
    return rule.sets(y_prob[left])[np.arange(left.sum()), y[left]]


@given(st.integers(2, 60), st.sampled_from(LEVELS), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_of_all_tracks_that_could_be_the_unknown_one_as_many_are_held_as_promised(n, level, seed):
    y, logits = made(n, 4, seed=seed)
    y_prob = softmax(logits)
    held = [held_without(y, y_prob, np.arange(n) == at, level)[0] for at in range(n)]
    right = (y_prob.argmax(axis=1) == y).sum()
    assert sum(held) == max(math.ceil(level * n - 1e-9), right)


@given(st.integers(2, 25), st.sampled_from(LEVELS), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_so_are_tracks_of_any_group_that_could_be_the_unknown_one(n_groups, level, seed):
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n_groups), rng.integers(1, 9, n_groups))
    y, logits = made(len(groups), 4, seed=seed)
    y_prob = softmax(logits + 2 * rng.normal(size=(n_groups, 4))[groups])
    shares = [held_without(y, y_prob, groups == group, level, groups).mean() for group in range(n_groups)]
    assert np.mean(shares) >= level - 1e-9


def test_by_genre_the_promise_holds_for_each():
    y, logits = made(300, 4, too_sure=2.0)
    y_prob = softmax(logits - np.array([0, 0, 1, 2]))
    held = np.array([held_without(y, y_prob, np.arange(300) == at, 0.9, by_genre=True)[0] for at in range(300)])
    for genre in range(4):
        assert held[y == genre].sum() >= math.ceil(0.9 * (y == genre).sum() - 1e-9)
    over_all = calibrate(y, y_prob, 0.9)
    assert len(set(over_all.limits)) == 1
    assert len(set(calibrate(y, y_prob, 0.9, by_genre=True).limits)) == 4


def test_a_set_holds_the_prediction_and_what_reaches_the_limit():
    y_prob = np.array([[0.6, 0.3, 0.1], [0.4, 0.35, 0.25], [0.9, 0.06, 0.04]])
    calibration = np.array([[0.7, 0.3, 0.0]] * 9)  # 7 of the 9 right, two at 0.3
    rule = calibrate([0] * 7 + [1] * 2, calibration, 0.8)
    assert rule.limits.tolist() == [0.3] * 3
    assert rule.sets(y_prob).tolist() == [[True, True, False], [True, True, False], [True, False, False]]
    alone = calibrate([0] * 9, calibration, 0.9)
    assert alone.sets(y_prob).sum(axis=1).tolist() == [1, 1, 1]


def test_with_too_few_tracks_or_groups_every_genre_is_in_every_set():
    assert [needed_units(level) for level in (0.8, 0.9, 0.95)] == [4, 9, 19]
    y, logits = made(36, 4)
    y_prob, groups = softmax(logits), np.arange(36) % 8
    rule = calibrate(y, y_prob, 0.9, groups=groups)
    assert rule.units.tolist() == [8] * 4
    assert rule.too_few.all()
    assert rule.sets(y_prob).all()
    assert not calibrate(y, y_prob, 0.9, groups=np.arange(36) % 9).too_few.any()
    none = calibrate(np.zeros(20, dtype=int), y_prob[:20], 0.9, by_genre=True)
    assert none.too_few.tolist() == [False, True, True, True]


def test_what_is_seen_is_counted_by_size_and_by_genre():
    y, logits = made(200, 5)
    y_prob, groups = softmax(logits), np.arange(200) // 10
    found = prediction_sets(calibrate(y, y_prob, 0.9), y, y_prob, groups=groups)
    held = found.sets[np.arange(200), y]
    assert (found.n, found.held, found.share) == (200, held.sum(), held.mean())
    assert found.interval == share_interval(held, np.ones(200, dtype=bool), groups)
    assert found.by_size.sum() == 200
    assert found.by_size[:, 1].sum() == found.held
    assert (found.by_size.sum(axis=1) @ np.arange(1, 6)) / 200 == pytest.approx(found.size)
    assert [genre.n for genre in found.per_genre] == np.bincount(y, minlength=5).tolist()
    assert sum(genre.held for genre in found.per_genre) == found.held
    assert found.per_genre[2].size == found.sets[y == 2].sum(axis=1).mean()
    few = prediction_sets(found.rule, y[y > 0], y_prob[y > 0])
    assert (few.per_genre[0].n, math.isnan(few.per_genre[0].size)) == (0, True)


def test_bad_input_is_named():
    y, logits = made(30, 4)
    with pytest.raises(DataError, match="did you pass logits"):
        calibrate(y, 10 * logits, 0.9)
    with pytest.raises(DataError, match="calibrated for 4"):
        calibrate(y, softmax(logits), 0.9).sets(np.full((2, 3), 1 / 3))
    with pytest.raises(DataError, match="groups"):
        calibrate(y, softmax(logits), 0.9, groups=np.arange(3))
