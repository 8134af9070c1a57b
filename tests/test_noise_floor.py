"""Whether the limit of wrong labels holds: for networks good and bad, whatever the wrong labels are."""

import numpy as np
import pytest

from genre_core.bayes.posterior import posterior
from genre_core.data.sources import load_dataset
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.noise_floor import noise_floor
from genre_core.settings.config import SyntheticConfig


def judged(overlap, noise=0.0, seed=1, n=1600, temperature=1.0, kind="uniform"):
    """Return labels and their own exact posterior, too sure or not sure enough."""
    config = SyntheticConfig(overlap=overlap, label_noise=noise, seed=seed, n_samples=n, noise_kind=kind)
    data = load_dataset(config)
    return data.y, softmax(np.log(posterior(config, data.X) + 1e-30) / temperature)


@pytest.mark.parametrize("kind", ["uniform", "neighbours"])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_limit_holds_for_a_network_that_learned_the_noise_as_well(kind, temperature):
    held = [
        noise_floor(*judged(4.25, 0.1, seed=seed, temperature=temperature, kind=kind)).interval.high >= 0.1
        for seed in range(40)
    ]
    assert sum(held) >= 36  # of a limit that holds 97.5 times in 100, fewer do once in 500 times


@pytest.mark.parametrize("kind", ["uniform", "neighbours"])
def test_where_tracks_are_unmistakable_the_rate_is_the_share_of_wrong_labels(kind):
    found = noise_floor(*judged(2.0, 0.1, n=20_000, kind=kind))
    assert found.interval.low < 0.1 < found.interval.high
    assert found.interval.high - found.interval.low < 0.03
    assert found.n == pytest.approx(2000, abs=8)


def test_no_choice_of_tracks_is_contradicted_less_often_than_labels_are_wrong():
    rng = np.random.default_rng(1)
    for k in (2, 3, 8):
        wrong = rng.dirichlet(np.ones(k), size=k) * (1 - np.eye(k))
        flips = 0.5 * np.eye(k) + 0.5 * wrong / wrong.sum(axis=1, keepdims=True)  # half of each genre's labels
        agreed = rng.dirichlet(np.full(k, 0.3), size=500) @ flips  # any track: how probable each label is
        assert agreed.max() <= 0.5 + 1e-12


def test_every_predicted_genre_gives_its_surest_tracks_and_labels_have_no_say():
    y_prob = softmax(np.random.default_rng(2).normal(0, 2, (2000, 4)) + 3 * np.eye(4)[0])
    y = np.arange(2000) % 4
    answers = y_prob.argmax(axis=1)
    assert noise_floor(y, y_prob).n == sum(int(np.ceil(n / 10)) for n in np.bincount(answers))
    assert noise_floor(answers, y_prob).n_contradicted == 0
    assert noise_floor((answers + 1) % 4, y_prob).value == 1


def test_no_number_is_given_where_none_can_be():
    y, y_prob = judged(14.0)
    assert noise_floor(y, y_prob).limit is None  # genres so near that even the surest tracks are no sure ones
    assert noise_floor(y[:99], y_prob[:99]) is None


def test_tracks_of_few_artists_say_less_than_as_many_alone():
    y, y_prob = judged(3.0, 0.1)
    wrong = y_prob.argmax(axis=1) != y
    groups = np.where(wrong, np.arange(len(y)) % 4, 4 + np.arange(len(y)) % 40)
    alone, together = noise_floor(y, y_prob), noise_floor(y, y_prob, groups)
    assert together.interval.low < alone.interval.low < alone.interval.high < together.interval.high


def test_labels_that_all_agree_leave_a_floor_of_nothing():
    y = np.arange(200) % 4
    found = noise_floor(y, np.full((200, 4), 0.05) + 0.8 * np.eye(4)[y])
    assert (found.value, found.interval.low) == (0, 0)
    assert found.limit < 0.05
