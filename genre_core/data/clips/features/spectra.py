"""Spectra that features are computed from: each spectrum once, when it is first asked for."""

import math
from functools import cached_property

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.features import deltas, pitch, rhythm, shape
from genre_core.data.clips.features.fourier import FREQUENCIES, HOP, N_FFT, SAMPLE_RATE, Complex64, Float32, istft, stft
from genre_core.data.clips.features.harmonic import harmonic_share
from genre_core.data.clips.features.mels import RANGE, decibels, mel_power
from genre_core.data.dataset import FloatArray
from genre_core.errors import DataError

N_MFCC = 20
N_PULSES = len(rhythm.PULSES)
ROLLOFF = np.float32(0.85)
BLOCKS = N_FFT // HOP
SILENT = 1e-10
"""Up to this amplitude a sample has no sign."""


class Spectra:
    """Spectra of mono samples (n_samples,) at 22,050 Hz, and what librosa reads from them, a row for each frame.

    Frame t is centered on sample 512 t, so that there are 1 + n_samples // 512.
    Raises DataError where there are no samples, or some are no numbers.
    """

    def __init__(self, samples: npt.ArrayLike) -> None:
        self.samples: Float32 = np.asarray(samples, dtype=np.float32)
        if self.samples.ndim != 1 or not self.samples.size or not np.isfinite(self.samples).all():
            raise DataError("The sound has no samples in one channel, or some that are no numbers: decode it again.")

    @cached_property
    def stft(self) -> Complex64:
        """Spectra (n_frames, 1025)."""
        return stft(self.samples)

    @cached_property
    def magnitude(self) -> Float32:
        """Magnitudes (n_frames, 1025)."""
        return np.abs(self.stft)

    @cached_property
    def power(self) -> Float32:
        """Powers (n_frames, 1025)."""
        return np.square(self.magnitude)

    @cached_property
    def mel_db(self) -> Float32:
        """Power in 128 mel bands (n_frames, 128), in dB, the 80 below the loudest."""
        return decibels(mel_power(self.power), RANGE)

    @cached_property
    def mfcc(self) -> Float32:
        """Mel-frequency cepstral coefficients (n_frames, 20)."""
        from scipy.fft import dct

        return dct(self.mel_db, axis=1, norm="ortho")[:, :N_MFCC]

    @cached_property
    def mfcc_delta(self) -> Float32:
        """Change of each coefficient a frame (n_frames, 20)."""
        return deltas.delta(self.mfcc)

    @cached_property
    def mfcc_delta2(self) -> Float32:
        """Change of that change (n_frames, 20)."""
        return deltas.delta2(self.mfcc)

    @cached_property
    def rms(self) -> FloatArray:
        """Root mean square (n_frames,) of each frame's samples."""
        squares = np.square(np.pad(self.samples, N_FFT // 2), dtype=np.float64)
        blocks = squares[: len(squares) // HOP * HOP].reshape(-1, HOP).sum(axis=1)
        return np.sqrt(np.lib.stride_tricks.sliding_window_view(blocks, BLOCKS).sum(axis=1) / N_FFT)

    @cached_property
    def zero_crossings(self) -> FloatArray:
        """Share of samples (n_frames,) in each frame with another sign than the one before."""
        negative = np.pad(self.samples < -SILENT, N_FFT // 2, mode="edge")
        seen = np.concatenate(([0], np.cumsum(negative[1:] != negative[:-1])))
        return (seen[N_FFT - 1 :: HOP] - seen[: len(seen) - N_FFT + 1 : HOP]) / N_FFT

    @cached_property
    def _moments(self) -> FloatArray:
        """Mean frequency and mean squared frequency (n_frames, 2), by magnitude; 0 where a frame is silent."""
        powers = np.stack((np.ones_like(FREQUENCIES), FREQUENCIES, np.square(FREQUENCIES)), axis=1)
        sums = self.magnitude.astype(np.float64) @ powers
        return sums[:, 1:] / np.where(sums[:, :1] == 0, 1, sums[:, :1])

    @cached_property
    def centroid(self) -> FloatArray:
        """Mean frequency (n_frames,) by magnitude, in Hz."""
        return self._moments[:, 0]

    @cached_property
    def bandwidth(self) -> FloatArray:
        """Standard deviation of frequency (n_frames,) by magnitude, in Hz."""
        return np.sqrt(np.maximum(self._moments[:, 1] - np.square(self.centroid), 0))

    @cached_property
    def rolloff(self) -> FloatArray:
        """Frequency (n_frames,) below which 85 % of the magnitude lies, in Hz."""
        below = np.cumsum(self.magnitude, axis=1)
        return FREQUENCIES[(below < ROLLOFF * below[:, -1:]).sum(axis=1)]

    @cached_property
    def flux(self) -> FloatArray:
        """Squared distance between successive spectra of length 1 (n_frames - 1,)."""
        return shape.flux(self.magnitude)

    @cached_property
    def flatness(self) -> FloatArray:
        """Geometric over arithmetic mean of powers (n_frames,)."""
        return shape.flatness(self.power)

    @cached_property
    def contrast(self) -> Float32:
        """Peaks above valleys in seven bands (n_frames, 7), in dB."""
        return shape.contrast(self.magnitude)

    @cached_property
    def chroma(self) -> Float32:
        """Strength of the pitch classes from C to B (n_frames, 12), the strongest 1; 0 where a frame is silent."""
        return pitch.chroma(self.power)

    @cached_property
    def tonnetz(self) -> FloatArray:
        """Tonal centers (n_frames, 6)."""
        return pitch.tonnetz(self.chroma)

    @cached_property
    def harmonic(self) -> Float32:
        """Samples (n_samples,) of what sounds on."""
        return istft(self.stft * harmonic_share(self.magnitude), len(self.samples))

    @cached_property
    def percussive(self) -> Float32:
        """Samples (n_samples,) of what strikes: the rest, because the two shares of each cell add up to 1."""
        return self.samples - self.harmonic

    @cached_property
    def _rises(self) -> Float32:
        return rhythm.rises(self.mel_db)

    @cached_property
    def onset_strength(self) -> Float32:
        """Mean rise of mel bands (n_frames,), in dB."""
        return rhythm.on_frames(self._rises.mean(axis=1), len(self.mel_db))

    @cached_property
    def onset_seconds(self) -> FloatArray:
        """When sounds begin (n_onsets,)."""
        return rhythm.onset_frames(self.onset_strength) * HOP / SAMPLE_RATE

    @cached_property
    def _typical_onsets(self) -> Float32:
        """Rise of the median band (n_frames,), which beats are tracked by."""
        return rhythm.on_frames(np.median(self._rises, axis=1), len(self.mel_db))

    @cached_property
    def self_similarity(self) -> FloatArray:
        """Likeness of onsets to themselves 0, 1, 2 … frames later (344,)."""
        return rhythm.self_similarity(self._typical_onsets)

    @cached_property
    def tempo(self) -> float:
        """Beats a minute; NaN where nothing strikes."""
        return rhythm.tempo(self.self_similarity) if self._typical_onsets.any() else math.nan

    @cached_property
    def pulses(self) -> FloatArray:
        """Likeness of onsets to themselves some beats later (6,), as in `rhythm.PULSES`; NaN without a tempo."""
        return rhythm.pulses(self.self_similarity) if self._typical_onsets.any() else np.full(N_PULSES, math.nan)
