"""Means, shares, label noise and scatter of synthetic tracks, as numbers."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.settings.config import SyntheticConfig
from genre_core.settings.genres import genre_pairs

CHUNK = 2_000_000
"""Most numbers that one step holds: 16 MB."""


@dataclass(frozen=True, eq=False)
class Law:
    """Law that a row of an unknown artist is drawn from.

    `means` (k, n_features); `shares` (k,) of the genres; `flips` (k, k) probabilities of a label given the genre;
    `scatters` the standard deviations of ordinary rows and of outliers (where there are any), and `weights` their
    shares; `correlation` of any two features; `missing_rate` of the values.
    """

    means: FloatArray
    shares: FloatArray
    flips: FloatArray
    scatters: tuple[float, ...]
    weights: tuple[float, ...]
    correlation: float
    missing_rate: float

    @property
    def label_shares(self) -> FloatArray:
        """Return the shares (k,) of the labels, wrong ones included."""
        return self.shares @ self.flips


def law_of(config: SyntheticConfig, means: FloatArray | None = None, *, n_tracks: int = 1, n_segments: int = 1) -> Law:
    """Return the law of a configuration; `means`, where they are known already, need not be drawn again.

    With `n_segments` of a track, or `n_tracks` by an artist, it is the law of their best mean. Given the genre, the
    rows x_r of a group have the same mean m and the joint covariance S ⊗ R, where S (n, n) holds what they share. The
    likelihood of m then depends on the rows by Σ w_r x_r with w = S⁻¹ 1 / (1' S⁻¹ 1) alone, whose covariance is
    R / (1' S⁻¹ 1): C. R. Rao, "Linear Statistical Inference and Its Applications", section 4a (1973). Segments share
    their track's scatter, an outlier's too. Several tracks must have no outliers, and no value may be missing.
    """
    m = genre_means(config) if means is None else means
    counts = np.array(config.tracks_per_genre, dtype=np.float64)
    kinds = [(1.0, 1.0 - config.outlier_rate), (config.outlier_scale, config.outlier_rate)]
    kinds = kinds[: 2 if config.outlier_rate else 1]
    scatters = tuple(_scatter(config, config.overlap * scale, n_tracks, n_segments) for scale, _ in kinds)
    weights = tuple(weight for _, weight in kinds)
    shares, flips = counts / counts.sum(), _flips(config, m)
    return Law(m, shares, flips, scatters, weights, config.correlation, config.missing_rate)


def _scatter(config: SyntheticConfig, overlap: float, n_tracks: int, n_segments: int) -> float:
    """Return (1' S⁻¹ 1)^-½ of so many tracks by one artist, dealt in turn to its albums, and segments of each."""
    artist = config.artist_spread if config.artists else 0.0
    albums = config.albums if config.artists else 0
    track = math.hypot(overlap, config.segment_spread / math.sqrt(n_segments) if config.segments > 1 else 0.0)
    album, n_albums = (config.album_spread, min(albums, n_tracks)) if albums else (0.0, 1)
    sizes = [len(range(first, n_tracks, n_albums)) for first in range(n_albums)]
    return math.hypot(artist, sum((album**2 + track**2 / size) ** -1 for size in sizes) ** -0.5)


def genre_means(config: SyntheticConfig) -> FloatArray:
    """Return the means (n_genres, n_features) around which tracks are drawn, to the bit.

    The legacy stream yields a genre's tracks before the next genre's mean, so they are drawn too, and dropped.
    """
    stream = np.random.RandomState(config.seed)
    means = np.empty((config.n_genres, config.n_features))
    between = config.n_samples // config.n_genres * config.n_features
    for genre in range(config.n_genres):
        means[genre] = stream.randn(config.n_features) * config.spread + config.shift * genre
        for start in range(0, between if genre < config.n_genres - 1 else 0, CHUNK):
            stream.randn(min(CHUNK, between - start))
    return means


def nearest_genres(means: FloatArray) -> IntArray:
    """Return for each genre the other one whose mean is nearest (k,), the first of them at a tie."""
    squares = (means**2).sum(axis=1)
    distances = squares[:, None] - 2 * means @ means.T + squares
    np.fill_diagonal(distances, np.inf)
    return distances.argmin(axis=1)


def wrong_labels(config: SyntheticConfig, means: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which labels (k, k) the noise puts on each genre's tracks, all equally often; its own where none is."""
    own = np.eye(config.n_genres, dtype=np.bool_)
    if config.noise_kind == "uniform":
        return ~own
    if config.noise_kind == "neighbours":
        return own[nearest_genres(means)]
    return paired_labels(config.noise_pairs, config.n_genres)


def paired_labels(pairs: str, n_genres: int) -> npt.NDArray[np.bool_]:
    """Return which labels (k, k) chosen pairs put on each genre's tracks, all equally often; its own without a pair."""
    own = np.eye(n_genres, dtype=np.bool_)
    paired = np.zeros_like(own)
    for a, b in genre_pairs(pairs, n_genres):
        paired[a, b] = paired[b, a] = True
    alone = ~paired.any(axis=1, keepdims=True)
    return paired | (own & alone)


def correlate(z: FloatArray, correlation: float) -> FloatArray:
    """Return R^½ z for rows z (n, n_features) of independent standard normal values."""
    own, common = math.sqrt(1 - correlation), math.sqrt(1 - correlation + correlation * z.shape[1])
    return _along_and_across(z, own, common) if correlation else z


def decorrelate(x: FloatArray, correlation: float) -> FloatArray:
    """Return R^-½ x for rows x (n, n_features): the inverse of `correlate`."""
    own, common = math.sqrt(1 - correlation), math.sqrt(1 - correlation + correlation * x.shape[1])
    return _along_and_across(x, 1 / own, 1 / common) if correlation else x


def _along_and_across(x: FloatArray, across: float, along: float) -> FloatArray:
    """Stretch rows by `along` in the direction (1, …, 1), and by `across` in all that are orthogonal to it."""
    return across * x + (along - across) * x.mean(axis=1, keepdims=True)


def _flips(config: SyntheticConfig, means: FloatArray) -> FloatArray:
    noise, wrong = config.label_noise, wrong_labels(config, means)
    return (1 - noise) * np.eye(config.n_genres) + noise * (wrong / wrong.sum(axis=1, keepdims=True))
