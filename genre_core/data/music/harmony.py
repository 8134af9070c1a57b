"""Scales, chords from Roman numerals, and chords laid out as pitches."""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from genre_core.data.music.recipe import Mode, Voicing

NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

SCALES: dict[Mode, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "whole tone": (0, 2, 4, 6, 8, 10),
    "chromatic": tuple(range(12)),
}
"""Semitones above the tonic."""

_DEGREES = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}
_QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "maj7": (0, 4, 7, 11),
    "9": (0, 4, 7, 10, 14),
    "m9": (0, 3, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "13": (0, 4, 10, 14, 21),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "add9": (0, 4, 7, 14),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "7alt": (0, 4, 10, 13, 20),
    "aug": (0, 4, 8),
    "5": (0, 7),
    "maj7#11": (0, 4, 7, 11, 18),
}
_NUMERAL = re.compile(r"([b#]?)([iv]+|[IV]+)(.*)")


@dataclass(frozen=True)
class Tones:
    """A chord: the pitch class of its root, its name, and its tones in semitones above the root."""

    root: int
    name: str
    tones: tuple[int, ...]


@cache
def read_chord(numeral: str, key: int) -> Tones:
    """Read a Roman numeral such as `bVII`, `ii7` or `Vsus4` in a key (pitch class); small letters are minor.

    Raises ValueError where it is no Roman numeral, or no chord that is known.
    """
    found = _NUMERAL.fullmatch(numeral)
    if found is None or (degree := found[2].lower()) not in _DEGREES:
        raise ValueError(f"'{numeral}' is no Roman numeral: write one such as I, vi, bVII or ii7")
    quality = found[3]
    if found[2].islower() and not quality.startswith(("m", "dim", "sus")):
        quality = f"m{quality}"
    if quality not in _QUALITIES:
        raise ValueError(f"'{numeral}' is no known chord: its quality is one of {', '.join(filter(None, _QUALITIES))}")
    root = (key + _DEGREES[degree] + {"b": -1, "#": 1, "": 0}[found[1]]) % 12
    return Tones(root, NAMES[root] + quality, _QUALITIES[quality])


def read_progression(chords: str, key: int) -> tuple[tuple[Tones, ...], ...]:
    """Read the chords of each bar, in turn; raises ValueError."""
    return tuple(tuple(read_chord(numeral, key) for numeral in bar.split()) for bar in chords.split("|"))


def lay_out(chord: Tones, voicing: Voicing, center: int, rng: np.random.Generator) -> tuple[int, ...]:
    """Return the pitches of a chord, from below, around a center."""
    low = nearest(chord.root, center - 12)
    third, fifth = chord.tones[1], chord.tones[min(2, len(chord.tones) - 1)]
    match voicing:
        case "power":
            return low, low + 7, low + 12
        case "strum":
            return low, low + 7, low + 12, low + 12 + third, low + 12 + fifth
        case "spread":
            return low, low + fifth, low + 12 + third, *(low + 12 + tone for tone in chord.tones[3:])
        case "octaves":
            return low, low + 12
        case "cluster":
            return tuple(sorted(low + int(step) for step in rng.choice(20, 4, replace=False)))
        case "close":
            tones = chord.tones[1:] if len(chord.tones) > 3 else chord.tones
        case "triad":
            tones = chord.tones[:3]
    return tuple(sorted(nearest(chord.root + tone, center) for tone in tones))


def nearest(pitch_class: int, center: int) -> int:
    """Return the pitch of a class that lies nearest to a center."""
    return center + (pitch_class - center + 6) % 12 - 6
