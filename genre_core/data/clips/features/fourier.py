"""Short-time Fourier transforms as librosa defines them: frames of 2,048 samples around each 512th.

Windows are Hann's, and zeros lie outside the sound. Frames are rows here, because what follows reads a frame at a time.
"""

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Complex64 = npt.NDArray[np.complex64]

SAMPLE_RATE = 22_050
"""Samples a second of every sound that features are computed from."""

N_FFT = 2048
HOP = 512
N_BINS = N_FFT // 2 + 1
FREQUENCIES = np.arange(N_BINS) * SAMPLE_RATE / N_FFT
"""The frequency of each bin, in Hz."""

WINDOW = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)
"""Hann's window, for frames that follow one another."""


def stft(samples: Float32, hop: int = HOP) -> Complex64:
    """Return the spectrum of each frame: (1 + n_samples // hop, 1025)."""
    from scipy.fft import rfft

    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, N_FFT // 2), N_FFT)[::hop]
    return rfft(frames * WINDOW, axis=1).astype(np.complex64)


def istft(spectra: Complex64, n_samples: int) -> Float32:
    """Return the samples whose spectra are nearest: frames added up, over the sum of squared windows."""
    from scipy.fft import irfft

    frames = irfft(spectra, N_FFT, axis=1).astype(np.float32) * WINDOW.astype(np.float32)
    squared = np.broadcast_to(np.square(WINDOW), frames.shape)
    within = slice(N_FFT // 2, N_FFT // 2 + n_samples)
    return (_added(frames)[within] / _added(squared)[within]).astype(np.float32)


def _added(frames: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return frames (n_frames, 2048) added up, each 512 samples after the one before."""
    parts = frames.reshape(len(frames), N_FFT // HOP, HOP)
    sums = np.zeros((len(frames) + N_FFT // HOP - 1, HOP))
    for part in range(N_FFT // HOP):
        sums[part : part + len(frames)] += parts[:, part]
    return sums.ravel()
