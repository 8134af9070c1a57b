"""A score: what is played, when, how loudly and by whom; and as a picture of it, the piano roll.

Times are in seconds from the start of the clip; pitches and velocities are MIDI's, middle C = 60.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Note(NamedTuple):
    """One sound of one part."""

    onset: float
    duration: float
    pitch: int
    velocity: int


class Chord(NamedTuple):
    """Harmony for a while; `name` as a musician writes it, such as `F#m7`."""

    onset: float
    duration: float
    name: str


@dataclass(frozen=True)
class Part:
    """Notes of one player, by onset.

    `instrument` is a General MIDI name, of drums the kit; `volume` (0-127) and `pan` (0 left, 64 middle, 127 right)
    set its place in the mix.
    """

    name: str
    instrument: str
    notes: tuple[Note, ...]
    volume: int
    pan: int = 64
    is_drums: bool = False


@dataclass(frozen=True)
class Score:
    """Everything that sounds in a clip; `bars` are the onsets of its bars, `seed` chooses the syllables of a voice."""

    seconds: float
    seed: int
    tempo: int
    meter: str
    bars: tuple[float, ...]
    chords: tuple[Chord, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Lane:
    """Notes of one part of a piano roll: for each, its onset, duration, pitch and loudness in [0, 1]."""

    part: str
    instrument: str
    is_drums: bool
    onset: tuple[float, ...]
    duration: tuple[float, ...]
    pitch: tuple[int, ...]
    loudness: tuple[float, ...]


@dataclass(frozen=True)
class PianoRoll:
    """A score as it is drawn; `pitches` are the lowest and the highest of the parts that are not drums."""

    seconds: float
    tempo: int
    meter: str
    bars: tuple[float, ...]
    chords: tuple[Chord, ...]
    lanes: tuple[Lane, ...]
    pitches: tuple[int, int]


def piano_roll(score: Score) -> PianoRoll:
    """Return what a piano roll of a score shows, parts without notes left out."""
    lanes = []
    for part in score.parts:
        if part.notes:
            onset, duration, pitch, velocity = zip(*part.notes, strict=True)
            loudness = tuple(v / 127 for v in velocity)
            lanes.append(Lane(part.name, part.instrument, part.is_drums, onset, duration, pitch, loudness))
    pitches = [pitch for lane in lanes if not lane.is_drums for pitch in lane.pitch] or [60]
    return PianoRoll(
        score.seconds, score.tempo, score.meter, score.bars, score.chords, tuple(lanes), (min(pitches), max(pitches))
    )
