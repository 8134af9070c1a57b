"""Costs of shuffling a feature to each genre: all where a genre rests on it, nothing where the network ignores it."""

import numpy as np
import pytest

from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.metrics import softmax
from genre_core.explaining.importance import permutation_importances
from genre_core.explaining.network import FittedNetwork

NAMES = ("told by", "ignored", "told by as well")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=300)
    X = rng.standard_normal((300, 3))
    X[:, 0] += 5.0 * (y == 1)
    X[:, 2] += 5.0 * (y == 2)
    return X.astype(np.float32), y


@pytest.fixture(scope="module")
def network():
    weights = np.array([[0.0, 0.0, 0.0], [3.0, 0.0, 0.0], [0.0, 0.0, 3.0]])
    return FittedNetwork((weights,), (np.array([6.0, 0.0, 0.0]),))


def deep(seed: int = 0) -> FittedNetwork:
    rng = np.random.default_rng(seed)
    return FittedNetwork(
        (rng.standard_normal((6, 3)), rng.standard_normal((3, 6))), (rng.standard_normal(6), rng.standard_normal(3))
    )


def test_what_a_genre_rests_on_costs_it_and_what_is_ignored_costs_nothing(data, network):
    found = permutation_importances(network, *data, NAMES)
    of = {name: found.per_genre[1][at] for at, name in enumerate(NAMES)}
    assert of["told by"].recall_drop > 0.5
    assert of["told by"].recall_interval.low > 0
    assert of["told by"].loss_interval.low > 0
    assert of["ignored"].recall_drop == of["ignored"].loss_rise == 0
    assert found.per_genre[2][2].recall_drop > 0.5
    assert abs(found.per_genre[2][0].recall_drop) < 0.5


def test_it_is_the_change_of_recall_and_loss_under_a_shuffle(data):
    (X, y), network = data, deep()
    found = permutation_importances(network, X, y, NAMES, seed=3)
    rng, drops, rises = np.random.default_rng(3), [], []
    before, of = network.logits(X), y == 2

    def loss(logits: np.ndarray) -> float:
        p = softmax(logits)[:, 2]
        return float(-np.log(np.where(of, p, 1 - p)).mean())

    for _ in range(found.n_repeats):
        shuffled = X.astype(np.float64)
        shuffled[:, 0] = rng.permutation(shuffled[:, 0])
        after = network.logits(shuffled)
        drops.append((before[of].argmax(1) == 2).mean() - (after[of].argmax(1) == 2).mean())
        rises.append(loss(after) - loss(before))
    assert found.per_genre[2][0].recall_drop == pytest.approx(np.mean(drops), abs=1e-6)
    assert found.per_genre[2][0].loss_rise == pytest.approx(np.mean(rises), abs=1e-6)


def test_the_same_seed_gives_the_same_and_groups_widen_intervals(data, network):
    one, other = (permutation_importances(network, *data, NAMES, seed=1) for _ in range(2))
    assert one.per_genre == other.per_genre
    X, y = (np.repeat(values, 4, axis=0) for values in data)
    alone = permutation_importances(network, X, y, NAMES)
    together = permutation_importances(network, X, y, NAMES, np.repeat(np.arange(300), 4))
    width, wide = (found.per_genre[1][0].loss_interval for found in (alone, together))
    assert wide.high - wide.low > 1.2 * (width.high - width.low)


def test_a_few_tracks_or_groups_are_not_taken_for_certain(data, network):
    X, y = (values[:12] for values in data)
    alike = permutation_importances(network, X, y, NAMES).per_genre[1]
    assert alike[0].recall_drop > 0.5, "of the same for each of its tracks"
    assert alike[0].recall_interval is None
    assert alike[1].recall_interval == Interval(0.0, 0.0), "what is ignored costs none"
    by_four = permutation_importances(network, X, y, NAMES, np.arange(12) % 4).per_genre[1][0]
    assert by_four.recall_interval is by_four.loss_interval is None


def test_a_genre_without_tracks_has_no_recall_to_lose(data, network):
    X, y = data
    kept = y != 1
    found = permutation_importances(network, X[kept], y[kept], NAMES).per_genre[1][0]
    assert np.isnan(found.recall_drop)
    assert found.recall_interval is None
    assert found.loss_interval is not None
