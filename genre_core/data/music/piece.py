"""A piece: every trait drawn, and a seed for the rest. It determines its clip, to the last sample."""

from typing import Annotated, Literal

from pydantic import Field

from genre_core.data.music.recipe import Comping, Harmony, Lead, Meter, Pad, Percent, Production
from genre_core.values import Frozen, Seed


class Piece(Frozen):
    """A clip before it is composed.

    `genre` is the true one, `leans` the neighbor toward which it leans, and `borrowed` the traits drawn from that one's
    recipe. `key` is a pitch class from C = 0; `transpose` moves melody and chords by semitones; `balance` moves
    loudness from the rhythm section (-) to melody and chords (+), in percent; `begin` is the bar of the form at which
    the clip starts.
    """

    composer: Literal[1] = 1
    """Version of the composer: another one makes another clip of the same traits."""
    seed: Seed
    seconds: Annotated[float, Field(ge=0.5, le=30)]
    genre: str
    leans: str
    borrowed: tuple[str, ...]
    tempo: Annotated[int, Field(ge=30, le=300)]
    meter: Meter
    swing: Percent
    shuffle: Percent
    looseness: Percent
    energy: Percent
    harmony: Harmony
    groove: str
    kit: str
    bass: str
    bass_instrument: str
    comping: Comping
    comping_instrument: str
    lead: Lead
    lead_instrument: str
    pad: Pad
    form: str
    production: Production
    key: Annotated[int, Field(ge=0, le=11)]
    transpose: Annotated[int, Field(ge=-12, le=12)]
    balance: Annotated[int, Field(ge=-50, le=50)]
    begin: Annotated[int, Field(ge=0, le=63)]
    soundfont: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    """SHA-256 of the soundfont that plays it; empty: the one that pretty_midi brings."""

    @property
    def identity(self) -> str:
        """SHA-256 of the canonical JSON, as 64 hex digits: the name of the clip."""
        return self.fingerprint
