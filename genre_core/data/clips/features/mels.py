"""Mel bands: Slaney's scale and triangles, as librosa draws them, and the spectrogram that networks take.

M. Slaney: Auditory Toolbox, version 2. Technical report 1998-010, Interval Research Corporation.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.features.fourier import FREQUENCIES, SAMPLE_RATE, Float32, stft
from genre_core.data.dataset import FloatArray

LINEAR_TO = 1000.0
"""Up to this frequency (Hz) a mel is 200 / 3 Hz wide; above it, 27 mels multiply the frequency by 6.4."""

MELS_BELOW = LINEAR_TO * 3 / 200
STEP = np.log(6.4) / 27

FLOOR = 1e-10
"""The least power that a logarithm is taken of: -100 dB."""

RANGE = 80.0
"""How many dB below the loudest band of a sound its features hear."""


def log_mel(samples: npt.ArrayLike, n_mels: int = 64, hop: int = 1024) -> npt.NDArray[np.float16]:
    """Return the log-mel spectrogram of mono samples at 22,050 Hz: float16 (n_mels, 1 + n_samples // hop), in dB.

    It is 10 log10(max(P, 1e-10)), where P is the power |STFT|² summed by triangles from 0 to 11,025 Hz on Slaney's mel
    scale, each of area 1 (in Hz); the STFT has frames of 2,048 samples, Hann's window, centered, zeros outside. So -100
    is silence, and nothing depends on the loudest moment: `power_to_db(melspectrogram(…), top_db=None)` of librosa.
    """
    power = mel_power(np.square(np.abs(stft(np.asarray(samples, dtype=np.float32), hop))), n_mels)
    return decibels(power).T.astype(np.float16)


def band_hz(band: npt.ArrayLike, n_mels: int = 64) -> FloatArray:
    """Return the frequency (Hz) that a mel band, counted from 0, is centered on."""
    return mel_to_hz((np.asarray(band, dtype=float) + 1) * hz_to_mel(SAMPLE_RATE / 2) / (n_mels + 1))


def hz_band(hz: npt.ArrayLike, n_mels: int = 64) -> FloatArray:
    """Return where a frequency (Hz) lies among mel bands, counted from 0: the inverse of `band_hz`."""
    return hz_to_mel(hz) / hz_to_mel(SAMPLE_RATE / 2) * (n_mels + 1) - 1


def hz_to_mel(hz: npt.ArrayLike) -> FloatArray:
    """Return frequencies (Hz) on Slaney's mel scale."""
    hz = np.asarray(hz, dtype=float)
    return np.where(hz < LINEAR_TO, hz * 3 / 200, MELS_BELOW + np.log(np.maximum(hz, LINEAR_TO) / LINEAR_TO) / STEP)


def mel_to_hz(mel: npt.ArrayLike) -> FloatArray:
    """Return the frequencies (Hz) of mels on Slaney's scale."""
    mel = np.asarray(mel, dtype=float)
    return np.where(mel < MELS_BELOW, mel * 200 / 3, LINEAR_TO * np.exp(STEP * np.maximum(mel - MELS_BELOW, 0)))


def mel_power(power: Float32, n_mels: int = 128) -> Float32:
    """Return the power (n_frames, n_mels) in each mel band, from that in each bin (n_frames, 1025)."""
    return power @ mel_triangles(n_mels)


@cache
def mel_triangles(n_mels: int) -> Float32:
    """Return how much each bin counts in each mel band: (1025, n_mels)."""
    return triangles(FREQUENCIES, band_hz(np.arange(-1, n_mels + 1), n_mels))


def triangles(frequencies: FloatArray, corners: FloatArray) -> Float32:
    """Return how much each frequency counts in each band between every other corner: (n_frequencies, n_corners - 2)."""
    distance = frequencies[:, None] - corners
    width = np.diff(corners)
    sides = np.minimum(distance[:, :-2] / width[:-1], -distance[:, 2:] / width[1:])
    return (np.maximum(sides, 0) * 2 / (corners[2:] - corners[:-2])).astype(np.float32)


def decibels(power: npt.NDArray[np.floating], within: float | None = None) -> Float32:
    """Return 10 log10 of powers, at least -100; and at least so much below the greatest, where `within` says it."""
    db: Float32 = 10 * np.log10(np.maximum(power, FLOOR), dtype=np.float32)
    if within is not None:
        db = np.maximum(db, db.max() - np.float32(within))
    return db
