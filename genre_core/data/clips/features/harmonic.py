"""Harmonic and percussive sound told apart by median filters, as `librosa.effects.hpss` does, many times as fast.

D. FitzGerald: Harmonic/percussive separation using median filtering. DAFx 2010.

A tone is a line along time, a beat a line along frequency: the median along time keeps the one, that along frequency
the other, and each cell's share of the harmonic sound is the one squared over the sum of both squared.
"""

import numpy as np

from genre_core.data.clips.features.fourier import Float32

WIDTH = 31
"""How many cells a median is taken of."""


def harmonic_share(magnitude: Float32) -> Float32:
    """Return the harmonic share (0 to 1) of each cell of a spectrogram (n_frames, n_bins); half in silence."""
    harmonic = np.square(_row_medians(magnitude.T).T)
    both = harmonic + np.square(_row_medians(magnitude))
    return np.divide(harmonic, both, out=np.full_like(both, 0.5), where=both > 0)


def _row_medians(values: Float32) -> Float32:
    """Return the median of the 31 values around each along its row, mirrored at the ends.

    scipy is fast along one axis alone, so the rows, each with its mirrored ends, are laid end to end in one.
    """
    from scipy.ndimage import median_filter

    ends = WIDTH // 2
    rows = np.pad(values, ((0, 0), (ends, ends)), mode="symmetric")
    medians: Float32 = median_filter(rows.ravel(), size=WIDTH).reshape(rows.shape)
    return medians[:, ends:-ends]
