"""Recipes of genres, as values read from `recipes/*.toml`, and how probable each value of a trait is."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from genre_core.settings.genres import GENRES
from genre_core.values import Frozen

RING = ("Rock", "Pop", "Hip-Hop", "Electronic", "Experimental", "Jazz", "Classical", "Folk")
"""The genres in a ring: each one's neighbors are the two beside it, the last one's the first too."""

Mode = Literal[
    "major", "minor", "dorian", "mixolydian", "harmonic minor", "major pentatonic", "minor pentatonic", "blues",
    "whole tone", "chromatic",
]  # fmt: skip
Voicing = Literal["power", "triad", "close", "strum", "spread", "octaves", "cluster"]
Meter = Literal["4/4", "3/4", "6/8", "5/4", "7/8"]
Percent = Annotated[int, Field(ge=0, le=100)]


class Harmony(Frozen):
    """Chords as Roman numerals of a major scale, bars separated by `|`, and the scale that melodies take."""

    mode: Mode
    chords: str


class Comping(Frozen):
    """Rhythm of the accompaniment and how its chords are laid out.

    In the pattern a step is a sixteenth: `X` and `x` strike the chord, loud or not, `1` to `6` one of its tones from
    below, `-` holds, `.` is silent.
    """

    voicing: Voicing
    pattern: str


class Lead(Frozen):
    """Rhythm of the melody, bars separated by `|`, and how it moves.

    `leap` is the most scale steps from one tone to the next; `chord_tones` how many percent of the tones on a beat
    belong to the chord; `silence` how many percent of the bars are left out.
    """

    rhythm: str
    leap: Annotated[int, Field(ge=1, le=12)]
    chord_tones: Percent
    silence: Percent


class Pad(Frozen):
    """Layer of long chords; none without an instrument."""

    instrument: str = ""
    voicing: Voicing = "triad"


class Production(Frozen):
    """How the rendered sound is finished.

    `drive` is how far it is pressed into saturation; `low_pass` cuts what lies above so many Hz (0: nothing); `crackle`
    adds the noise of a worn record and `pump` lowers everything at each bass drum, both in percent; `reverb` is the
    size of the room.
    """

    name: str
    drive: Annotated[float, Field(ge=0, le=12)] = 0.0
    low_pass: Annotated[int, Field(ge=0, le=11_000)] = 0
    crackle: Percent = 0
    pump: Percent = 0
    reverb: Annotated[int, Field(ge=0, le=127)] = 40


class Range(Frozen):
    """Whole numbers from `low` to `high`, one as likely as another."""

    low: int
    high: int

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        """Read `[112, 148]`, or one number."""
        if isinstance(value, int):
            return {"low": value, "high": value}
        return dict(zip(("low", "high"), value, strict=True)) if isinstance(value, list | tuple) else value

    @model_validator(mode="after")
    def _ascends(self) -> "Range":
        if self.low > self.high:
            raise ValueError(f"a range goes from low to high, but this one from {self.low} to {self.high}")
        return self


class Recipe(Frozen):
    """Traits of a genre: each a range, or options of which each is as likely as another (named twice: twice)."""

    tempo: Range
    """Quarter notes a minute."""
    meter: tuple[Meter, ...]
    swing: Range
    """How late the second eighth of a beat comes: 0 in the middle of the beat, 100 at two thirds of it."""
    shuffle: Range
    """The same for sixteenths within an eighth."""
    looseness: Range
    """How far players stray from the beat: a standard deviation in milliseconds."""
    energy: Range
    """How hard notes are struck, in percent."""
    harmony: tuple[Harmony, ...]
    groove: tuple[str, ...]
    """Drums, one line each: the name and a step for each sixteenth: `X` loud, `x`, `o` soft, `.` nothing."""
    kit: tuple[str, ...]
    bass: tuple[str, ...]
    """Steps: `1` to `9` that degree above the chord's root, `w` a walking tone, `-` holds, `.` is silent."""
    bass_instrument: tuple[str, ...]
    comping: tuple[Comping, ...]
    comping_instrument: tuple[str, ...]
    lead: tuple[Lead, ...]
    lead_instrument: tuple[str, ...]
    pad: tuple[Pad, ...]
    form: tuple[str, ...]
    """Sections of four bars: `v` verse, `c` chorus, `s` solo, `b` break."""
    production: tuple[Production, ...]

    def options(self, trait: str) -> tuple[Any, ...]:
        """Return what a trait is drawn from, one as likely as another."""
        value = getattr(self, trait)
        return tuple(range(value.low, value.high + 1)) if isinstance(value, Range) else value


TRAITS = tuple(Recipe.model_fields)


@cache
def recipes() -> dict[str, Recipe]:
    """Return the recipe of each genre, in the order of the notebook's genres."""
    folder = Path(__file__).with_name("recipes")
    names = GENRES[: len(RING)]
    return {name: Recipe(**tomllib.loads((folder / f"{name.lower()}.toml").read_text())) for name in names}


def neighbors(genre: str) -> tuple[str, str]:
    """Return the two genres beside this one."""
    at = RING.index(genre)
    return RING[at - 1], RING[(at + 1) % len(RING)]
