"""Whether the floor tells wrong labels from overlapping genres, on probabilities that are those of a generator."""

import numpy as np
import pytest

from genre_core.bayes.posterior import posterior
from genre_core.data.sources import load_dataset
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.noise_floor import noise_floor
from genre_core.settings.config import SyntheticConfig


def judged(overlap, noise=0.0, seed=1, n=1600, temperature=1.0, kind="uniform"):
    """Return labels and what a network that knows the true genres' law would say, too sure or not sure enough."""
    config = SyntheticConfig(overlap=overlap, label_noise=noise, seed=seed, n_samples=n, noise_kind=kind)
    data = load_dataset(config)
    return data.y, softmax(np.log(posterior(config, data.X, clean=True) + 1e-30) / temperature)


@pytest.mark.parametrize("overlap", [2.0, 4.25, 6.0, 9.0, 14.0])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_it_does_not_cry_wolf_where_genres_merely_overlap(overlap, temperature):
    cried = [noise_floor(*judged(overlap, seed=seed, temperature=temperature)).supported for seed in (1, 2, 3)]
    assert not any(cried)


@pytest.mark.parametrize("kind", ["uniform", "neighbours"])
@pytest.mark.parametrize(("overlap", "noise"), [(3.0, 0.05), (3.0, 0.1), (4.25, 0.1), (4.25, 0.2)])
def test_it_says_how_many_labels_are_wrong(overlap, noise, kind):
    found = noise_floor(*judged(overlap, noise, n=4000, kind=kind))
    assert found.supported
    assert found.interval.low <= noise * 1.1
    assert noise * 0.9 <= found.interval.high <= noise + 0.06
    assert found.contradicted > found.value


def test_the_interval_covers_the_noise_nearly_always():
    covered = [
        (found := noise_floor(*judged(4.25, 0.1, seed=seed))).interval.low <= 0.1 <= found.interval.high
        for seed in range(30)
    ]
    assert sum(covered) >= 25  # fewer than that have a probability of 0.2 % where 95 of 100 are covered


def test_tracks_of_few_artists_say_less_than_as_many_alone():
    y, y_prob = judged(3.0, 0.1)
    wrong = y_prob.argmax(axis=1) != y
    groups = np.where(wrong, np.arange(len(y)) % 4, 4 + np.arange(len(y)) % 40)
    alone, together = noise_floor(y, y_prob), noise_floor(y, y_prob, groups)
    assert together.interval.low < alone.interval.low < alone.interval.high < together.interval.high


def test_too_few_tracks_say_nothing():
    y, y_prob = judged(3.0, 0.1)
    assert noise_floor(y[:99], y_prob[:99]) is None


def test_labels_that_all_agree_leave_a_floor_of_nothing():
    y = np.arange(200) % 4
    found = noise_floor(y, np.full((200, 4), 0.05) + 0.8 * np.eye(4)[y])
    assert (found.value, found.interval.low, found.contradicted) == (0, 0, 0)
    assert found.interval.high < 0.05
