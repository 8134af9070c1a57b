"""The generator against its description, written out track by track."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genre_core.config import SyntheticConfig
from genre_core.generator.drawing import draw
from genre_core.sources import load_dataset
from genre_core.sources.synthetic import feature_names, genre_names

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
