"""Tracks drawn around one mean per genre, from NumPy's legacy stream: the notebook's generator, to the bit.

For genre g = 0, 1, … the stream yields its mean, `randn(n_features) * spread + shift * g`, then its tracks, each
`mean + randn(n_features) * overlap`; after all genres one permutation shuffles the tracks.
"""

from dataclasses import dataclass

import numpy as np

from genre_core.config import SyntheticConfig
from genre_core.dataset import Dataset, FloatArray, IntArray
from genre_core.sources import Tables

GENRES = (
    "Rock", "Electronic", "Hip-Hop", "Classical", "Jazz", "Folk", "Pop", "Experimental",
    "Blues", "Country", "Soul", "Reggae", "Metal", "Latin", "Ambient", "Punk",
)  # fmt: skip
"""The notebook's eight genres first."""

FEATURES = (
    "chroma_stft", "rms", "spectral_centroid", "spectral_bandwidth", "rolloff", "zero_crossing_rate", "tempo",
)  # fmt: skip
"""What stands before the MFCCs."""


@dataclass(frozen=True, eq=False)
class Draw:
    """One draw of the generator: its genre means (n_genres, n_features) and its shuffled tracks."""

    means: FloatArray
    X: FloatArray
    y: IntArray


def draw(config: SyntheticConfig) -> Draw:
    """Draw means and tracks; a remainder of `n_samples` over `n_genres` is left out."""
    stream = np.random.RandomState(config.seed)
    per_genre = config.n_samples // config.n_genres
    means = np.empty((config.n_genres, config.n_features))
    X = np.empty((config.n_genres * per_genre, config.n_features))
    for genre in range(config.n_genres):
        means[genre] = stream.randn(config.n_features) * config.spread + config.shift * genre
        block = X[genre * per_genre : (genre + 1) * per_genre]
        block[:] = means[genre] + stream.randn(per_genre, config.n_features) * config.overlap
    y = np.repeat(np.arange(config.n_genres), per_genre)
    order = stream.permutation(len(y))
    return Draw(means, X[order], y[order])


def load(config: SyntheticConfig, tables: Tables | None = None) -> Dataset:
    """Return the drawn tracks, numbered from 1 in shuffled order."""
    drawn = draw(config)
    return Dataset(
        drawn.X,
        drawn.y,
        genre_names(config.n_genres),
        feature_names(config.n_features),
        tuple(f"{number:,}" for number in range(1, len(drawn.y) + 1)),
    )


def genre_names(n_genres: int) -> tuple[str, ...]:
    """Return the names of the first genres; those beyond the named ones are numbered."""
    return tuple(GENRES[g] if g < len(GENRES) else f"Genre {g + 1}" for g in range(n_genres))


def feature_names(n_features: int) -> tuple[str, ...]:
    """Return the names of the first features: the seven of `FEATURES`, mfcc1, mfcc2 and so on."""
    return tuple(FEATURES[f] if f < len(FEATURES) else f"mfcc{f - len(FEATURES) + 1}" for f in range(n_features))
