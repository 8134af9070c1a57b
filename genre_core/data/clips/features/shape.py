"""The shape of spectra (n_frames, 1025): how even, how peaked, and how fast it changes.

Flatness and contrast are librosa's. Flux: G. Tzanetakis, P. Cook: Musical genre classification of audio signals. IEEE
Transactions on Speech and Audio Processing 10 (2002); contrast: D.-N. Jiang et al.: Music type classification by
spectral contrast feature. ICME 2002.
"""

import numpy as np

from genre_core.data.clips.features.fourier import FREQUENCIES, N_BINS, Float32
from genre_core.data.clips.features.mels import FLOOR, RANGE, decibels
from genre_core.data.dataset import FloatArray

N_CONTRASTS = 7
EDGES = 200.0 * 2.0 ** np.arange(N_CONTRASTS)
"""Upper edges (Hz) of the bands that contrast is taken in: one up to 200 Hz, then octaves, the last to the top."""

PEAKS = 0.02
"""Share of a band's bins that are its peak; as many are its valley."""


def flux(magnitude: Float32) -> FloatArray:
    """Return the squared distance of each spectrum, scaled to length 1, from the one before: (n_frames - 1,)."""
    length = np.linalg.norm(magnitude, axis=1, keepdims=True)
    scaled = magnitude / np.where(length == 0, 1, length)
    return np.square(np.diff(scaled, axis=0)).sum(axis=1, dtype=np.float64)


def flatness(power: Float32) -> FloatArray:
    """Return the geometric over the arithmetic mean of each spectrum's powers (n_frames,): 1 where it is even."""
    power = np.maximum(power, np.float32(FLOOR))
    return np.exp(np.log(power).mean(axis=1, dtype=np.float64)) / power.mean(axis=1, dtype=np.float64)


def contrast(magnitude: Float32) -> Float32:
    """Return how far peaks stand above valleys in each of seven bands, in dB: (n_frames, 7)."""
    valleys, peaks = np.empty((2, len(magnitude), N_CONTRASTS), dtype=np.float32)
    for band, (low, high) in enumerate(zip((0, *EDGES[:-1]), EDGES, strict=True)):
        first = np.searchsorted(FREQUENCIES, low) - (band > 0)
        above = np.searchsorted(FREQUENCIES, high, side="right") if band < N_CONTRASTS - 1 else N_BINS
        n = max(1, round(PEAKS * (above - first)))
        last = above - 1 if band < N_CONTRASTS - 1 else above
        bins = magnitude[:, first:last]
        ordered = np.partition(bins, (n - 1, bins.shape[1] - n), axis=1)
        valleys[:, band], peaks[:, band] = ordered[:, :n].mean(axis=1), ordered[:, -n:].mean(axis=1)
    return decibels(peaks, RANGE) - decibels(valleys, RANGE)
