"""How well wrong labels are found, on synthetic tracks whose true genres are known."""

from functools import cache

import numpy as np
import pytest

from genre_core.bayes.posterior import posterior
from genre_core.bayes.wrong_label import doubtful_without_noise, wrong_label_probability
from genre_core.data.sources import load_dataset
from genre_core.errors import DataError
from genre_core.evaluation.flips_found import first, flips_found, found_by_rank, label_lab
from genre_core.evaluation.flips_round import N_TRACKS, flips_round
from genre_core.evaluation.mislabelled import find_mislabelled
from genre_core.settings.config import SyntheticConfig


@cache
def drawn(noise=0.1, kind="uniform", overlap=3.0, n=3000):
    config = SyntheticConfig(n_samples=n, overlap=overlap, label_noise=noise, noise_kind=kind)
    return config, load_dataset(config)


@cache
def lab(noise=0.1, kind="uniform", overlap=3.0):
    """Return the lab of a softmax regression that learned from the other half."""
    from sklearn.linear_model import LogisticRegression

    config, data = drawn(noise, kind, overlap)
    half = len(data) // 2
    model = LogisticRegression(max_iter=300).fit(data.X[half:] / 5, data.y[half:])
    found = find_mislabelled(data.y[:half], model.predict_proba(data.X[:half] / 5))
    chance = wrong_label_probability(config, data.X[:half], data.y[:half])
    return label_lab(found.doubtful, found.ranked(), (data.y != data.y_clean)[:half], chance)


@pytest.mark.parametrize("kind", ["uniform", "neighbours"])
def test_the_finder_beats_chance_by_far_and_not_the_best_there_can_be(kind):
    found = lab(kind=kind)
    assert found.finder.precision_interval.low > 5 * found.finder.n_wrong / found.finder.n
    assert found.finder.recall_interval.low > 0.6
    assert found.finder.n_found <= found.best.n_found
    assert found.best.n_named == found.finder.n_named


def test_the_probability_that_a_label_is_wrong_is_right_on_average():
    for kind in ("uniform", "neighbours"):
        config, data = drawn(0.2, kind, 4.25)
        chance, wrong = wrong_label_probability(config, data.X, data.y), data.y != data.y_clean
        for low, high in ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.01)):
            inside = (chance >= low) & (chance < high)
            error = 4 * np.sqrt((chance[inside] * (1 - chance[inside])).sum())
            assert abs(wrong[inside].sum() - chance[inside].sum()) < error + 1


def test_without_noise_as_many_labels_look_doubtful_as_the_law_expects():
    config, data = drawn(0.0, overlap=4.25)
    found = find_mislabelled(data.y, posterior(config, data.X, clean=True))
    expected = doubtful_without_noise(config, data.X, found)
    assert expected.interval.low <= found.n_doubtful <= expected.interval.high
    assert expected.mean > 30
    separable, apart = drawn(0.0, overlap=0.5)
    assert find_mislabelled(apart.y, posterior(separable, apart.X, clean=True)).n_doubtful == 0


def test_precision_recall_and_curve_by_hand():
    wrong = np.array([True, False, True, False, False])
    found = flips_found(np.array([True, True, False, False, False]), wrong)
    assert (found.precision, found.recall, found.false_alarms) == (0.5, 0.5, 1)
    assert found_by_rank(np.array([0, 1, 2, 3, 4]), wrong).tolist() == [0, 0.5, 0.5, 1, 1, 1]
    assert first(np.array([2, 1, 0, 3]), 2).tolist() == [False, True, True, False]
    nothing = flips_found(np.zeros(5, dtype=bool), np.zeros(5, dtype=bool))
    assert np.isnan(nothing.precision)
    assert np.isnan(nothing.recall)
    with pytest.raises(DataError, match="5 labels were judged, but for 4"):
        flips_found(wrong, wrong[:4])


def test_a_round_is_the_same_for_the_same_seed_and_has_as_many_wrong_labels_as_it_says():
    wrong = np.arange(300) % 10 == 0
    for seed in range(20):
        one, again = flips_round(wrong, seed), flips_round(wrong, seed)
        assert one.tracks.tolist() == again.tracks.tolist()
        assert len(set(one.tracks.tolist())) == N_TRACKS
        assert one.n_wrong == int(wrong[one.tracks].sum())
        assert 3 <= one.n_wrong <= 5
    assert flips_round(wrong, 1).tracks.tolist() != flips_round(wrong, 2).tracks.tolist()


def test_too_few_wrong_labels_make_no_round():
    assert flips_round(np.arange(300) < 4, 1) is None
    assert flips_round(np.arange(15) < 10, 1) is None
