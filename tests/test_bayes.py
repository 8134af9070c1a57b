"""The Bayes limit of the generator: known answers, closed forms, and no classifier beyond it."""

import itertools
import math
import time
from functools import cache
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_core.bayes.curve import limit_curve, overlap_for
from genre_core.bayes.limit import bayes_limit, limit_on
from genre_core.bayes.posterior import posterior
from genre_core.bayes.shortfall import shortfall
from genre_core.data.generator.drawing import draw
from genre_core.data.generator.law import genre_means, law_of
from genre_core.data.inputs import Standardizer
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import split_dataset
from genre_core.errors import ConfigError, DataError
from genre_core.evaluation.count_statistics import macro_f1_of_counts
from genre_core.evaluation.intervals import share_interval, wilson
from genre_core.settings.config import SplitConfig, SyntheticConfig

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
known_limit = cache(bayes_limit)


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


def test_the_overlapping_tracks_have_their_bayes_limit():
    limit = known_limit(OVERLAPPING)
    # A plain simulation of a million tracks gave .818463 with a standard error of .000386.
    assert limit.accuracy == pytest.approx(0.8185, abs=0.001)
    assert limit.interval.low < limit.accuracy < limit.interval.high
    assert limit.interval.high - limit.interval.low < 0.0015
    assert limit.n_draws == 200_000


def test_the_confusion_rates_agree_with_plain_counting():
    limit = known_limit(OVERLAPPING)
    rng = np.random.default_rng(1)
    y_true = np.repeat(np.arange(8), 25_000)
    X = genre_means(OVERLAPPING)[y_true] + rng.standard_normal((len(y_true), 20)) * 4.25
    counts = np.bincount(y_true * 8 + posterior(OVERLAPPING, X).argmax(axis=1), minlength=64).reshape(8, 8)
    # Four standard errors of a share of 25,000 tracks.
    assert limit.confusion == pytest.approx(counts / 25_000, abs=4 * math.sqrt(0.25 / 25_000))
    assert limit.confusion.sum(axis=1) == pytest.approx(1.0)
    assert np.diagonal(limit.confusion).mean() == pytest.approx(limit.accuracy)


def test_macro_f1_is_that_of_its_confusion_rates():
    limit = known_limit(OVERLAPPING)
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
    exact = bayes_limit(config, 500_000, seed=1).accuracy
    estimates = [bayes_limit(config, 4000, seed=seed) for seed in range(150)]
    scores = np.array([(e.accuracy - exact) / e.standard_error for e in estimates])
    assert abs(scores.mean()) < 0.25
    assert 0.85 < scores.std() < 1.15
    assert 0.9 < np.mean([e.interval.low <= exact <= e.interval.high for e in estimates]) < 0.985


@pytest.mark.parametrize("seed", [1, 2])
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
    assert score.interval.low < known_limit(OVERLAPPING).accuracy < score.interval.high


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


# -- awkward tracks ----------------------------------------------------------------------------------------------------

PHI = NormalDist().cdf
PAIR = {"n_samples": 200, "n_genres": 2, "n_features": 4, "spread": 1.0, "overlap": 1.5}
MANY = {"n_samples": 40_000, "n_features": 8, "n_genres": 5, "overlap": 3.0, "spread": 1.5}


def correlation_matrix(n_features, correlation):
    return np.full((n_features, n_features), correlation) + (1 - correlation) * np.eye(n_features)


def mahalanobis(config, seen=slice(None)):
    """Return how far the first two genres lie apart in the values seen, in units of R alone."""
    gap = np.subtract(*genre_means(config)[:2])[seen]
    return math.sqrt(
        gap @ np.linalg.solve(correlation_matrix(config.n_features, config.correlation)[seen][:, seen], gap)
    )


def agrees(config, expected, n_draws=40_000):
    limit = bayes_limit(config, n_draws)
    assert limit.accuracy == pytest.approx(expected, abs=5 * limit.standard_error + 1e-4)
    return limit


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("levels", [{}, {"artists": 4, "artist_spread": 1.0}, {"segments": 3, "segment_spread": 2.0}])
def test_scatter_and_correlation_have_their_closed_form(correlation, levels):
    config = SyntheticConfig(**PAIR, correlation=correlation, **levels)
    scatter = math.hypot(1.5, levels.get("artist_spread", 0), levels.get("segment_spread", 0))
    agrees(config, PHI(mahalanobis(config) / (2 * scatter)))


def test_artists_albums_and_segments_add_up_and_are_nothing_where_there_are_none():
    config = SyntheticConfig(
        **PAIR, artists=4, albums=2, segments=2, artist_spread=1.0, album_spread=0.8, segment_spread=0.6
    )
    agrees(config, PHI(mahalanobis(config) / (2 * math.sqrt(1.5**2 + 1 + 0.64 + 0.36))))
    none = SyntheticConfig(**PAIR, albums=2, artist_spread=9.0, album_spread=9.0, segment_spread=9.0)
    agrees(none, PHI(mahalanobis(none) / 3))


@pytest.mark.parametrize("imbalance", [1.5, 10.0, 39.0])
def test_two_genres_of_unequal_size_have_their_closed_form(imbalance):
    config = SyntheticConfig(**PAIR | {"overlap": 2.5}, imbalance=imbalance)
    common, rare = np.array(config.tracks_per_genre) / 200
    apart = mahalanobis(config) / 2.5
    lead = math.log(common / rare) / apart
    limit = agrees(config, common * PHI(apart / 2 + lead) + rare * PHI(apart / 2 - lead))
    assert limit.shares == pytest.approx([common, rare])
    assert limit.shares @ np.diagonal(limit.confusion) == pytest.approx(limit.accuracy)
    assert np.diagonal(limit.confusion) == pytest.approx([PHI(apart / 2 + lead), PHI(apart / 2 - lead)], abs=0.02)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, ""),
        ({"correlation": 0.5, "missing_rate": 0.2}, ""),
        ({"artists": 5}, "It holds for single tracks by unknown artists."),
        ({"artists": 5, "segments": 2}, "It holds for single segments by unknown artists."),
        ({"segments": 2}, "It holds for single segments of unknown tracks."),
        ({"label_noise": 0.2}, "It counts predictions of the label, which is wrong for 20 % of the tracks."),
        ({"label_noise": 0.2, "noise_kind": "chosen"}, ""),
        (
            {"label_noise": 0.2, "noise_kind": "chosen", "noise_pairs": "1-2", "n_genres": 4},
            "It counts predictions of the label, which is wrong for 10 % of the tracks.",
        ),
    ],
)
def test_a_limit_says_what_it_holds_for(settings, sentence):
    assert bayes_limit(SyntheticConfig(**PAIR | settings), 100).about == sentence


@pytest.mark.parametrize("noise", [0.1, 0.4])
def test_wrong_labels_cost_what_they_must_and_the_genres_stay_as_clear_as_they_were(noise):
    plain, config = SyntheticConfig(**MANY), SyntheticConfig(**MANY, label_noise=noise)
    clear = known_limit(plain).accuracy
    agrees(config, (1 - noise) * clear + noise / 4 * (1 - clear))
    assert known_limit(config, clean=True).accuracy == clear
    assert "true genre" in known_limit(config, clean=True).about


def test_outliers_of_two_genres_have_their_closed_form():
    config = SyntheticConfig(**PAIR, outlier_rate=0.3, outlier_scale=6)
    apart = mahalanobis(config) / 2
    agrees(config, 0.7 * PHI(apart / 1.5) + 0.3 * PHI(apart / 9))


@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_missing_values_of_two_genres_are_a_sum_over_what_is_seen(correlation):
    config = SyntheticConfig(**PAIR, missing_rate=0.3, correlation=correlation)
    expected = 0.0
    for seen in itertools.product([False, True], repeat=4):
        chance = math.prod(0.7 if there else 0.3 for there in seen)
        apart = mahalanobis(config, np.array(seen)) if any(seen) else 0.0
        expected += chance * PHI(apart / 3)
    agrees(config, expected)


@pytest.mark.parametrize(
    "settings",
    [
        {"correlation": 0.5, "imbalance": 6.0},
        {"outlier_rate": 0.2, "outlier_scale": 5.0},
        {"correlation": 0.3, "imbalance": 3.0, "outlier_rate": 0.3, "label_noise": 0.2, "noise_kind": "neighbours"},
        {"label_noise": 0.4, "noise_kind": "chosen", "noise_pairs": "1-4", "imbalance": 2.0},
    ],
)
def test_two_features_agree_with_quadrature(settings):
    from scipy.stats import multivariate_normal

    config = SyntheticConfig(n_samples=1000, n_genres=4, n_features=2, overlap=1.2, spread=1.5, **settings)
    law = law_of(config)
    step = 0.1
    axis = np.arange(-30, 35, step)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1)
    R = correlation_matrix(2, config.correlation)
    densities = [
        share
        * sum(
            weight * multivariate_normal.pdf(grid, mean, scatter**2 * R)
            for weight, scatter in zip(law.weights, law.scatters, strict=True)
        )
        for share, mean in zip(law.shares, law.means, strict=True)
    ]
    joint = np.stack(densities, axis=-1) @ law.flips
    agrees(config, joint.max(axis=-1).sum() * step**2, n_draws=100_000)


AWKWARD = [
    {"imbalance": 10.0, "correlation": 0.4},
    {"label_noise": 0.2, "noise_kind": "neighbours", "imbalance": 5.0},
    {"label_noise": 0.4, "noise_kind": "chosen", "noise_pairs": "Rock-Hip-Hop, 3-4"},
    {"outlier_rate": 0.15, "missing_rate": 0.2},
    {"artists": 400, "albums": 3, "correlation": 0.2, "missing_rate": 0.1},
    {"segments": 2, "outlier_rate": 0.1, "label_noise": 0.1},
]


@pytest.mark.parametrize("settings", AWKWARD, ids=lambda settings: "+".join(settings))
def test_the_limit_is_what_plain_counting_on_drawn_tracks_comes_to(settings):
    config = SyntheticConfig(**MANY, **settings)
    drawn, limit = draw(config), bayes_limit(config)
    groups = drawn.artist if config.artists else drawn.track
    scores = {
        clean: limit_on(config, drawn.X, y, groups, clean=clean)
        for clean, y in ((False, drawn.y), (True, drawn.y_clean))
    }
    for score, of in ((scores[False], limit), (scores[True], known_limit(config, clean=True))):
        low, high = score.interval.low, score.interval.high
        assert abs(score.accuracy - of.accuracy) < (high - low)  # four standard errors
    counts = np.bincount(drawn.y * 5 + scores[False].y_pred, minlength=25).reshape(5, 5)
    assert limit.confusion == pytest.approx(counts / counts.sum(axis=1, keepdims=True), abs=0.06)
    assert limit.macro_f1 == pytest.approx(macro_f1_of_counts(counts), abs=0.015)
    assert limit.shares == pytest.approx(counts.sum(axis=1) / len(drawn.y), abs=0.01)


@pytest.mark.parametrize(
    "settings",
    [{"correlation": 0.5}, {"outlier_rate": 0.2}, {"correlation": 0.7, "outlier_rate": 0.2, "imbalance": 3.0}],
)
def test_the_posterior_of_what_is_seen_is_bayes_rule(settings):
    from scipy.stats import multivariate_normal

    config = SyntheticConfig(n_samples=400, n_features=5, n_genres=3, overlap=2, missing_rate=0.4, **settings)
    law, X = law_of(config), draw(config).X[:40]
    R = correlation_matrix(5, config.correlation)
    for row, y_prob in zip(X, posterior(config, X), strict=True):
        seen = ~np.isnan(row)
        joint = law.shares.copy()
        if seen.any():
            joint *= [
                sum(
                    weight * multivariate_normal.pdf(row[seen], mean[seen], scatter**2 * R[np.ix_(seen, seen)])
                    for weight, scatter in zip(law.weights, law.scatters, strict=True)
                )
                for mean in law.means
            ]
        assert y_prob == pytest.approx(joint / joint.sum(), abs=1e-9)


def some_settings(seed):
    """Return a random configuration with a few things awkward."""
    rng = np.random.default_rng(seed)
    possible = {
        "imbalance": float(rng.uniform(1, 20)),
        "artists": int(rng.integers(8, 40)),
        "correlation": float(rng.uniform(0, 0.9)),
        "label_noise": float(rng.uniform(0, 0.4)),
        "missing_rate": float(rng.uniform(0, 0.4)),
        "outlier_rate": float(rng.uniform(0, 0.3)),
        "segments": int(rng.integers(2, 5)),
    }
    chosen = {name: possible[name] for name in rng.choice(list(possible), 3, replace=False)}
    return SyntheticConfig(
        n_samples=8000,
        n_features=int(rng.integers(2, 15)),
        n_genres=int(rng.integers(2, 7)),
        overlap=float(rng.uniform(0.5, 5)),
        noise_kind=str(rng.choice(["uniform", "neighbours"])),
        seed=seed,
        **chosen,
    )


@pytest.mark.parametrize("seed", range(16))
def test_no_classifier_beats_the_limit_on_artists_it_has_not_heard(seed):
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

    config = some_settings(seed)
    dataset = load_dataset(config)
    split = split_dataset(dataset, SplitConfig(test_fraction=0.4, validation_fraction=0.2))
    assert not split.leaky
    X = Standardizer.fit(dataset.X[split.train]).transform(dataset.X)
    limit, y = bayes_limit(config, 50_000), dataset.y
    groups = np.arange(len(split.test)) if dataset.coarsest is None else dataset.clusters(split.test)
    for model in (LinearDiscriminantAnalysis(), NearestCentroid(), KNeighborsClassifier(25, algorithm="brute")):
        right = model.fit(X[split.train], y[split.train]).predict(X[split.test]) == y[split.test]
        chance = share_interval(right, np.ones_like(right), groups, confidence=0.99995)
        assert limit.accuracy > chance.low - 4 * limit.standard_error


def knn_score(dataset, by):
    """Return how often 5 nearest neighbors are right on the test part, with the interval by artist."""
    from sklearn.neighbors import KNeighborsClassifier

    split = split_dataset(dataset, SplitConfig(by=by))
    model = KNeighborsClassifier(5).fit(dataset.X[split.train], dataset.y[split.train])
    right = model.predict(dataset.X[split.test]) == dataset.y[split.test]
    return right.mean(), share_interval(right, np.ones_like(right), dataset.clusters(split.test))


@pytest.mark.parametrize("seed", range(3))
def test_splits_agree_where_artists_make_no_difference_and_only_there(seed):
    settings = {"n_samples": 4000, "n_genres": 4, "artists": 20, "albums": 2, "album_spread": 0.0, "seed": seed}
    same = load_dataset(SyntheticConfig(**settings, artist_spread=0.0))
    scores = [knn_score(same, by) for by in ("row", "album", "artist")]
    for (_, a), (_, b) in itertools.combinations(scores, 2):
        assert max(a.low, b.low) < min(a.high, b.high)
    config = SyntheticConfig(**settings, overlap=2.0, artist_spread=5.0)
    apart = load_dataset(config)
    (row, of_row), (artist, of_artist) = knn_score(apart, "row"), knn_score(apart, "artist")
    limit = bayes_limit(config).accuracy
    assert of_row.low > of_artist.high
    assert row > limit + 0.05  # who knows the artists is better than anyone can be who does not
    assert of_artist.low < limit
    assert artist < limit + 0.05


# -- the overlap -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"imbalance": 10.0}, {"artists": 5, "artist_spread": 1.0}])
@pytest.mark.parametrize("accuracy", [0.5, 0.8])
def test_the_overlap_for_an_accuracy_leads_back_to_it(settings, accuracy):
    config = SyntheticConfig(**settings)
    overlap = overlap_for(config, accuracy)
    below, there, above = (
        point.accuracy for point in limit_curve(config, [overlap - 0.05, overlap, overlap + 0.05], 200_000)
    )
    assert below > there > above
    assert above - 0.002 < accuracy < below + 0.002
    assert SyntheticConfig(overlap=overlap).overlap == overlap


@pytest.mark.parametrize(
    ("settings", "accuracy", "sentence"),
    [
        ({}, 0.1, r"No overlap makes 10.0 % .* 24.\d % at overlap 20 to 100.0 % at 0.05"),
        ({"label_noise": 0.3}, 0.8, "to 70.0 % at 0.05"),
        ({"spread": 0.0, "shift": 0.0}, 0.5, "how far apart the genres are"),
    ],
)
def test_an_accuracy_out_of_reach_is_refused_with_what_is_in_reach(settings, accuracy, sentence):
    with pytest.raises(ConfigError, match=sentence):
        overlap_for(SyntheticConfig(**settings), accuracy)


def test_the_curve_falls_smoothly_and_agrees_with_the_limit():
    overlaps = [float(x) for x in np.arange(0.5, 12, 0.5)]
    points = limit_curve(OVERLAPPING, overlaps)
    accuracies = np.array([point.accuracy for point in points])
    assert [point.overlap for point in points] == overlaps
    assert (np.diff(accuracies) <= 1e-9).all()
    assert (np.diff(accuracies, 2)[8:] > -0.002).all()
    for point in points[::7]:
        config = OVERLAPPING.model_copy(update={"overlap": point.overlap})
        expected = bayes_limit(config, seed=3)
        assert point.accuracy == pytest.approx(
            expected.accuracy, abs=4 * math.hypot(point.standard_error, expected.standard_error) + 1e-6
        )
    with pytest.raises(ConfigError, match="overlap is 21"):
        limit_curve(OVERLAPPING, [1.0, 21.0])


# -- what a run could have avoided -------------------------------------------------------------------------------------


def test_the_parts_of_an_error_add_up_to_what_is_counted(tracks):
    rng = np.random.default_rng(0)
    y_pred = np.where(rng.random(8000) < 0.2, 0, posterior(OVERLAPPING, tracks.X).argmax(axis=1))
    found = shortfall(OVERLAPPING, tracks.X, tracks.y, y_pred)
    assert found.overall.error == (y_pred != tracks.y).mean()
    assert found.overall.n == sum(genre.n for genre in found.per_genre) == 8000
    for genre, part in enumerate(found.per_genre):
        assert part.error == pytest.approx((y_pred[tracks.y == genre] != genre).mean())
        assert part.unavoidable + part.avoidable + part.luck == pytest.approx(part.error)
        assert part.interval.low <= part.avoidable <= part.interval.high
        assert abs(part.luck) < 0.06
    # It says Rock too often: Rock gains, all others lose.
    assert found.per_genre[0].interval.high < 0
    assert all(part.interval.low > 0 for part in found.per_genre[1:])
    assert found.overall.interval.low > 0


def test_the_best_classifier_could_have_avoided_nothing(tracks):
    best = posterior(OVERLAPPING, tracks.X).argmax(axis=1)
    found = shortfall(OVERLAPPING, tracks.X, tracks.y, best)
    limit = known_limit(OVERLAPPING)
    for part in (found.overall, *found.per_genre):
        assert part.avoidable == 0.0
        assert (part.interval.low, part.interval.high) == (0.0, 0.0)
    assert found.overall.unavoidable == pytest.approx(1 - limit.accuracy, abs=0.01)
    for part, recall in zip(found.per_genre, np.diagonal(limit.confusion), strict=True):
        assert part.unavoidable == pytest.approx(1 - recall, abs=0.03)


def test_the_interval_of_what_was_avoidable_covers_it():
    config = SyntheticConfig(n_samples=40_000, n_genres=4, n_features=5, overlap=3)
    drawn = draw(config)
    truth = bayes_limit(config).accuracy - 1 / 4  # of always answering the first genre
    chunks = np.arange(40_000).reshape(100, 400)
    found = [
        shortfall(config, drawn.X[rows], drawn.y[rows], np.zeros(400, dtype=int), seed=n).overall
        for n, rows in enumerate(chunks)
    ]
    assert 0.88 < np.mean([part.interval.low <= truth <= part.interval.high for part in found]) <= 0.99


def test_rows_that_belong_together_tell_less():
    config = SyntheticConfig(n_samples=4000, n_genres=4, overlap=3, segments=10, segment_spread=0.5)
    drawn = draw(config)
    y_pred = np.zeros(4000, dtype=int)
    alone = shortfall(config, drawn.X, drawn.y, y_pred).overall
    together = shortfall(config, drawn.X, drawn.y, y_pred, drawn.track).overall
    assert together.avoidable == alone.avoidable
    assert together.interval.high - together.interval.low > 2 * (alone.interval.high - alone.interval.low)


def test_a_genre_without_a_track_has_no_error_of_its_own(tracks):
    rows = tracks.y != 3
    found = shortfall(OVERLAPPING, tracks.X[rows], tracks.y[rows], tracks.y[rows])
    assert (found.per_genre[3].n, math.isnan(found.per_genre[3].error)) == (0, True)
    assert found.overall.error == 0.0


def test_right_about_what_can_be_asked():
    config = SyntheticConfig(**MANY | {"n_samples": 4000}, label_noise=0.3)
    drawn = draw(config)
    labels = shortfall(config, drawn.X, drawn.y, drawn.y_clean)
    genres = shortfall(config, drawn.X, drawn.y_clean, drawn.y_clean, clean=True)
    assert labels.overall.error == pytest.approx(0.3, abs=0.03)
    assert genres.overall.error == 0.0
    assert labels.overall.unavoidable > genres.overall.unavoidable + 0.1


@pytest.mark.parametrize(
    ("y", "y_pred", "groups", "sentence"),
    [
        ([0, 1], [0], None, "y_pred"),
        ([0, 9], [0, 1], None, "class number 9"),
        ([], [], None, "no track"),
        ([0, 1], [0, 1], np.array([1]), "groups"),
    ],
)
def test_predictions_that_do_not_fit_are_refused(y, y_pred, groups, sentence):
    with pytest.raises(DataError, match=sentence):
        shortfall(OVERLAPPING, np.zeros((len(y), 20)), np.array(y, int), np.array(y_pred, int), groups)
