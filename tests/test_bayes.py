"""The Bayes limit of the generator: known answers, closed forms, and no classifier beyond it."""

import math
import time
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_core.bayes import bayes_limit, limit_on, posterior
from genre_core.config import SyntheticConfig
from genre_core.errors import DataError
from genre_core.evaluation.uncertainty import wilson
from genre_core.generator.drawing import draw
from genre_core.generator.law import genre_means

SMALL = st.builds(
    SyntheticConfig,
    n_samples=st.integers(300, 900),
    n_features=st.integers(2, 12),
    n_genres=st.integers(2, 9),
    overlap=st.floats(0.3, 10),
    spread=st.floats(0, 4),
    shift=st.floats(0, 2),
    seed=st.integers(0, 2**32 - 1),
)
OVERLAPPING = SyntheticConfig(overlap=4.25)


@pytest.fixture(scope="module")
def tracks():
    return draw(OVERLAPPING)


@given(SMALL)
@settings(max_examples=50, deadline=None)
def test_the_means_are_those_of_the_drawn_tracks_to_the_bit(config):
    assert (genre_means(config) == draw(config).means).all()


@given(SMALL)
@settings(max_examples=30, deadline=None)
def test_the_posterior_is_bayes_rule(config):
    from scipy.stats import norm

    drawn = draw(config)
    densities = np.exp(norm.logpdf(drawn.X[:50, None, :], drawn.means, config.overlap).sum(axis=2))
    y_prob = posterior(config, drawn.X)
    assert y_prob.dtype == np.float64
    assert y_prob.sum(axis=1) == pytest.approx(1.0)
    tiny = densities.sum(axis=1) < 1e-250
    expected = densities[~tiny] / densities[~tiny].sum(axis=1, keepdims=True)
    assert y_prob[:50][~tiny] == pytest.approx(expected, abs=1e-9)


def test_the_notebooks_tracks_can_be_told_apart_perfectly():
    limit = bayes_limit(SyntheticConfig(overlap=0.8))
    assert limit.accuracy == pytest.approx(1.0, abs=1e-9)
    assert limit.macro_f1 == pytest.approx(1.0, abs=1e-9)
    assert limit.confusion == pytest.approx(np.eye(8), abs=1e-9)


def test_the_overlapping_tracks_have_their_known_limit():
    limit = bayes_limit(OVERLAPPING)
    # A plain simulation of a million tracks gave .818463 with a standard error of .000386.
    assert limit.accuracy == pytest.approx(0.8185, abs=0.001)
    assert limit.interval.low < limit.accuracy < limit.interval.high
    assert limit.interval.high - limit.interval.low < 0.0015
    assert limit.n_draws == 200_000


def test_the_confusion_rates_agree_with_plain_counting():
    limit = bayes_limit(OVERLAPPING)
    rng = np.random.default_rng(1)
    y_true = np.repeat(np.arange(8), 25_000)
    X = genre_means(OVERLAPPING)[y_true] + rng.standard_normal((len(y_true), 20)) * 4.25
    counts = np.bincount(y_true * 8 + posterior(OVERLAPPING, X).argmax(axis=1), minlength=64).reshape(8, 8)
    # Four standard errors of a share of 25,000 tracks.
    assert limit.confusion == pytest.approx(counts / 25_000, abs=4 * math.sqrt(0.25 / 25_000))
    assert limit.confusion.sum(axis=1) == pytest.approx(1.0)
    assert np.diagonal(limit.confusion).mean() == pytest.approx(limit.accuracy)


def test_macro_f1_is_that_of_its_confusion_rates():
    limit = bayes_limit(OVERLAPPING)
    precision = np.diagonal(limit.confusion) / limit.confusion.sum(axis=0)
    recall = np.diagonal(limit.confusion)
    assert limit.macro_f1 == pytest.approx((2 * precision * recall / (precision + recall)).mean())


@given(st.integers(2, 30), st.floats(0.5, 15), st.floats(0, 3), st.floats(0.1, 1), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_two_genres_have_their_closed_form(n_features, overlap, spread, shift, seed):
    config = SyntheticConfig(
        n_samples=100, n_genres=2, n_features=n_features, overlap=overlap, spread=spread, shift=shift, seed=seed
    )
    first, second = genre_means(config)
    expected = NormalDist().cdf(float(np.linalg.norm(first - second)) / (2 * overlap))
    limit = bayes_limit(config, 20_000)
    assert limit.accuracy == pytest.approx(expected, abs=5 * limit.standard_error + 1e-4)


def test_genres_that_coincide_leave_nothing_but_guessing():
    limit = bayes_limit(SyntheticConfig(spread=0, shift=0))
    assert limit.accuracy == pytest.approx(1 / 8)
    assert limit.standard_error == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("n_genres", [2, 8])
def test_the_standard_error_is_how_far_estimates_scatter(n_genres):
    config = SyntheticConfig(n_samples=800, n_genres=n_genres, overlap=6)
    exact = bayes_limit(config, 2_000_000, seed=1).accuracy
    estimates = [bayes_limit(config, 4000, seed=seed) for seed in range(300)]
    scores = np.array([(e.accuracy - exact) / e.standard_error for e in estimates])
    assert abs(scores.mean()) < 0.25
    assert 0.85 < scores.std() < 1.15
    assert 0.9 < np.mean([e.interval.low <= exact <= e.interval.high for e in estimates]) < 0.985


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("n_genres", "n_features", "overlap"), [(3, 4, 3.0), (8, 20, 4.25), (12, 8, 2.0)])
def test_no_classifier_is_better_beyond_chance(n_genres, n_features, overlap, seed):
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    config = SyntheticConfig(
        n_samples=6000, n_genres=n_genres, n_features=n_features, overlap=overlap, spread=1, seed=seed
    )
    drawn = draw(config)
    y = np.repeat(np.arange(n_genres), 2000)
    X = drawn.means[y] + np.random.default_rng(seed).standard_normal((len(y), n_features)) * overlap
    accuracy = LinearDiscriminantAnalysis().fit(drawn.X, drawn.y).score(X, y)
    limit = bayes_limit(config, 50_000)
    chance = math.hypot(math.sqrt(limit.accuracy * (1 - limit.accuracy) / len(y)), limit.standard_error)
    assert accuracy < limit.accuracy + 3.5 * chance
    # It is nearly the right model with nearly enough tracks, so it must come close too.
    assert accuracy > limit.accuracy - 0.03


def test_on_the_very_tracks_the_limit_is_a_count_with_its_wilson_interval(tracks):
    rows = slice(0, 1200)
    score = limit_on(OVERLAPPING, tracks.X[rows], tracks.y[rows])
    right = int((score.y_pred == tracks.y[rows]).sum())
    assert score.accuracy == right / 1200
    assert score.interval == wilson(right, 1200)
    assert score.interval.low < bayes_limit(OVERLAPPING).accuracy < score.interval.high


def test_it_repeats_with_its_seed_and_does_not_touch_the_global_stream():
    np.random.seed(0)
    before = np.random.get_state()[1].tolist()
    assert bayes_limit(OVERLAPPING, 5000).accuracy == bayes_limit(OVERLAPPING, 5000).accuracy
    assert bayes_limit(OVERLAPPING, 5000).accuracy != bayes_limit(OVERLAPPING, 5000, seed=1).accuracy
    assert np.random.get_state()[1].tolist() == before


def test_it_is_fast_enough_for_a_page():
    bayes_limit(OVERLAPPING, 1000)
    start = time.process_time()
    bayes_limit(OVERLAPPING)
    assert time.process_time() - start < 0.25


@pytest.mark.parametrize(
    ("X", "sentence"),
    [
        (np.zeros((3, 19)), r"X has the shape \(3, 19\), but the configuration draws 20 features"),
        (np.zeros(20), r"X has the shape \(20,\)"),
        (np.full((3, 20), np.inf), "infinite"),
    ],
)
def test_tracks_of_another_shape_are_refused(X, sentence):
    with pytest.raises(DataError, match=sentence):
        posterior(OVERLAPPING, X)


def test_genres_that_do_not_fit_the_tracks_are_refused():
    with pytest.raises(DataError, match="class number 8"):
        limit_on(OVERLAPPING, np.zeros((1, 20)), [8])
    with pytest.raises(DataError, match="X has 2 rows for 1 class numbers"):
        limit_on(OVERLAPPING, np.zeros((2, 20)), [0])
