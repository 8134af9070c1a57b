"""The generator against its description: the notebook's track by track, and all that makes it awkward."""

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from genre_core.data.generator.drawing import draw
from genre_core.data.generator.law import correlate, decorrelate, law_of, nearest_genres
from genre_core.data.sources import load_dataset
from genre_core.data.sources.synthetic import feature_names
from genre_core.data.splitting import split_dataset
from genre_core.errors import DataError
from genre_core.settings.config import SplitConfig, SyntheticConfig
from genre_core.settings.genres import genre_names, genre_pairs

NOTEBOOK_GENRES = ("Rock", "Electronic", "Hip-Hop", "Classical", "Jazz", "Folk", "Pop", "Experimental")


def track_by_track(config):
    """Draw as the notebook does: a mean for each genre, then its tracks one after another, then a shuffle."""
    np.random.seed(config.seed)
    tracks, genres = [], []
    for genre in range(config.n_genres):
        mean = np.random.randn(config.n_features) * config.spread + config.shift * genre
        for _ in range(config.n_samples // config.n_genres):
            tracks.append(mean + np.random.randn(config.n_features) * config.overlap)
            genres.append(genre)
    order = np.random.permutation(len(tracks))
    return np.array(tracks)[order], np.array(genres)[order]


@given(
    st.builds(
        SyntheticConfig,
        n_samples=st.integers(40, 200),
        n_features=st.integers(2, 30),
        n_genres=st.integers(2, 8),
        overlap=st.floats(0.05, 20),
        spread=st.floats(0, 10),
        shift=st.floats(0, 5),
        seed=st.integers(0, 2**32 - 1),
    )
)
@example(SyntheticConfig(overlap=0.8))
@example(SyntheticConfig(n_samples=41, n_features=3, n_genres=7, seed=2**32 - 1))
def test_the_draw_is_that_of_the_notebook_to_the_bit(config):
    X, y = track_by_track(config)
    drawn = draw(config)
    assert np.array_equal(drawn.X, X)
    assert np.array_equal(drawn.y, y)


def test_the_data_set_is_named_and_balanced():
    dataset = load_dataset(SyntheticConfig())
    assert dataset.X.shape == (8000, 20)
    assert dataset.genres == NOTEBOOK_GENRES
    assert dataset.counts.tolist() == [1000] * 8
    assert dataset.features[:7] == (
        "chroma_stft", "rms", "spectral_centroid", "spectral_bandwidth", "rolloff", "zero_crossing_rate", "tempo",
    )  # fmt: skip
    assert dataset.features[7:] == tuple(f"mfcc{number}" for number in range(1, 14))
    assert (dataset.tracks[0], dataset.tracks[-1]) == ("1", "8,000")
    assert dataset.groups == {}


@pytest.mark.parametrize("seed", [42, 43])
def test_the_seed_determines_the_data(seed):
    config = SyntheticConfig(n_samples=40, seed=seed)
    assert load_dataset(config).content_hash == load_dataset(config).content_hash
    assert load_dataset(config).content_hash != load_dataset(SyntheticConfig(n_samples=40, seed=seed + 1)).content_hash


def test_generating_leaves_numpys_global_stream_alone():
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    load_dataset(SyntheticConfig(n_samples=40))
    assert np.array_equal(np.random.get_state()[1], before)


@given(st.integers(1, 60), st.integers(1, 500))
def test_names_are_distinct_and_go_on(n_genres, n_features):
    assert len(set(genre_names(n_genres))) == n_genres
    assert len(set(feature_names(n_features))) == n_features
    assert genre_names(60)[:n_genres] == genre_names(n_genres)
    assert feature_names(500)[:n_features] == feature_names(n_features)
    assert feature_names(500)[-1] == "mfcc493"


# -- as awkward as real data -------------------------------------------------------------------------------------------

SMALL = {"n_samples": 1600, "n_features": 6, "n_genres": 4}
AWKWARD = {
    "imbalance": 8.0, "artists": 5, "albums": 3, "segments": 2, "correlation": 0.4, "label_noise": 0.2,
    "missing_rate": 0.1, "outlier_rate": 0.1,
}  # fmt: skip


def drawn(**settings):
    return draw(SyntheticConfig(**(SMALL | settings)))


@pytest.mark.parametrize(
    "settings",
    [
        {"artists": 5, "artist_spread": 0.0},
        {"artists": 5, "artist_spread": 0.0, "albums": 2, "album_spread": 0.0},
        {"noise_kind": "neighbours"},
        {"noise_kind": "chosen", "noise_pairs": "1-2"},
        {"noise_kind": "chosen", "label_noise": 0.4},
        {"noise_pairs": "Rock-Hip-Hop"},
        {"albums": 3, "artist_spread": 9.0},
        {"outlier_scale": 9.0, "segment_spread": 7.0, "album_spread": 3.0},
    ],
)
def test_what_has_no_effect_leaves_every_bit_alone(settings):
    plain, other = drawn(), drawn(**settings)
    assert np.array_equal(plain.X, other.X)
    assert np.array_equal(plain.y, other.y)


@pytest.mark.parametrize(("name", "value"), AWKWARD.items())
def test_no_setting_moves_the_genres(name, value):
    extra = {"artists": 5} if name == "albums" else {}
    assert np.array_equal(drawn(**{name: value}, **extra).means, drawn().means)


@pytest.mark.parametrize(("name", "value"), [("label_noise", 0.2), ("missing_rate", 0.1), ("outlier_rate", 0.1)])
def test_a_part_of_the_rows_changes_and_the_rest_stays_to_the_bit(name, value):
    plain, some, more = drawn(), drawn(**{name: value}), drawn(**{name: 2 * value})
    rows = {
        "label_noise": lambda d: d.y != d.y_clean,
        "missing_rate": lambda d: np.isnan(d.X),
        "outlier_rate": lambda d: (d.X != plain.X).any(axis=1),
    }[name]
    assert not rows(plain).any()
    assert rows(some).mean() == pytest.approx(value, abs=0.04)
    assert (rows(some) <= rows(more)).all()
    assert np.array_equal(some.X[~rows(some)], plain.X[~rows(some)])
    assert np.array_equal(some.y_clean, plain.y)


def test_imbalance_is_a_geometric_series_from_the_first_genre_to_the_last():
    config = SyntheticConfig(**SMALL, imbalance=8)
    counts = np.bincount(draw(config).y)
    assert counts.tolist() == list(config.tracks_per_genre)
    assert counts.sum() == 1600
    assert counts[:-1] / counts[1:] == pytest.approx(2.0, rel=0.01)
    # The first tracks of a genre are those of the balanced draw.
    rare, plain = drawn(imbalance=8), drawn()
    assert {tuple(row) for row in rare.X[rare.y == 3]} <= {tuple(row) for row in plain.X[plain.y == 3]}


@given(st.integers(40, 3000), st.integers(2, 10), st.floats(1, 100), st.integers(1, 5))
def test_shares_never_exceed_what_is_asked_for(n_samples, n_genres, imbalance, segments):
    try:
        config = SyntheticConfig(n_samples=n_samples, n_genres=n_genres, imbalance=imbalance, segments=segments)
    except ValidationError:
        return
    counts = config.tracks_per_genre
    assert sum(counts) == n_samples // segments // n_genres * n_genres
    assert list(counts) == sorted(counts, reverse=True)
    assert min(counts) >= 5


def test_artists_albums_and_segments_are_levels_one_within_the_other():
    dataset = load_dataset(SyntheticConfig(**SMALL, artists=5, albums=3, segments=4))
    assert list(dataset.groups) == ["track", "album", "artist"]
    assert [len(np.unique(numbers)) for numbers in dataset.groups.values()] == [400, 60, 20]
    for finer, coarser in pairwise(dataset.groups.values()):
        assert all(len(np.unique(coarser[finer == number])) == 1 for number in np.unique(finer))
    assert len(dataset) == 1600
    assert len(set(dataset.tracks)) == 1600
    track = dataset.groups["track"]
    same = np.flatnonzero(track == track[0])
    assert [dataset.tracks[row] for row in same] == ["1.1", "1.2", "1.3", "1.4"]


def test_levels_that_say_nothing_are_not_there():
    assert load_dataset(SyntheticConfig(**SMALL, artists=400)).groups == {}
    assert list(load_dataset(SyntheticConfig(**SMALL, artists=1)).groups) == ["artist"]


def scatter(X, numbers):
    """Return the variance of groups' means, and that of rows within their group, both per feature."""
    means = np.array([X[numbers == number].mean(axis=0) for number in np.unique(numbers)])
    within = X - means[np.unique(numbers, return_inverse=True)[1]]
    return means.var(axis=0, ddof=1).mean(), (within**2).sum() / (len(X) - len(means)) / X.shape[1]


def test_each_spread_is_the_standard_deviation_that_it_says():
    big = {"n_samples": 20_000, "n_features": 10, "n_genres": 2, "spread": 0, "shift": 0, "overlap": 2}
    between, within = scatter(*(lambda d: (d.X, d.artist))(draw(SyntheticConfig(**big, artists=500, artist_spread=3))))
    assert within == pytest.approx(4, rel=0.02)
    assert between == pytest.approx(9 + 4 / 20, rel=0.05)
    albums = draw(SyntheticConfig(**big, artists=50, artist_spread=0, albums=10, album_spread=3))
    between, within = scatter(albums.X, albums.album)
    assert within == pytest.approx(4, rel=0.02)
    assert between == pytest.approx(9 + 4 / 20, rel=0.06)
    pieces = draw(SyntheticConfig(**big, segments=4, segment_spread=3))
    between, within = scatter(pieces.X, pieces.track)
    assert within == pytest.approx(9, rel=0.03)
    assert between == pytest.approx(4 + 9 / 4, rel=0.05)


def test_outliers_scatter_as_many_times_as_they_say():
    settings = {"n_samples": 20_000, "n_features": 10, "n_genres": 2, "spread": 0, "shift": 0, "overlap": 1}
    plain = draw(SyntheticConfig(**settings)).X
    some = draw(SyntheticConfig(**settings, outlier_rate=0.2, outlier_scale=4)).X
    far = (some != plain).any(axis=1)
    assert some[far] == pytest.approx(4 * plain[far])


def test_any_two_features_of_one_genre_have_the_correlation():
    X = draw(
        SyntheticConfig(
            n_samples=40_000, n_features=5, n_genres=2, spread=0, shift=0, correlation=0.6, artists=500, segments=2
        )
    ).X
    assert np.corrcoef(X.T)[np.triu_indices(5, 1)] == pytest.approx(0.6, abs=0.03)
    assert X.std(axis=0) == pytest.approx(np.sqrt(4.25**2 + 2**2 + 1), rel=0.03)


def test_correlating_can_be_undone():
    z = np.random.default_rng(0).standard_normal((10, 7))
    assert decorrelate(correlate(z, 0.7), 0.7) == pytest.approx(z)


@pytest.mark.parametrize("kind", ["uniform", "neighbours"])
def test_labels_are_wrong_where_and_as_asked_for(kind):
    config = SyntheticConfig(**SMALL | {"n_samples": 8000}, label_noise=0.3, noise_kind=kind, segments=2)
    dataset = load_dataset(config)
    assert (dataset.y != dataset.y_clean).mean() == pytest.approx(0.3, abs=0.03)
    rates = np.bincount(dataset.y_clean * 4 + dataset.y, minlength=16).reshape(4, 4) / 2000
    assert rates == pytest.approx(law_of(config).flips, abs=0.05)
    for track in range(20):  # all pieces of a track carry its label
        assert len(np.unique(dataset.y[dataset.groups["track"] == track])) == 1
    assert load_dataset(SyntheticConfig(**SMALL)).y_clean is None


def test_chosen_pairs_get_each_others_labels_and_no_other_genre_does():
    config = SyntheticConfig(
        **SMALL | {"n_samples": 16_000}, label_noise=0.3, noise_kind="chosen", noise_pairs="1-2,2-4"
    )
    expected = [[0.7, 0.3, 0, 0], [0.15, 0.7, 0, 0.15], [0, 0, 1, 0], [0, 0.3, 0, 0.7]]
    assert law_of(config).flips == pytest.approx(np.array(expected))
    dataset = load_dataset(config)
    rates = np.bincount(dataset.y_clean * 4 + dataset.y, minlength=16).reshape(4, 4) / 4000
    assert rates == pytest.approx(np.array(expected), abs=0.03)
    assert (rates[np.array(expected) == 0] == 0).all()
    # The same tracks are struck whatever the kind, and more noise only adds to them.
    uniform, more = (
        load_dataset(config.model_copy(update=other)) for other in ({"noise_kind": "uniform"}, {"label_noise": 0.4})
    )
    struck = dataset.y != dataset.y_clean
    assert (struck == ((uniform.y != uniform.y_clean) & (dataset.y_clean != 2))).all()
    assert (more.y[struck] == dataset.y[struck]).all()


def test_pairs_are_read_by_name_or_number_each_once():
    assert genre_pairs(" Rock-Hip-Hop, hip-hop – Pop,3-1,, Genre 17-Jazz ", 20) == ((0, 2), (2, 6), (4, 16))
    assert genre_pairs("", 2) == ()


def test_a_wrong_label_between_neighbours_is_the_nearest_genre():
    means = np.array([[0.0, 0], [3, 0], [3, 1], [9, 9]])
    assert nearest_genres(means).tolist() == [1, 2, 1, 2]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"imbalance": 100}, "the rarest genre has 3 whole tracks, but a split needs at least 5"),
        ({"segments": 50, "n_genres": 8}, "the rarest genre has 4 whole tracks"),
        ({"artists": 300, "albums": 2}, "400 whole tracks, too few for 300 artists of 2 albums \\(600 at one"),
        ({"artists": 401}, "400 whole tracks, too few for 401 artists"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_one_sentence(settings, sentence):
    with pytest.raises(ValidationError, match=sentence):
        SyntheticConfig(**SMALL | {"n_samples": 1600 if "imbalance" not in settings else 400} | settings)


def test_all_of_it_together_takes_moments():
    config = SyntheticConfig(n_samples=10_000, n_features=500, n_genres=20, **AWKWARD)
    start = time.process_time()
    assert load_dataset(config).X.shape == (10_000, 500)
    assert time.process_time() - start < 6


@pytest.mark.parametrize("by", ["row", "track", "artist"])
def test_every_way_of_splitting_says_what_leaks(by):
    dataset = load_dataset(SyntheticConfig(**SMALL, artists=10, segments=4))
    split = split_dataset(dataset, SplitConfig(by=by))
    assert split.straddling == {"row": ("track", "artist"), "track": ("artist",), "artist": ()}[by]


def test_one_artist_for_a_genre_cannot_be_split_by_artist():
    dataset = load_dataset(SyntheticConfig(**SMALL, artists=1))
    with pytest.raises(DataError, match=r"The genre Rock has 1 artist, too few"):
        split_dataset(dataset, SplitConfig())
