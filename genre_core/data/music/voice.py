"""A voice without words: syllables sung or spoken, made as speech synthesizers of the 1980s made them.

A train of pulses from the vocal folds passes through three resonances of the throat and mouth, the formants of a vowel;
noise before it is the consonant. Pulses: A. E. Rosenberg, J. Acoust. Soc. Am. 49 (1971); resonators: D. H. Klatt,
J. Acoust. Soc. Am. 67 (1980); formants of vowels: G. E. Peterson & H. L. Barney, J. Acoust. Soc. Am. 24 (1952).
General MIDI has no voice that sings or raps, and no music of these genres is without one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.music.score import Note

VOWELS = (
    (270, 2290, 3010), (390, 1990, 2550), (530, 1840, 2480), (660, 1720, 2410), (730, 1090, 2440),
    (570, 840, 2410), (440, 1020, 2240), (300, 870, 2240), (640, 1190, 2390), (490, 1350, 1690),
)  # fmt: skip
"""Formants in Hz of the vowels in heed, hid, head, had, hod, hawed, hood, who'd, hud and heard."""
BANDWIDTHS = (80, 100, 140)
FOURTH = (3500, 250)
CONSONANTS = (1200, 2500, 4000, 6500)
"""Hz around which the noise of a consonant lies."""

Wave = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Voice:
    """How a voice sounds: `tract` multiplies every formant (a shorter throat: above 1).

    A `spoken` one falls and rises by itself, and follows the notes only roughly. `vibrato` is in semitones, `breath` is
    the noise within the pulses, `consonants` their loudness, `center` the pitch around which it is comfortable.
    """

    center: int
    tract: float
    spoken: bool = False
    vibrato: float = 0.0
    breath: float = 0.05
    consonants: float = 0.5


VOICES = {
    "Rapper": Voice(56, 1.0, spoken=True),
    "Singer (low)": Voice(57, 1.0, vibrato=0.25, consonants=0.25),
    "Singer (high)": Voice(66, 1.15, vibrato=0.3, consonants=0.25),
}
"""Voices by the name that a recipe gives as an instrument."""


def sing(voice: Voice, notes: Iterable[Note], seconds: float, sample_rate: int, rng: np.random.Generator) -> Wave:
    """Return the sound of notes, a syllable each, shape (n_samples,)."""
    sound = np.zeros(round((seconds + 1) * sample_rate))
    for note in notes:
        vowel = VOWELS[int(rng.integers(len(VOWELS)))]
        syllable = _vowel(voice, note, vowel, sample_rate, rng) * note.velocity / 127
        noise = _consonant(sample_rate, rng) * voice.consonants * note.velocity / 127
        first = round(note.onset * sample_rate)
        before = max(0, first - len(noise) // 2)
        sound[first : first + len(syllable)] += syllable
        sound[before : before + len(noise)] += noise
    return sound[: round(seconds * sample_rate)]


def _vowel(voice: Voice, note: Note, formants: tuple[int, ...], sample_rate: int, rng: np.random.Generator) -> Wave:
    """Return a vowel, its loudest sample at 1."""
    n = max(2, round(note.duration * sample_rate))
    time = np.arange(n) / sample_rate
    if voice.spoken:
        start, fall = rng.uniform(0, 2.5), rng.uniform(0, 4)
        pitch = voice.center + 0.3 * (note.pitch - voice.center) + rng.normal(0, 2) + np.linspace(start, -fall, n)
    else:
        swell = voice.vibrato * np.minimum(1, time / 0.3) * np.sin(2 * np.pi * 5.5 * time)
        pitch = note.pitch + swell - 0.7 * np.exp(-time / 0.03)
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    sound = np.diff(_pulses(np.cumsum(frequency) / sample_rate % 1), prepend=0.0) * sample_rate / (40 * frequency)
    sound += voice.breath * rng.standard_normal(n)
    for formant, width in zip(formants, BANDWIDTHS, strict=True):
        sound = _resonate(sound, formant * voice.tract, width, sample_rate)
    sound = _resonate(sound, FOURTH[0] * voice.tract, FOURTH[1], sample_rate)
    sound *= np.minimum(1, np.minimum(time / 0.02, (time[-1] - time) / 0.05))
    return sound / max(float(np.abs(sound).max()), 1e-9)


def _pulses(phase: Wave) -> Wave:
    """Return how far the vocal folds are open at a phase in [0, 1): slowly open, quickly shut, a while closed."""
    opening = phase / 0.6
    return np.where(phase < 0.6, opening**2 * (3 - 2 * opening), np.maximum(0.0, 1 - (phase - 0.6) / 0.15))


def _consonant(sample_rate: int, rng: np.random.Generator) -> Wave:
    n = round(rng.uniform(0.02, 0.08) * sample_rate)
    noise = _resonate(rng.standard_normal(n) * np.hanning(n), float(rng.choice(CONSONANTS)), 900, sample_rate)
    return 0.35 * noise / max(float(np.abs(noise).max()), 1e-9)


def _resonate(sound: Wave, frequency: float, bandwidth: float, sample_rate: int) -> Wave:
    """Pass a sound through one resonator, of gain 1 at 0 Hz."""
    from scipy.signal import lfilter

    radius = np.exp(-np.pi * bandwidth / sample_rate)
    a = [1.0, -2 * radius * np.cos(2 * np.pi * frequency / sample_rate), radius**2]
    return lfilter([sum(a)], a, sound)
