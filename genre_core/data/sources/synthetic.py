"""Tracks drawn around one mean per genre: the notebook's, or as awkward as real ones (see `generator`)."""

import numpy as np

from genre_core.data.dataset import Dataset, IntArray, telling
from genre_core.data.generator.drawing import Draw, draw
from genre_core.data.inputs import Features
from genre_core.data.sources import Tables
from genre_core.settings.config import SyntheticConfig
from genre_core.settings.genres import genre_names

FEATURES = (
    "chroma_stft", "rms", "spectral_centroid", "spectral_bandwidth", "rolloff", "zero_crossing_rate", "tempo",
)  # fmt: skip
"""Names of the features before the MFCCs."""


def load(config: SyntheticConfig, tables: Tables | None = None) -> Dataset:
    """Return the drawn tracks, numbered from 1 in shuffled order; a segment is `12.3`, the third piece of track 12."""
    drawn = draw(config)
    return Dataset(
        Features(drawn.X, feature_names(config.n_features)),
        drawn.y,
        genre_names(config.n_genres),
        _row_names(drawn.track),
        _groups(config, drawn),
        y_clean=drawn.y_clean if config.label_noise else None,
        made=True,
    )


def feature_names(n_features: int) -> tuple[str, ...]:
    """Return the names of the first features: the seven of `FEATURES`, mfcc1, mfcc2 and so on."""
    return tuple(FEATURES[f] if f < len(FEATURES) else f"mfcc{f - len(FEATURES) + 1}" for f in range(n_features))


def _groups(config: SyntheticConfig, drawn: Draw) -> dict[str, IntArray]:
    there = {
        "track": config.segments > 1,
        "album": config.artists > 0 and config.albums > 0,
        "artist": config.artists > 0,
    }
    return telling({level: getattr(drawn, level) for level in there if there[level]})


def _row_names(track: IntArray) -> tuple[str, ...]:
    """Return names that number tracks as they first appear, and the segments of each."""
    found, first, members = np.unique(track, return_index=True, return_inverse=True)
    if len(found) == len(track):
        return tuple(f"{number:,}" for number in range(1, len(track) + 1))
    number = np.empty(len(found), dtype=np.int64)
    number[np.argsort(first)] = np.arange(1, len(found) + 1)
    seen: dict[int, int] = {}
    names = []
    for of in number[members].tolist():
        seen[of] = seen.get(of, 0) + 1
        names.append(f"{of:,}.{seen[of]}")
    return tuple(names)
