"""The limit of what is heard together: against the joint law of all rows, written out, and brute-force counting."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import log_softmax

from genre_core.bayes.conditions import exceeded, heard_together, tracks_by_artist, unheard
from genre_core.bayes.limit import bayes_limit, limit_on
from genre_core.bayes.posterior import posterior
from genre_core.data.generator.drawing import draw
from genre_core.data.generator.law import genre_means, law_of
from genre_core.errors import ConfigError
from genre_core.settings.config import SyntheticConfig, TableConfig

SMALL = {"n_genres": 4, "n_features": 3, "n_samples": 480, "overlap": 2.0, "spread": 2.0}
GROUPS = {
    "artist": {"artists": 15, "artist_spread": 2.0},
    "albums": {"artists": 6, "artist_spread": 1.0, "albums": 3, "album_spread": 2.0, "correlation": 0.4},
    "segments": {"segments": 4, "segment_spread": 3.0, "outlier_rate": 0.2, "label_noise": 0.1},
    "all": {"artists": 5, "albums": 4, "album_spread": 2.0, "segments": 3, "segment_spread": 4.0, "correlation": 0.2},
}


def joint_log_likelihoods(config, rows, means):
    """Return (k,) for the rows (n_tracks, n_segments, n_features) of one artist, by their whole covariance matrix."""
    n_tracks, n_segments, d = rows.shape
    track = np.repeat(np.arange(n_tracks), n_segments)
    album = track % config.albums if config.albums else track
    spread = config.artist_spread if config.artists else 0.0
    shared = np.full((len(track), len(track)), spread**2)
    shared += (config.album_spread**2 if config.artists and config.albums else 0.0) * (album[:, None] == album)
    shared += config.overlap**2 * (track[:, None] == track)
    shared += (config.segment_spread**2 if config.segments > 1 else 0.0) * np.eye(len(track))
    features = (1 - config.correlation) * np.eye(d) + config.correlation
    inverse = np.linalg.inv(np.kron(shared, features))
    apart = rows.reshape(-1) - np.tile(means, len(track))
    return -0.5 * np.einsum("gi,ij,gj->g", apart, inverse, apart)


def drawn_together(config, genre, n_tracks, rng):
    """Draw the rows (n_tracks, n_segments, n_features) of one artist of a genre, offset by offset."""
    d = config.n_features
    root = np.linalg.cholesky((1 - config.correlation) * np.eye(d) + config.correlation)
    noise = rng.standard_normal((n_tracks, config.segments, d)) * config.segment_spread * (config.segments > 1)
    noise += rng.standard_normal((n_tracks, 1, d)) * config.overlap
    if config.artists and config.albums:
        noise += (rng.standard_normal((config.albums, 1, d)) * config.album_spread)[np.arange(n_tracks) % config.albums]
    noise += rng.standard_normal(d) * config.artist_spread * (config.artists > 0)
    return genre_means(config)[genre] + noise @ root.T


@pytest.mark.parametrize("name", ["artist", "albums", "all"])
def test_the_best_mean_of_an_artists_rows_says_all_that_the_rows_say(name):
    config = SyntheticConfig(**SMALL | GROUPS[name])
    n, rng, means = 5, np.random.default_rng(0), genre_means(config)
    law = law_of(config, n_tracks=n, n_segments=config.segments)
    sizes = np.bincount(np.arange(n) % config.albums) if config.albums else np.ones(n)
    album = np.arange(n) % config.albums if config.albums else np.arange(n)
    track = config.overlap**2 + (config.segment_spread**2 / config.segments if config.segments > 1 else 0)
    spread = config.album_spread**2 if config.albums else 0.0
    weights = (1 / (spread + track / sizes) / sizes)[album]
    for _ in range(5):
        rows = drawn_together(config, 1, n, rng)
        mean = weights @ rows.mean(axis=1) / weights.sum()
        apart = mean - means
        inverse = np.linalg.inv((1 - config.correlation) * np.eye(3) + config.correlation)
        said = -0.5 * np.einsum("gi,ij,gj->g", apart, inverse, apart) / law.scatters[0] ** 2
        assert log_softmax(said) == pytest.approx(log_softmax(joint_log_likelihoods(config, rows, means)), abs=1e-8)


@pytest.mark.parametrize("name", ["artist", "albums", "all"])
def test_the_limit_by_artist_is_what_counting_says(name):
    config = SyntheticConfig(**SMALL | GROUPS[name])
    n, rng, means = tracks_by_artist(config), np.random.default_rng(1), genre_means(config)
    n_artists = 600
    right = [
        joint_log_likelihoods(config, drawn_together(config, genre, n, rng), means).argmax() == genre
        for genre in rng.integers(0, 4, n_artists)
    ]
    limit = bayes_limit(config, 50_000, heard="artist")
    assert np.mean(right) == pytest.approx(limit.accuracy, abs=4 * np.sqrt(0.25 / n_artists))


def test_the_limit_by_track_is_what_counting_says_with_outliers_and_wrong_labels():
    config = SyntheticConfig(**SMALL | GROUPS["segments"] | {"n_samples": 40_000})
    tracks = draw(config)
    labels = tracks.y[np.unique(tracks.track, return_index=True)[1]]
    order = np.argsort(tracks.track, kind="stable")
    found = limit_on(config, tracks.X[order], labels, tracks=tracks.track[order])
    limit = bayes_limit(config, 100_000, heard="track")
    assert found.accuracy == pytest.approx(limit.accuracy, abs=4 * np.sqrt(0.25 / len(labels)))
    assert found.accuracy > limit_on(config, tracks.X, tracks.y).accuracy + 0.03


def test_a_track_of_which_one_segment_is_there_is_a_row_and_tracks_are_in_the_order_of_their_first_rows():
    config = SyntheticConfig(**SMALL | GROUPS["segments"])
    tracks = draw(config)
    rows = np.array([5, 3, 9, 7])
    assert posterior(config, tracks.X[rows], tracks=np.array([8, 2, 5, 1])) == pytest.approx(
        posterior(config, tracks.X[rows])
    )
    together = posterior(config, tracks.X[rows], tracks=np.array([8, 2, 8, 1]))
    assert len(together) == 3
    assert together[1:] == pytest.approx(posterior(config, tracks.X[[3, 7]]))
    mean = tracks.X[[5, 9]].mean(axis=0)
    scatters = [np.hypot(2.0 * scale, 3.0 / np.sqrt(2)) for scale in (1, 5)]
    squares = ((mean - genre_means(config)) ** 2).sum(axis=1)
    density = sum(w * s**-3 * np.exp(-squares / (2 * s * s)) for w, s in zip((0.8, 0.2), scatters, strict=True))
    assert together[0] == pytest.approx(density / density.sum() @ law_of(config).flips)


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("overlap", [0.5, 3.0, 12.0])
def test_hearing_more_together_is_never_worse(name, overlap):
    config = SyntheticConfig(**SMALL | GROUPS[name] | {"overlap": overlap})
    found = [bayes_limit(config, 40_000, heard=heard) for heard in heard_together(config)]
    for less, more in pairwise(found):
        assert more.accuracy >= less.accuracy - 3 * (less.standard_error + more.standard_error)


def test_pooling_a_tracks_segments_or_an_artists_tracks_passes_the_limit_of_single_rows():
    config = SyntheticConfig(artists=20, segments=3, segment_spread=6, overlap=3)
    row, track, artist = (bayes_limit(config, 20_000, heard=heard).accuracy for heard in ("row", "track", "artist"))
    assert row + 0.05 < track < artist - 0.02


def test_what_cannot_be_computed_exactly_is_not_offered():
    every = SyntheticConfig(**SMALL | GROUPS["all"])
    assert heard_together(every) == ("row", "track", "artist")
    assert heard_together(SyntheticConfig()) == ("row",)
    assert heard_together(every.model_copy(update={"outlier_rate": 0.1})) == ("row", "track")
    assert heard_together(every.model_copy(update={"missing_rate": 0.1})) == ("row",)
    with pytest.raises(ConfigError, match="by artist is not known"):
        bayes_limit(SyntheticConfig(), heard="artist")


def test_for_whom_it_holds_is_said():
    every = SyntheticConfig(**SMALL | GROUPS["all"])
    assert unheard(every) == "single segments by unknown artists"
    assert unheard(every, "track") == "whole tracks by unknown artists"
    assert unheard(every, "artist") == "all 8 tracks by unknown artists, heard together"
    assert unheard(SyntheticConfig(artists=5)) == "single tracks by unknown artists"
    assert unheard(SyntheticConfig(segments=2)) == "single segments of unknown tracks"
    assert unheard(SyntheticConfig(segments=2), "track") == "unknown tracks"
    assert unheard(SyntheticConfig()) == unheard(TableConfig()) == ""


def test_a_limit_is_said_not_to_hold_for_those_that_a_leaky_split_lets_a_model_know():
    said = exceeded(SyntheticConfig(artists=5), {"album": 3, "artist": 40})
    assert said.startswith("It does not hold here: the same artists are in both training and test")
    assert "the same tracks" in exceeded(SyntheticConfig(segments=2), {"track": 40})
    assert exceeded(SyntheticConfig(artists=5), {}) == exceeded(SyntheticConfig(), {"artist": 3}) == ""
