"""Onsets and tempo, as librosa's `onset_strength` and `beat_track` find them.

D. P. W. Ellis: Beat tracking by dynamic programming. Journal of New Music Research 36 (2007); P. Grosche, M. Müller,
F. Kurth: Cyclic tempogram. ICASSP 2010.
"""

import numpy as np

from genre_core.data.clips.features.fourier import HOP, N_FFT, SAMPLE_RATE, Float32
from genre_core.data.dataset import FloatArray

LAGS = 8 * SAMPLE_RATE // HOP
"""How many lags are looked at: 8 seconds."""

TEMPOS = 60 * SAMPLE_RATE / (HOP * np.arange(1, LAGS))
"""The tempo (beats a minute) whose beats are 1, 2, 3 … frames apart."""

LIKELY, FASTEST = 120.0, 320.0
"""Beats a minute: the tempo that is likeliest before anything is heard (an octave away it is 0.6 times as likely), and
the tempo that none reaches."""


def rises(mel_db: Float32) -> Float32:
    """Return by how much each mel band rises from each frame to the next, in dB; 0 where it falls."""
    return np.maximum(np.diff(mel_db, axis=0), 0)


def on_frames(strength: Float32, n_frames: int) -> Float32:
    """Put the strength of each change on the frame where it is heard: half a frame's length later than it is seen."""
    return np.pad(strength, (1 + N_FFT // (2 * HOP), 0))[:n_frames]


def self_similarity(onsets: Float32) -> FloatArray:
    """Return how alike onsets are to themselves 0, 1, 2 … frames later: 1 at 0, the mean of windows of 8 s around each.

    The mean of normalized autocorrelations is the transform of the mean of normalized power spectra: one transform
    instead of one for each frame.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(LAGS) / LAGS)
    padded = np.pad(onsets, LAGS // 2, mode="linear_ramp", end_values=0)
    windows = np.lib.stride_tricks.sliding_window_view(padded, LAGS)[: len(onsets)] * hann
    energy = np.square(windows).sum(axis=1, keepdims=True)
    n_fft = next_fast_len(2 * LAGS - 1, real=True)
    power = np.square(np.abs(rfft(windows, n_fft, axis=1))) / np.where(energy == 0, 1, energy)
    similar: FloatArray = irfft(power.mean(axis=0), n_fft)[:LAGS]
    return np.maximum(similar, 0)


def tempo_lag(similar: FloatArray) -> int:
    """Return how many frames apart the beats are, by self-similarity at each lag and by how usual the tempo is."""
    usual = -0.5 * np.square(np.log2(TEMPOS / LIKELY))
    score = np.where(TEMPOS < FASTEST, np.log1p(1e6 * similar[1:]) + usual, -np.inf)
    return 1 + int(score.argmax())
