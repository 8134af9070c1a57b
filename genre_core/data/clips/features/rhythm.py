"""Onsets, tempo and pulse, as librosa's `onset_strength`, `onset_detect`, `beat_track` and `tempogram_ratio` find them.

D. P. W. Ellis: Beat tracking by dynamic programming. Journal of New Music Research 36 (2007); P. Grosche, M. Müller,
F. Kurth: Cyclic tempogram. ICASSP 2010; S. Böck, F. Krebs, M. Schedl: Evaluating the online capabilities of onset
detection methods. ISMIR 2012.
"""

import numpy as np

from genre_core.data.clips.features.fourier import HOP, N_FFT, SAMPLE_RATE, Float32
from genre_core.data.dataset import FloatArray, IntArray

LAGS = 8 * SAMPLE_RATE // HOP
"""How many lags are looked at: 8 seconds."""

TEMPOS = 60 * SAMPLE_RATE / (HOP * np.arange(1, LAGS))
"""The tempo (beats a minute) whose beats are 1, 2, 3 … frames apart."""

LIKELY, FASTEST = 120.0, 320.0
"""Beats a minute: the tempo that is likeliest before anything is heard (an octave away it is 0.6 times as likely), and
the tempo that none reaches."""

AROUND = 4
"""How many frames before and after one are averaged, a tenth of a second each."""

ABOVE = 0.07
"""By how much of the greatest strength an onset stands above that average."""

PULSES = {
    "pulse_clarity": 1, "pulse_eighths": 2, "pulse_triplets": 3, "pulse_two_beats": 1 / 2, "pulse_three_beats": 1 / 3,
    "pulse_four_beats": 1 / 4,
}  # fmt: skip
"""Pulses by how many times as fast as the beat they are."""


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


def tempo(similar: FloatArray) -> float:
    """Return the beats a minute, by self-similarity at each lag and by how usual the tempo is."""
    usual = -0.5 * np.square(np.log2(TEMPOS / LIKELY))
    score = np.where(TEMPOS < FASTEST, np.log1p(1e6 * similar[1:]) + usual, -np.inf)
    return float(TEMPOS[score.argmax()])


def pulses(similar: FloatArray) -> FloatArray:
    """Return how alike onsets are to themselves one beat later, half a beat and so on: (6,), as in `PULSES`."""
    wanted = tempo(similar) * np.array(list(PULSES.values()))
    return np.interp(wanted, TEMPOS[::-1], similar[:0:-1], left=0, right=0)


def onset_frames(strength: Float32) -> IntArray:
    """Return the frames (n_onsets,) where a sound begins.

    There its strength is not below that of the frame before, and well above the mean around it; the frame after an
    onset is none.
    """
    height = strength - strength.min()
    height = height / (height.max() or 1)
    before = np.concatenate(([0.0], np.cumsum(height, dtype=np.float64)))
    start, end = (np.clip(np.arange(len(height)) + step, 0, len(height)) for step in (-AROUND, AROUND + 1))
    stands_out = height >= (before[end] - before[start]) / (end - start) + ABOVE
    stands_out[1:] &= height[1:] >= height[:-1]
    found: list[int] = []
    for frame in np.flatnonzero(stands_out).tolist():
        if not found or frame > found[-1] + 1:
            found.append(frame)
    return np.array(found, dtype=np.int64)
