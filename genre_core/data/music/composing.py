"""Composing: a piece becomes a score, bar by bar, each part with a random stream of its own."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from genre_core.data.music.harmony import SCALES, Tones, lay_out, nearest, read_progression
from genre_core.data.music.piece import Piece
from genre_core.data.music.rhythm import STEPS, Stroke, fit, read_groove, second, strokes
from genre_core.data.music.score import Chord, Note, Part, Score
from genre_core.data.music.voice import VOICES

DRUMS = {
    "kick": 36, "rim": 37, "snare": 38, "clap": 39, "swirl": 40, "low": 45, "mid": 47, "high": 50, "hat": 42,
    "pedal": 44, "open": 46, "crash": 49, "ride": 51, "bell": 53, "tambourine": 54, "cowbell": 56, "bongo": 60,
    "conga": 63, "shaker": 70, "cabasa": 69, "claves": 75, "block": 76, "triangle": 81, "push": 29, "pull": 30,
}  # fmt: skip
"""Names of drums in grooves, and their keys in General MIDI's drum kits (`swirl` needs the brushes)."""

SECTION_BARS = 4
VOLUMES = {"drums": 100, "bass": 96, "chords": 82, "pad": 62, "lead": 98}
PANS = {"chords": 44, "pad": 84, "lead": 70}
RHYTHM_SECTION = ("drums", "bass")
LOUDER, SOFTER = 12, -26
CHORUS = 8
CENTERS = {
    "Distortion Guitar": 64, "Overdriven Guitar": 64, "Tenor Sax": 62, "Alto Sax": 67, "Trombone": 55, "Sitar": 60,
    "Acoustic Guitar (steel)": 67, "Brass Section": 65, "Orchestra Hit": 60, "Synth Choir": 67,
    **{name: voice.center for name, voice in VOICES.items()},
}  # fmt: skip
"""Pitches around which melodies lie; 72 for all other instruments."""
STRUM = 0.011
"""Seconds from one string to the next."""
SHORTEST = 0.03
"""Seconds of the shortest note."""
MOTIFS = (0, 1, 0, 2)
"""Which melody each of four bars has: the third repeats the first."""


@dataclass(frozen=True)
class _Bar:
    """One bar of the clip: its number in the clip, its section, its place in that, and its chords by step."""

    number: int
    section: str
    place: int
    chords: tuple[tuple[int, Tones], ...]

    def chord_at(self, step: int) -> Tones:
        return next(chord for start, chord in reversed(self.chords) if start <= step)


def compose(piece: Piece) -> Score:
    """Write a piece down as notes: drums, bass, chords, pad and lead."""
    bars = _bars(piece)
    parts = [
        _part(piece, "drums", piece.kit, _drums(piece, bars)),
        _part(piece, "bass", piece.bass_instrument, _bass(piece, bars)),
        _part(piece, "chords", piece.comping_instrument, _chords(piece, bars)),
        _part(piece, "pad", piece.pad.instrument, _pad(piece, bars)),
        _part(piece, "lead", piece.lead_instrument, _lead(piece, bars)),
    ]
    named = [(second(piece, bar.number, start), chord.name) for bar in bars for start, chord in bar.chords]
    ends = [onset for onset, _ in named[1:]] + [second(piece, len(bars), 0)]
    return Score(
        piece.seconds,
        piece.seed,
        piece.tempo,
        piece.meter,
        tuple(second(piece, bar.number, 0) for bar in bars),
        tuple(Chord(onset, end - onset, name) for (onset, name), end in zip(named, ends, strict=True)),
        tuple(part for part in parts if part.notes),
    )


def _bars(piece: Piece) -> tuple[_Bar, ...]:
    """Return the bars that the clip hears, the last perhaps in part."""
    steps = STEPS[piece.meter]
    progression = read_progression(piece.harmony.chords, piece.key)
    bars = []
    for number in range(math.ceil(piece.seconds / second(piece, 1, 0))):
        at = piece.begin + number
        chords = progression[at % len(progression)]
        starts = [4 * (index * steps // 4 // len(chords)) for index in range(len(chords))]
        section = piece.form[at // SECTION_BARS % len(piece.form)]
        bars.append(_Bar(number, section, at % SECTION_BARS, tuple(zip(starts, chords, strict=True))))
    return tuple(bars)


def _part(piece: Piece, name: str, instrument: str, notes: Iterator[Note]) -> Part:
    towards = -piece.balance if name in RHYTHM_SECTION else piece.balance
    volume = round(VOLUMES[name] * (1 + towards / 200))
    last = piece.seconds - SHORTEST
    heard = sorted(n._replace(duration=min(n.duration, piece.seconds - n.onset)) for n in notes if n.onset <= last)
    return Part(name, instrument, tuple(heard), min(volume, 127), PANS.get(name, 64), name == "drums")


def _drums(piece: Piece, bars: tuple[_Bar, ...]) -> Iterator[Note]:
    """Play the groove; a chorus begins with a cymbal, a section ends with a fill, a break has no drums."""
    rng, steps = _stream(piece, "drums"), STEPS[piece.meter]
    groove = {drum: fit(pattern, steps) for drum, pattern in read_groove(piece.groove).items()}
    for bar in bars:
        if bar.section == "b":
            continue
        for drum, pattern in groove.items():
            for stroke in strokes(pattern):
                if "snare" in groove and bar.place == SECTION_BARS - 1 and stroke.step >= steps - 4 and drum != "kick":
                    continue
                yield _note(piece, bar, stroke, DRUMS[drum], rng, length=1)
        if "snare" in groove and bar.place == SECTION_BARS - 1:
            for step in range(steps - 4, steps):
                yield _note(piece, bar, Stroke(step, 1, "x"), DRUMS["snare" if step % 2 else "mid"], rng)
        if "crash" in groove or ("snare" in groove and bar.section == "c" and bar.place == 0):
            yield _note(piece, bar, Stroke(0, 4, "x"), DRUMS["crash"], rng)


def _bass(piece: Piece, bars: tuple[_Bar, ...]) -> Iterator[Note]:
    """Play the bass: degrees above each chord's root, or a line that walks to the next one."""
    if not piece.bass:
        return
    rng, steps = _stream(piece, "bass"), STEPS[piece.meter]
    patterns = [fit(pattern.strip(), steps) for pattern in piece.bass.split("|")]
    pitch = nearest(piece.key, 36)
    for index, bar in enumerate(bars):
        played = strokes(patterns[bar.number % len(patterns)])
        after = bars[index + 1].chords[0][1] if index + 1 < len(bars) else bar.chords[0][1]
        for stroke in played:
            chord = bar.chord_at(stroke.step)
            root = nearest(chord.root, 36)
            if stroke.symbol == "w":
                starts = {start for start, _ in bar.chords}
                if stroke.step in starts:
                    pitch = root
                elif stroke is played[-1]:
                    pitch = nearest(after.root, 36) + (1 if rng.random() < 0.5 else -1)
                else:
                    tones = [root + octave + tone for octave in (-12, 0, 12) for tone in (*chord.tones, 2)]
                    near = sorted((abs(tone - pitch), tone) for tone in tones if tone != pitch and 28 <= tone <= 50)
                    pitch = near[int(rng.integers(min(3, len(near))))][1]
            else:
                pitch = root + _degree(int(stroke.symbol), chord)
            yield _note(piece, bar, stroke, pitch, rng, gate=0.92)


def _degree(degree: int, chord: Tones) -> int:
    """Return how many semitones a degree (1 to 9) lies above a chord's root; third and fifth are the chord's."""
    octave, within = divmod(degree - 1, 7)
    own = {0: 0, 2: chord.tones[1] if chord.tones[1] < 7 else 4, 4: 7 if 7 in chord.tones else chord.tones[-1] % 12}
    return 12 * octave + own.get(within, (0, 2, 4, 5, 7, 9, 10)[within])


def _chords(piece: Piece, bars: tuple[_Bar, ...]) -> Iterator[Note]:
    """Play the accompaniment."""
    if not piece.comping.pattern:
        return
    rng, steps = _stream(piece, "chords"), STEPS[piece.meter]
    patterns = [fit(pattern.strip(), steps) for pattern in piece.comping.pattern.split("|")]
    center = 60 + piece.transpose
    late = STRUM if piece.comping.voicing == "strum" else 0.0
    for bar in bars:
        for stroke in strokes(patterns[bar.number % len(patterns)]):
            pitches = lay_out(bar.chord_at(stroke.step), piece.comping.voicing, center, rng)
            if stroke.symbol.isdigit():
                octave, tone = divmod(int(stroke.symbol) - 1, len(pitches))
                pitches = (pitches[tone] + 12 * octave,)
            for order, pitch in enumerate(pitches):
                yield _note(piece, bar, stroke, pitch, rng, later=late * order)


def _pad(piece: Piece, bars: tuple[_Bar, ...]) -> Iterator[Note]:
    """Hold each chord."""
    if not piece.pad.instrument:
        return
    rng = _stream(piece, "pad")
    for bar in bars:
        ends = [start for start, _ in bar.chords[1:]] + [STEPS[piece.meter]]
        for (start, chord), end in zip(bar.chords, ends, strict=True):
            for pitch in lay_out(chord, piece.pad.voicing, 64 + piece.transpose, rng):
                yield _note(piece, bar, Stroke(start, end - start, "o"), pitch, rng)


def _lead(piece: Piece, bars: tuple[_Bar, ...]) -> Iterator[Note]:
    """Sing a melody: it walks along the scale, rests on tones of the chord, and comes back to what it sang before."""
    if not piece.lead.rhythm:
        return
    steps = STEPS[piece.meter]
    rhythms = [fit(rhythm.strip(), steps) for rhythm in piece.lead.rhythm.split("|")]
    center = CENTERS.get(piece.lead_instrument, 72) + piece.transpose
    for bar in bars:
        rng = _stream(piece, "lead", MOTIFS[bar.place])
        if bar.section == "b" or rng.random() * 100 < piece.lead.silence:
            continue
        pitch = center + int(rng.integers(-4, 5))
        for stroke in strokes(rhythms[MOTIFS[bar.place] % len(rhythms)]):
            chord = bar.chord_at(stroke.step)
            ladder = _ladder(piece, chord, center)
            move = int(rng.integers(1, piece.lead.leap + 1)) * (1 if rng.random() * 14 > pitch - center + 7 else -1)
            at = int(np.abs(ladder - pitch).argmin()) + move
            pitch = int(ladder[min(max(at, 0), len(ladder) - 1)])
            if stroke.step % 4 == 0 and rng.random() * 100 < piece.lead.chord_tones:
                pitch = min((nearest(chord.root + tone, pitch) for tone in chord.tones), key=lambda p: abs(p - pitch))
            yield _note(piece, bar, stroke, pitch, rng, gate=0.95)


def _ladder(piece: Piece, chord: Tones, center: int) -> np.ndarray:
    """Return the pitches that a melody may sing over a chord: the scale's, but for those a semitone off its tones."""
    tones = {(chord.root + tone) % 12 for tone in chord.tones}
    scale = {(piece.key + step) % 12 for step in SCALES[piece.harmony.mode]}
    foreign = tones - scale
    classes = tones | {c for c in scale if not any((c - tone) % 12 in (1, 11) for tone in foreign)}
    return np.array([pitch for pitch in range(center - 11, center + 12) if pitch % 12 in classes])


def _note(
    piece: Piece,
    bar: _Bar,
    stroke: Stroke,
    pitch: int,
    rng: np.random.Generator,
    *,
    gate: float = 1.0,
    later: float = 0.0,
    length: int | None = None,
) -> Note:
    """Return a stroke as a note, as loud as its symbol and the section say, and played by a human."""
    onset = second(piece, bar.number, stroke.step)
    end = second(piece, bar.number, stroke.step + (stroke.length if length is None else length))
    stray = rng.normal(0, piece.looseness / 1000) if piece.looseness else 0.0
    loudness = {"X": LOUDER, "o": SOFTER}.get(stroke.symbol, 0) + (CHORUS if bar.section == "c" else 0)
    velocity = 44 + 0.7 * piece.energy + loudness + rng.normal(0, 3)
    return Note(
        max(0.0, onset + later + stray),
        max(SHORTEST, (end - onset) * gate),
        int(min(max(pitch, 0), 127)),
        int(min(max(velocity, 1), 127)),
    )


STREAMS = ("drums", "bass", "chords", "pad", "lead", "finish")


def _stream(piece: Piece, part: str, number: int = 0) -> np.random.Generator:
    return np.random.default_rng([piece.seed, STREAMS.index(part), number])
