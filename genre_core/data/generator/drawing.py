"""Drawing synthetic tracks: the notebook's stream to the bit, and everything awkward from streams of its own.

From NumPy's legacy stream, for genre g = 0, 1, …: its mean, `randn(n_features) * spread + shift * g`, then
`n_samples // n_genres` tracks, each `mean + randn(n_features) * overlap`; after all genres one permutation shuffles.
Whatever else is asked for has a stream of its own, so that no setting changes what another one draws: with every
setting at its default the tracks are the notebook's, and raising the label noise only adds wrong labels.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.data.generator.law import correlate, wrong_labels
from genre_core.settings.config import SyntheticConfig

Stream = Literal["tracks", "artists", "albums", "segments", "labels", "missing", "outliers", "order"]
STREAMS: tuple[Stream, ...] = get_args(Stream)


@dataclass(frozen=True, eq=False)
class Draw:
    """One draw, shuffled.

    `means` (n_genres, n_features); `X` (n, n_features) with NaN where a value is missing; the labels `y` (n,) and the
    true genres `y_clean` (n,); the numbers (n,) of each row's track, album and artist (-1: none).
    """

    means: FloatArray
    X: FloatArray
    y: IntArray
    y_clean: IntArray
    track: IntArray
    album: IntArray
    artist: IntArray


def draw(config: SyntheticConfig) -> Draw:
    """Draw means and rows; what of `n_samples` does not divide evenly is left out."""
    means, X, order = _tracks(config)
    sizes = config.tracks_per_genre
    genre = np.repeat(np.arange(config.n_genres), sizes)
    within = np.concatenate([np.arange(size) for size in sizes])
    artist, album = _belonging(config, genre, within)
    if config.artists:
        size = (config.artists, config.n_genres)
        X += _shifts(config, "artists", size, config.artist_spread)[within % config.artists, genre]
    if config.artists and config.albums:
        position = within // config.artists % config.albums
        albums = (config.albums, config.artists, config.n_genres)
        X += _shifts(config, "albums", albums, config.album_spread)[position, within % config.artists, genre]
    labels = _labels(config, means, genre)
    track = np.arange(len(X))
    if config.segments > 1:
        track = np.repeat(track, config.segments)
        X = X[track]
        X += correlate(_stream(config, "segments").standard_normal(X.shape), config.correlation) * config.segment_spread
    if config.missing_rate:
        X[_stream(config, "missing").random(X.shape) < config.missing_rate] = np.nan
    if len(order) != len(X):
        order = _stream(config, "order").permutation(len(X))
    of = track[order]
    return Draw(means, X[order], labels[of], genre[of], of, album[of], artist[of])


def _tracks(config: SyntheticConfig) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return means, whole tracks genre by genre without the sounds of artists, and the notebook's shuffling order.

    Where a genre has fewer tracks than the legacy stream yields, the first of them are taken; further ones come from a
    stream of their own.
    """
    legacy = np.random.RandomState(config.seed)
    further, strange = _stream(config, "tracks"), _stream(config, "outliers")
    per_genre, sizes = config.n_samples // config.n_genres, config.tracks_per_genre
    means = np.empty((config.n_genres, config.n_features))
    X = np.empty((sum(sizes), config.n_features))
    blocks = np.split(X, np.cumsum(sizes)[:-1])
    for genre, block in enumerate(blocks):
        means[genre] = legacy.randn(config.n_features) * config.spread + config.shift * genre
        noise = legacy.randn(per_genre, config.n_features)[: len(block)]
        block[: len(noise)] = noise
        block[len(noise) :] = further.standard_normal((len(block) - len(noise), config.n_features))
        block[strange.random(len(block)) < config.outlier_rate] *= config.outlier_scale
        block[:] = means[genre] + correlate(block, config.correlation) * config.overlap
    return means, X, legacy.permutation(config.n_genres * per_genre)


def _belonging(config: SyntheticConfig, genre: IntArray, within: IntArray) -> tuple[IntArray, IntArray]:
    """Return the numbers of each track's artist and album, dealt in turn within a genre; -1 where there are none."""
    none = np.full(len(genre), -1)
    if not config.artists:
        return none, none
    artist = genre * config.artists + within % config.artists
    album = artist * config.albums + within // config.artists % config.albums if config.albums else none
    return artist, album


def _shifts(config: SyntheticConfig, stream: Stream, size: tuple[int, ...], spread: float) -> FloatArray:
    """Return how far each artist or album lies from its genre or artist; the first of them stay when more are asked."""
    flat = _stream(config, stream).standard_normal((math.prod(size), config.n_features))
    return (correlate(flat, config.correlation) * spread).reshape(*size, config.n_features)


def _labels(config: SyntheticConfig, means: FloatArray, genre: IntArray) -> IntArray:
    """Return each track's label (n_tracks,): its genre, or where the noise strikes one of its wrong ones."""
    if not config.label_noise:
        return genre
    stream, k = _stream(config, "labels"), config.n_genres
    wrong: npt.NDArray[np.bool_] = stream.random(len(genre)) < config.label_noise
    other = (genre + stream.integers(1, k, len(genre))) % k
    if config.noise_kind != "uniform":
        possible = wrong_labels(config, means)
        possible_first = np.argsort(~possible, axis=1, kind="stable")
        other = possible_first[genre, stream.integers(0, possible.sum(axis=1)[genre])]
    return np.where(wrong, other, genre)


def _stream(config: SyntheticConfig, name: Stream) -> np.random.Generator:
    return np.random.default_rng([config.seed, STREAMS.index(name)])
