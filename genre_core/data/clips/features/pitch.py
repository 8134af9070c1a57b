"""The twelve pitch classes, as `librosa.feature.chroma_stft` hears them, and where `tonnetz` places them.

C. Harte, M. Sandler, M. Gasser: Detecting harmonic change in musical audio. AMCMM 2006.
"""

from functools import lru_cache

import numpy as np

from genre_core.data.clips.features.fourier import FREQUENCIES, Float32
from genre_core.data.dataset import FloatArray

CLASSES = ("c", "c_sharp", "d", "d_sharp", "e", "f", "f_sharp", "g", "g_sharp", "a", "a_sharp", "b")
N_CLASSES = len(CLASSES)
A0 = 27.5
PEAKS_FROM, PEAKS_TO = 150.0, 4000.0
"""Between which frequencies (Hz) peaks tell the tuning."""

TUNINGS = np.linspace(-0.5, 0.5, 101)
CENTER_OCTAVE, OCTAVES = 5, 2
"""Where pitches count most, in octaves above A0, and how fast they count less away from there."""


def chroma(power: Float32) -> Float32:
    """Return how strong each pitch class is in each frame, C first: (n_frames, 12), the strongest 1; silence 0."""
    raw: Float32 = power @ _bumps(tuning(power))
    strongest = raw.max(axis=1, keepdims=True)
    strongest[strongest < np.finfo(np.float32).tiny] = 1
    raw /= strongest
    return raw


def tonnetz(chroma: Float32) -> FloatArray:
    """Return the tonal center of each frame on the circles of fifths, minor and major thirds: (n_frames, 6).

    Each circle has two columns, x and y, and the last a radius of one half. Pitch classes pull in proportion to their
    strength; silence is at 0.
    """
    strength = chroma.sum(axis=1, keepdims=True, dtype=np.float64)
    angles = np.pi * np.outer(np.arange(N_CLASSES), (7 / 6, 3 / 2, 2 / 3))
    places = np.stack((np.sin(angles), np.cos(angles)), axis=2) * np.array([1, 1, 0.5])[:, None]
    return chroma / np.where(strength == 0, 1, strength) @ places.reshape(N_CLASSES, -1)


def tuning(power: Float32) -> float:
    """Return by what part of a semitone, -0.5 to 0.49, most peaks of a spectrogram lie above the tempered scale; or 0.

    A peak is a bin above its neighbors and above a tenth of its frame's maximum, its frequency and height those of the
    parabola through the three. The louder half of the peaks is counted.
    """
    within = np.flatnonzero((FREQUENCIES >= PEAKS_FROM) & (FREQUENCIES < PEAKS_TO))
    before, here, after = (power[:, within[0] + step : within[-1] + 1 + step] for step in (-1, 0, 1))
    peaks = (here > before) & (here >= after) & (here > np.float32(0.1) * power.max(axis=1, keepdims=True))
    if not peaks.any():
        return 0.0
    before, here, after = before[peaks], here[peaks], after[peaks]
    slope, curve = (after - before) / 2, after + before - 2 * here
    shift = np.where(np.abs(slope) < np.abs(curve), -slope / np.where(curve == 0, 1, curve), 0)
    height = here + slope * shift / 2
    bins = np.broadcast_to(within, peaks.shape)[peaks]
    hz = (bins + shift)[height >= np.median(height)] * FREQUENCIES[1]
    above = np.mod(N_CLASSES * np.log2(hz / A0), 1)
    counts, _ = np.histogram(np.where(above >= 0.5, above - 1, above), TUNINGS)
    return float(TUNINGS[counts.argmax()])


@lru_cache(maxsize=len(TUNINGS))
def _bumps(tuning: float) -> Float32:
    """Return how much each bin counts in each pitch class: (1025, 12), a bump a semitone wide around each pitch.

    A bin counts for 1 in all (their squares' sum), less away from the octaves in the middle; bin 0 is put 1.5 octaves
    below bin 1.
    """
    pitch = N_CLASSES * np.log2(FREQUENCIES[1:] / A0) - tuning
    pitch = np.concatenate((pitch[:1] - 1.5 * N_CLASSES, pitch, [np.inf]))
    width = np.maximum(np.diff(pitch), 1)[:, None]
    width[-1] = 1
    pitch = pitch[:-1]
    from_a = np.mod(pitch[:, None] - np.arange(N_CLASSES) + N_CLASSES / 2, N_CLASSES) - N_CLASSES / 2
    bumps = np.exp(-0.5 * np.square(2 * from_a / width))
    bumps /= np.linalg.norm(bumps, axis=1, keepdims=True)
    bumps *= np.exp(-0.5 * np.square((pitch[:, None] / N_CLASSES - CENTER_OCTAVE) / OCTAVES))
    return np.roll(bumps, -CLASSES.index("d_sharp"), axis=1).astype(np.float32)
