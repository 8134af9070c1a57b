"""Changes of sound: mono samples in, mono samples at the same rate out."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.features.fourier import HOP, N_BINS, SAMPLE_RATE, Float32, istft, stft


def stretched(samples: Float32, speed: float) -> Float32:
    """Return samples that last 1 / `speed` times as long at the same pitch, and are as loud.

    By the phase vocoder: frames are read at another pace, and each peak's phase goes on as fast as it does in the
    sound. The bins around a peak keep their phases to it (J. Laroche and M. Dolson, "Improved phase vocoder time-scale
    modification of audio", IEEE Transactions on Speech and Audio Processing 7, 1999), else they cancel one another.
    """
    spectra = np.pad(stft(samples), ((0, 2), (0, 0)))
    places = np.arange(0, len(spectra) - 2, speed)
    before = places.astype(int)
    share = (places - before)[:, None]
    magnitudes = (1 - share) * np.abs(spectra[before]) + share * np.abs(spectra[before + 1])
    angles = np.angle(spectra)
    usual = 2 * np.pi * HOP / (2 * (N_BINS - 1)) * np.arange(N_BINS)
    ahead = angles[before + 1] - angles[before] - usual
    steps = usual + ahead - 2 * np.pi * np.round(ahead / (2 * np.pi))
    phases = np.empty_like(magnitudes)
    phase = angles[0]
    for frame, (magnitude, read) in enumerate(zip(magnitudes, before, strict=True)):
        peaks = _peaks(magnitude)
        phases[frame] = angles[read] + (phase - angles[read])[peaks]
        phase = phases[frame] + steps[frame]
    found = istft((magnitudes * np.exp(1j * phases)).astype(np.complex64), round(len(samples) / speed))
    loudness = _loudness(found)
    return (found * (_loudness(samples) / loudness if loudness else 1)).astype(np.float32)


def _peaks(magnitude: npt.NDArray[np.floating]) -> npt.NDArray[np.intp]:
    """Return for each bin the nearest one that is no lower than two bins to either side."""
    highest = np.lib.stride_tricks.sliding_window_view(np.pad(magnitude, 2), 5).max(axis=1)
    peaks = np.flatnonzero(magnitude == highest)
    return peaks[np.searchsorted((peaks[1:] + peaks[:-1] + 1) // 2, np.arange(N_BINS), "right")]


def _loudness(samples: Float32) -> float:
    """Return the root mean square."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def pitched(samples: Float32, ratio: float) -> Float32:
    """Return samples whose frequencies are `ratio` times as high, equally long."""
    import soxr

    longer = stretched(samples, 1 / ratio)
    found: Float32 = np.zeros_like(samples)
    heard = soxr.resample(longer, SAMPLE_RATE * ratio, SAMPLE_RATE, quality="HQ")[: len(samples)]
    found[: len(heard)] = heard
    return found


def noisy(samples: Float32, share: float, rng: np.random.Generator) -> Float32:
    """Return samples with white noise whose amplitude is that share of the sound's (root mean square)."""
    noise = share * _loudness(samples) * rng.standard_normal(len(samples))
    return (samples + noise).astype(np.float32)


class Change(NamedTuple):
    """A change of sound; where what it does is another, so is its `version`, and what was measured is measured anew."""

    version: int
    of: Callable[[Float32], Float32]


def _at_speed(speed: float) -> Callable[[Float32], Float32]:
    """Return what plays sound at another speed, and no longer than it was."""
    return lambda samples: stretched(samples, speed)[: len(samples)]


def _at_pitch(semitones: float) -> Callable[[Float32], Float32]:
    return lambda samples: pitched(samples, 2 ** (semitones / 12))


CHANGES: Mapping[str, Change] = {
    "slower": Change(2, _at_speed(0.94)),
    "faster": Change(2, _at_speed(1.06)),
    "lower": Change(2, _at_pitch(-1)),
    "higher": Change(2, _at_pitch(1)),
}
"""Changes with which training clips are copied."""
