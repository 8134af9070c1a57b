"""Changes of sound: mono samples in, mono samples at the same rate out."""

from collections.abc import Callable, Mapping

import numpy as np

from genre_core.data.clips.features.fourier import HOP, N_BINS, SAMPLE_RATE, Float32, istft, stft


def stretched(samples: Float32, speed: float) -> Float32:
    """Return samples that last 1 / `speed` times as long at the same pitch.

    By the phase vocoder (J. Flanagan and R. Golden, Bell System Technical Journal 45, 1966): frames are read at another
    pace, and each bin's phase goes on as fast as it does in the sound.
    """
    spectra = np.pad(stft(samples), ((0, 2), (0, 0)))
    places = np.arange(0, len(spectra) - 2, speed)
    before = places.astype(int)
    share = (places - before)[:, None]
    magnitudes = (1 - share) * np.abs(spectra[before]) + share * np.abs(spectra[before + 1])
    usual = 2 * np.pi * HOP / (2 * (N_BINS - 1)) * np.arange(N_BINS)
    ahead = np.angle(spectra[before + 1]) - np.angle(spectra[before]) - usual
    steps = usual + ahead - 2 * np.pi * np.round(ahead / (2 * np.pi))
    phases = np.angle(spectra[0]) + np.cumsum(steps, axis=0) - steps
    return istft((magnitudes * np.exp(1j * phases)).astype(np.complex64), round(len(samples) / speed))


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
    noise = share * np.sqrt(np.mean(np.square(samples, dtype=np.float64))) * rng.standard_normal(len(samples))
    found: Float32 = (samples + noise).astype(np.float32)
    return found


def _at_speed(speed: float) -> Callable[[Float32], Float32]:
    """Return what plays sound at another speed, and no longer than it was."""
    return lambda samples: stretched(samples, speed)[: len(samples)]


def _at_pitch(semitones: float) -> Callable[[Float32], Float32]:
    return lambda samples: pitched(samples, 2 ** (semitones / 12))


CHANGES: Mapping[str, Callable[[Float32], Float32]] = {
    "slower": _at_speed(0.94),
    "faster": _at_speed(1.06),
    "lower": _at_pitch(-1),
    "higher": _at_pitch(1),
}
"""Changes with which training clips are copied."""
