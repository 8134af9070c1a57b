"""The reasons of a decision add up to it; what changes it changes it; and the nearest tracks are the nearest."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from genre_core.explaining.attribution import attribute
from genre_core.explaining.counterfactual import flip, flips, smallest_change
from genre_core.explaining.neighbours import nearest
from genre_core.explaining.network import FittedNetwork
from genre_core.explaining.path import first_turn, path

N_FEATURES, N_GENRES = 6, 4


def network_of(seed, hidden=(16, 9)):
    rng = np.random.default_rng(seed)
    widths = (N_FEATURES, *hidden, N_GENRES)
    pairs = list(pairwise(widths))
    return FittedNetwork(
        tuple(rng.normal(size=(above, below)) / np.sqrt(below) * 1.4 for below, above in pairs),
        tuple(rng.normal(size=above) * 0.5 for _, above in pairs),
    )


def answer(network, x):
    return int(network.logits(np.atleast_2d(x))[0].argmax())


seeds = st.integers(0, 10_000)
depths = st.sampled_from([(), (8,), (16, 9), (7, 6, 5, 4)])


@settings(max_examples=40, deadline=None)
@given(seeds, depths)
def test_a_path_is_the_network_everywhere_on_it(seed, hidden):
    network, rng = network_of(seed, hidden), np.random.default_rng(seed)
    start, stop = rng.normal(size=(2, N_FEATURES)) * 3
    found = path(network, start, stop)
    assert found.at[0] == 0
    assert found.at[-1] == 1
    assert (np.diff(found.at) > 0).all()
    between = np.linspace(0, 1, 201)
    expected = network.logits(start + between[:, None] * (stop - start))
    drawn = np.stack([np.interp(between, found.at, found.logits[:, k]) for k in range(N_GENRES)], axis=1)
    np.testing.assert_allclose(drawn, expected, atol=1e-9)


# -- attribution -------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(seeds, depths)
def test_attributions_add_up_to_the_lead_less_that_of_the_average_track(seed, hidden):
    network = network_of(seed, hidden)
    x = np.random.default_rng(seed).normal(size=N_FEATURES) * 2
    found = attribute(network, x, 2, 0)
    at_track, at_average = network.logits(np.stack([x, np.zeros(N_FEATURES)]))
    assert found.lead == pytest.approx(at_track[2] - at_track[0], abs=1e-9)
    assert found.baseline_lead == pytest.approx(at_average[2] - at_average[0], abs=1e-9)
    assert abs(found.missing) < 1e-9


def test_attributions_are_those_of_many_small_steps():
    network, x = network_of(5), np.random.default_rng(5).normal(size=N_FEATURES)
    direction = np.array([-1.0, 1.0, 0.0, 0.0])
    shares = (np.arange(20_000) + 0.5) / 20_000
    expected = x * network.gradient(shares[:, None] * x, direction).mean(axis=0)
    np.testing.assert_allclose(attribute(network, x, 1, 0).features, expected, atol=1e-4)


def test_of_a_linear_network_they_are_weight_times_score():
    network, x = network_of(1, ()), np.arange(N_FEATURES) - 2.0
    expected = (network.weights[0][3] - network.weights[0][1]) * x
    np.testing.assert_allclose(attribute(network, x, 3, 1).features, expected)
    assert attribute(network, x, 1, 3).total == pytest.approx(-expected.sum())


def test_a_feature_that_the_network_does_not_read_is_given_nothing():
    whole = network_of(3)
    blind = whole.weights[0].copy()
    blind[:, 2] = 0
    network = FittedNetwork((blind, *whole.weights[1:]), whole.biases)
    assert attribute(network, np.ones(N_FEATURES), 0, 1).features[2] == 0


# -- what would change the answer --------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(seeds, depths, st.integers(0, N_FEATURES - 1))
def test_the_flip_of_one_feature_flips_and_nothing_before_it_does(seed, hidden, feature):
    network, rng = network_of(seed, hidden), np.random.default_rng(seed)
    x = rng.normal(size=N_FEATURES)
    found = flip(network, x, feature, -4.0, 4.0)
    moved = np.repeat(x[None], 4001, axis=0)
    moved[:, feature] = np.linspace(-4, 4, 4001)
    others = network.logits(moved).argmax(axis=1) != answer(network, x)
    changes = np.abs(moved[:, feature] - x[feature])
    if found is None:
        assert not others.any()
        return
    assert not others[changes < abs(found.change) - 1e-9].any()
    assert found.score == pytest.approx(x[feature] + found.change)
    at = x.copy()
    at[feature] = found.score
    logits = network.logits(at[None])[0]
    assert logits[found.genre] == pytest.approx(logits[answer(network, x)], abs=1e-7)  # on the boundary
    past = x.copy()
    past[feature] += found.change + np.sign(found.change) * 1e-9
    assert np.isclose(network.logits(past[None])[0].max(), network.logits(past[None])[0][found.genre], atol=1e-7)


@settings(max_examples=60, deadline=None)
@given(seeds, depths)
def test_the_smallest_change_flips_and_just_before_it_nothing_does(seed, hidden):
    network = network_of(seed, hidden)
    x = np.random.default_rng(seed).normal(size=N_FEATURES)
    found = smallest_change(network, x)
    if found is None:
        return
    before = answer(network, x)
    for share in (0.0, 0.5, 0.9, 0.999):
        assert answer(network, x + share * (found.x - x)) == before
    assert found.distance == pytest.approx(np.linalg.norm(found.x - x))
    turn = first_turn(network, x, x + 1.01 * (found.x - x))
    assert turn is not None
    assert turn.at * 1.01 == pytest.approx(1)
    assert turn.genre == found.genre
    alone = flips(network, x, np.full(N_FEATURES, -50.0), np.full(N_FEATURES, 50.0), range(N_FEATURES))
    assert [abs(one.change) for one in alone] == sorted(abs(one.change) for one in alone)


def test_of_a_linear_network_the_smallest_change_is_the_distance_to_the_nearest_plane():
    for seed in range(20):
        network, x = network_of(seed, ()), np.random.default_rng(seed).normal(size=N_FEATURES)
        best, logits = answer(network, x), network.logits(x[None])[0]
        slopes = network.weights[0] - network.weights[0][best]
        others = [k for k in range(N_GENRES) if k != best]
        expected = min((logits[best] - logits[k]) / np.linalg.norm(slopes[k]) for k in others)
        assert smallest_change(network, x).distance == pytest.approx(expected, rel=1e-6)


def test_it_is_about_as_small_as_a_search_in_all_directions_finds():
    """A thousand directions of which each is followed to its first change do not find much less."""
    rng = np.random.default_rng(0)
    for seed in range(5):
        network, x = network_of(seed), rng.normal(size=N_FEATURES)
        found = smallest_change(network, x)
        away = rng.normal(size=(1000, N_FEATURES))
        away *= 2 * found.distance / np.linalg.norm(away, axis=1, keepdims=True)
        turns = [turn for step in away if (turn := first_turn(network, x, x + step)) is not None]
        assert found.distance <= 2 * found.distance * min(turn.at for turn in turns) * 1.02


def test_a_network_that_says_the_same_everywhere_has_no_change_to_offer():
    weights = (np.zeros((3, N_FEATURES)), np.zeros((N_GENRES, 3)))
    network = FittedNetwork(weights, (np.zeros(3), np.array([0.0, 1.0, 0.0, 0.0])))
    x = np.ones(N_FEATURES)
    assert smallest_change(network, x) is None
    assert flips(network, x, np.full(N_FEATURES, -3.0), np.full(N_FEATURES, 3.0), range(N_FEATURES)) == ()


def test_a_track_outside_of_the_range_may_only_come_back():
    network = FittedNetwork((np.array([[1.0, 0.0], [-1.0, 0.0]]),), (np.zeros(2),))
    assert flip(network, np.array([5.0, 0.0]), 0, -1.0, 1.0).score == pytest.approx(0)
    assert flip(network, np.array([5.0, 0.0]), 0, 1.0, 2.0) is None
    assert flip(network, np.array([-5.0, 0.0]), 0, -9.0, -6.0) is None


# -- neighbors --------------------------------------------------------------------------------------------------------


def test_the_nearest_training_tracks_are_the_nearest():
    rng = np.random.default_rng(1)
    X, train = rng.normal(size=(300, 5)).astype(np.float32), np.arange(0, 300, 2)
    groups = np.arange(300) // 10
    for row in (7, 8):
        found = nearest(X, row, train, groups, n=12)
        others = train[train != row]
        distances = cdist(X[[row]], X[others])[0]
        expected = others[np.argsort(distances, kind="stable")[:12]]
        assert found.rows.tolist() == expected.tolist()
        np.testing.assert_allclose(found.distances, np.sort(distances)[:12], rtol=1e-5)
        assert found.same_group.tolist() == (groups[expected] == groups[row]).tolist()
    assert nearest(X, 7, train).same_group is None
    assert len(nearest(X, 7, train[:3], n=10).rows) == 3
