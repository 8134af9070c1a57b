"""How coefficients move: the slope and the curve of the polynomial nearest to nine frames, as `librosa.feature.delta`.

A. Savitzky, M. J. E. Golay: Smoothing and differentiation of data by simplified least squares procedures. Analytical
Chemistry 36 (1964).
"""

import numpy as np

from genre_core.data.clips.features.fourier import Float32

WIDTH = 9
_AT = np.arange(WIDTH) - WIDTH // 2
_BOWL = np.square(_AT) - np.square(_AT).mean()
SLOPE = _AT / np.square(_AT).sum()
CURVE = 2 * _BOWL / np.square(_BOWL).sum()
"""Factors of nine values: the first derivative of a line through them, the second of a parabola."""


def delta(rows: Float32) -> Float32:
    """Return by how much each column changes from frame to frame (n_frames, k); NaN where there are less than nine."""
    return _fitted(rows, SLOPE)


def delta2(rows: Float32) -> Float32:
    """Return by how much that change changes (n_frames, k); NaN where there are less than nine frames."""
    return _fitted(rows, CURVE)


def _fitted(rows: Float32, weights: np.ndarray) -> Float32:
    """Fit around each frame; the first and the last four take what the nearest whole window says."""
    if len(rows) < WIDTH:
        return np.full_like(rows, np.nan)
    fitted = np.lib.stride_tricks.sliding_window_view(rows, WIDTH, axis=0) @ weights
    return np.pad(fitted, ((WIDTH // 2, WIDTH // 2), (0, 0)), mode="edge").astype(np.float32)
