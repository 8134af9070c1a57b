"""Rendering: a score becomes sound, by General MIDI and a soundfont."""

from functools import cache
from io import BytesIO

import numpy as np
import numpy.typing as npt

from genre_core.data.music.composing import DRUMS, compose
from genre_core.data.music.piece import Piece
from genre_core.data.music.score import Part, Score
from genre_core.data.music.soundfont import soundfont
from genre_core.data.music.voice import VOICES, sing
from genre_core.errors import DataError

SAMPLE_RATE = 22_050
PEAK = 0.9
VOICE_LEVEL = 2.0
"""How loud a voice is, compared with all that is played."""
SOFTEST = 14
"""Decibels from a piece of no energy to one of full energy."""
KITS = {"Standard": 0, "Room": 8, "Power": 16, "Electronic": 24, "TR-808": 25, "Jazz": 32, "Brush": 40, "Orchestra": 48}
"""Drum kits and their programs in General MIDI's extension GS, which TimGM6mb and most soundfonts have."""

Samples = npt.NDArray[np.float32]


def samples_of(recipe: str, start: float = 0.0, seconds: float = 0.0, sample_rate: int = SAMPLE_RATE) -> Samples:
    """Return the sound of a piece given as JSON, from `start` on and `seconds` long (0: all that is left).

    Mono, shape (n_samples,), in [-1, 1].
    Raises DataError where the soundfont cannot be read.
    """
    piece = Piece.model_validate_json(recipe)
    sound = finish(piece, render(compose(piece), piece.production.reverb, piece.soundfont))
    if sample_rate != SAMPLE_RATE:
        import soxr

        sound = np.clip(soxr.resample(sound, SAMPLE_RATE, sample_rate), -1, 1)
    first = round(start * sample_rate)
    return sound[first : first + round(seconds * sample_rate) if seconds else None]


def render(score: Score, reverb: int = 40, soundfont: str = "") -> Samples:
    """Play a score by the soundfont of a hash, and sing it: mono, shape (n_samples,), its loudest sample at 1.

    Raises DataError where the soundfont cannot be read.
    """
    n = round(score.seconds * SAMPLE_RATE)
    sound = np.zeros(n, dtype=np.float32)
    played = _play(score, reverb, soundfont)[:n]
    sound[: len(played)] = played
    for part in score.parts:
        if part.instrument in VOICES:
            rng = np.random.default_rng([score.seed, 1])
            voice = sing(VOICES[part.instrument], part.notes, score.seconds, SAMPLE_RATE, rng)
            level = VOICE_LEVEL * part.volume / 100 * (_loudness(sound) or 1.0) / (_loudness(voice) or 1.0)
            sound += (level * voice).astype(np.float32)
    return sound / max(float(np.abs(sound).max()), 1e-6)


def _play(score: Score, reverb: int, content_hash: str) -> Samples:
    """Return what the soundfont plays of a score, mono, as long as it sounds; raises DataError."""
    import soundfile
    import soxr
    from midirenderer import render_wave_from

    (played_by, name), midi = soundfont(content_hash), _midi(score, reverb)
    try:
        wave = render_wave_from(played_by, midi)
    except (ValueError, RuntimeError) as error:
        why = f"The soundfont {name} cannot be played: {error}. Name another in GENRE_LAB_SOUNDFONT."
        raise DataError(why) from error
    played, rate = soundfile.read(BytesIO(wave), dtype="float32", always_2d=True)
    return soxr.resample(played.mean(axis=1), rate, SAMPLE_RATE)


def _loudness(sound: npt.NDArray[np.floating]) -> float:
    return float(np.sqrt(np.mean(np.square(sound))))


def finish(piece: Piece, rendered: Samples) -> Samples:
    """Finish the sound of a piece as its production says; its loudness follows its energy."""
    sound = rendered.astype(np.float64)
    made, rng = piece.production, np.random.default_rng([piece.seed, 2])
    if made.low_pass:
        from scipy.signal import butter, sosfilt

        sound = sosfilt(butter(2, made.low_pass, fs=SAMPLE_RATE, output="sos"), sound)
        sound /= max(float(np.abs(sound).max()), 1e-6)
    if made.pump:
        sound *= _pump(compose(piece), made.pump)
    if made.drive:
        sound = np.tanh(made.drive * sound) / np.tanh(made.drive)
    if made.crackle:
        clicks = rng.random(len(sound)) < 12 / SAMPLE_RATE
        hiss, click = rng.standard_normal(len(sound)), rng.standard_normal(len(sound))
        sound += made.crackle / 100 * (0.004 * hiss + 0.2 * clicks * click)
    decibels = SOFTEST * (piece.energy / 100 - 1)
    return np.clip(sound * 10 ** (decibels / 20), -1, 1).astype(np.float32) * np.float32(PEAK)


def _pump(score: Score, percent: int) -> npt.NDArray[np.float64]:
    """Return how loud everything is after each bass drum: lowered at once, back after a third of a second."""
    gain = np.ones(round(score.seconds * SAMPLE_RATE))
    fade = 1 - percent / 100 * np.exp(-np.arange(round(0.35 * SAMPLE_RATE)) / (0.12 * SAMPLE_RATE))
    for part in score.parts:
        for note in part.notes if part.is_drums else ():
            if note.pitch == DRUMS["kick"]:
                first = round(note.onset * SAMPLE_RATE)
                gain[first : first + len(fade)] = fade[: len(gain) - first]
    return gain


def _midi(score: Score, reverb: int) -> bytes:
    """Write a score as a MIDI file."""
    import pretty_midi

    midi = pretty_midi.PrettyMIDI(initial_tempo=score.tempo)
    for part in score.parts:
        if part.instrument in VOICES:
            continue
        program = KITS[part.instrument] if part.is_drums else _program(part.instrument)
        player = pretty_midi.Instrument(program, part.is_drums, part.name)
        player.control_changes = _controls(part, reverb)
        player.notes = [pretty_midi.Note(n.velocity, n.pitch, n.onset, n.onset + n.duration) for n in part.notes]
        midi.instruments.append(player)
    written = BytesIO()
    midi.write(written)
    return written.getvalue()


@cache
def _program(instrument: str) -> int:
    """Return an instrument's program in General MIDI, which takes pretty_midi longer to find than to write a score."""
    import pretty_midi

    return pretty_midi.instrument_name_to_program(instrument)


def _controls(part: Part, reverb: int) -> list[object]:
    import pretty_midi

    return [
        pretty_midi.ControlChange(number, value, 0)
        for number, value in ((7, part.volume), (10, part.pan), (91, reverb))
    ]
