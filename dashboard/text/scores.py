"""The score of a generated clip in words: what was drawn for it, what its picture shows, and its notes as a table."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from dashboard.figures.piano_roll import accidentals, note_name, part_name
from genre_core.data.music.harmony import NAMES
from genre_core.data.music.piece import Piece
from genre_core.data.music.score import PianoRoll
from genre_core.text import count

TRAITS = {
    "looseness": "loose timing",
    "energy": "loudness",
    "harmony": "chord progression",
    "groove": "drum groove",
    "kit": "drum kit",
    "bass": "bass line",
    "bass_instrument": "bass instrument",
    "comping": "chord rhythm",
    "comping_instrument": "chord instrument",
    "lead": "melody",
    "lead_instrument": "melody instrument",
}
"""Traits as they are called where their own names are not plain words."""
SWUNG = 50
"""Percent of swing from which it is called so."""


def piece_sentence(piece: Piece) -> str:
    """Say what was drawn: genre, tempo, meter, swing, chords and key, and what was borrowed from the neighbor."""
    key = f"{accidentals(NAMES[piece.key])} {piece.harmony.mode}"
    drawn = f"{piece.genre}, {piece.tempo} BPM, {piece.meter}, {_feel(piece)}, {progression(piece)} in {key}."
    if not piece.borrowed:
        return f"{drawn} Everything in it comes from the recipe of {piece.genre}."
    borrowed = [TRAITS.get(trait, trait) for trait in piece.borrowed]
    return f"{drawn} Its {listed(borrowed)} {'was' if len(borrowed) == 1 else 'were'} borrowed from {piece.leans}."


def progression(piece: Piece) -> str:
    """Return the chords as Roman numerals, each once where it is held: `ii7–V7–Imaj7`; a small numeral is minor."""
    numerals = [
        re.sub("^([b#]?[iv]+)m(?!aj)", r"\1", numeral) for numeral in piece.harmony.chords.replace("|", " ").split()
    ]
    changes = numerals[:1] + [after for before, after in pairwise(numerals) if after != before]
    return accidentals("–".join(changes))


def listed(words: Sequence[str]) -> str:
    """Return words as a list: `a, b and c`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def roll_sentence(roll: PianoRoll) -> str:
    """Say what a piano roll shows, for who cannot see it."""
    chords = ", ".join(accidentals(chord.name) for chord in roll.chords if chord.onset < roll.seconds)
    parts = [f"{part_name(lane.part)} ({lane.instrument}, {count(len(lane.onset), 'note')})" for lane in roll.lanes]
    return (
        f"Piano roll of {roll.seconds:g} seconds in {count(len(roll.bars), 'bar')} at {roll.tempo} BPM: "
        f"{listed(parts) if parts else 'no notes'}. Chords: {chords}."
    )


def score_table(roll: PianoRoll) -> list[dict[str, Any]]:
    """Return every note in the order of time: when, how long, which, how loud, by whom, over which chord."""
    notes = [
        {
            "Start (s)": round(onset, 3),
            "Bar": max(1, sum(bar <= onset + 0.02 for bar in roll.bars)),
            "Part": part_name(lane.part),
            "Instrument": lane.instrument,
            "Note": note_name(lane, pitch),
            "Length (s)": round(duration, 3),
            "Loudness": round(100 * loudness),
            "Chord": accidentals(next((c.name for c in reversed(roll.chords) if c.onset <= onset + 0.02), "")),
        }
        for lane in roll.lanes
        for onset, duration, pitch, loudness in zip(lane.onset, lane.duration, lane.pitch, lane.loudness, strict=True)
    ]
    return sorted(notes, key=lambda note: note["Start (s)"])


def _feel(piece: Piece) -> str:
    if max(piece.swing, piece.shuffle) >= SWUNG:
        return "swing" if piece.swing >= SWUNG else "swung sixteenths"
    return "light swing" if piece.swing or piece.shuffle else "straight"
