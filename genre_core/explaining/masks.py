"""Masks of a spectrogram: the bins that decided, and the sound that is heard through them.

A mask (n_mels, n_frames) says how much of each band of each frame is let through, from 0 to 1. Through a mask and
through its complement are heard two sounds that add up to the whole.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.features.fourier import SAMPLE_RATE, WINDOW
from genre_core.data.clips.features.mels import mel_triangles
from genre_core.data.clips.spectrograms import HOP, MUSICNN, N_MELS
from genre_core.data.clips.tagger import hearing
from genre_core.data.dataset import FloatArray
from genre_core.errors import DataError

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Analysis:
    """How sound becomes a spectrogram: window (n_fft,), hop, and how each bin counts in each band (n_bins, n_mels)."""

    sample_rate: int
    window: FloatArray
    hop: int
    triangles: npt.NDArray[np.floating]

    @property
    def hertz(self) -> FloatArray:
        """Return the frequency (n_mels,) at which each band hears best, in Hz."""
        return self.triangles.argmax(axis=0) * (self.sample_rate / len(self.window))


@cache
def analysis_of(name: str) -> Analysis:
    """Return how a set of spectrograms is made; raises DataError where there is no such set."""
    if name == MUSICNN:
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(hearing.N_FFT) / hearing.N_FFT)
        return Analysis(hearing.SAMPLE_RATE, window, hearing.HOP, hearing.mel_triangles())
    if name == "logmel":
        return Analysis(SAMPLE_RATE, WINDOW, HOP, mel_triangles(N_MELS))
    raise DataError("This network does not listen to spectrograms.")


def order_of(saliency: FloatArray) -> FloatArray:
    """Return the share of the bins that count for more than each, from 0 on; NaN where there is no sound."""
    heard = ~np.isnan(saliency)
    n = int(heard.sum())
    ranks = np.empty(n)
    ranks[np.argsort(-saliency[heard], kind="stable")] = np.arange(n) / max(n, 1)
    order = np.full(saliency.shape, np.nan)
    order[heard] = ranks
    return order


def mask_of(order: FloatArray, share: float) -> npt.NDArray[np.bool_]:
    """Return a mask of the bins that count for most, `share` of all that are heard."""
    n = int((~np.isnan(order)).sum())
    with np.errstate(invalid="ignore"):
        return np.asarray(order * n < round(share * n) - 0.5)


def densest(weights: FloatArray) -> tuple[int, int]:
    """Return the first and last of the shortest run of places that holds half of the weights (n,), at least 0."""
    sums = np.concatenate([[0.0], np.cumsum(weights)])
    needed = 0.5 * sums[-1]
    firsts = np.arange(len(weights))
    lasts = np.searchsorted(sums, sums[firsts] + needed - 1e-12)  # one past the last
    lengths = np.where(lasts <= len(weights), lasts - firsts, len(weights) + 1)
    first = int(lengths.argmin())
    return first, int(max(lasts[first] - 1, first))


def heard_through(samples: Samples, mask: npt.NDArray[np.number | np.bool_], analysis: Analysis) -> Samples:
    """Return mono samples as they sound through a mask: each bin of the Fourier transform at its share, phases kept.

    A bin is let through as its bands are, each by its triangle's height there. The inverse is that of least squares:
    D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier transform", IEEE TASSP 32 (1984).
    """
    from scipy.signal import ShortTimeFFT

    n, n_fft = len(samples), len(analysis.window)
    transform = ShortTimeFFT(analysis.window, analysis.hop, analysis.sample_rate)
    spectra = transform.stft(np.pad(np.asarray(samples, dtype=np.float64), (0, max(0, n_fft - n))))
    frames = np.clip(np.arange(spectra.shape[1]) + transform.p_min, 0, mask.shape[1] - 1)
    let_through = _shares(analysis.triangles) @ mask[:, frames].astype(np.float64)
    return transform.istft(spectra * let_through, k1=max(n, n_fft))[:n].astype(np.float32)


def _shares(triangles: npt.NDArray[np.floating]) -> FloatArray:
    """Return how each bin is mixed of bands (n_bins, n_mels), rows adding up to 1; outside of all, of the nearest."""
    shares = triangles.astype(np.float64)
    total = shares.sum(axis=1)
    within = np.flatnonzero(total)
    for number in np.flatnonzero(total == 0):
        shares[number] = shares[within[np.abs(within - number).argmin()]]
    return shares / shares.sum(axis=1, keepdims=True)
