"""The score of a clip as a piano roll: a lane for each part, with bars and chords above."""

import re
from dataclasses import dataclass
from itertools import pairwise

from dashboard.figures.parts import Drawn, fixed_axis, name_axis, note, upright
from dashboard.theme import ACCENT, AXIS, GENRE_COLOURS, GRID, INK, MUTED, OTHER, RIGHT, TEMPLATE, Figure
from genre_core.data.music.composing import DRUMS
from genre_core.data.music.harmony import NAMES
from genre_core.data.music.score import Lane, PianoRoll

ORDER = ("lead", "chords", "pad", "bass", "drums")
"""Lanes from the top to the bottom."""
COLOURS = {"lead": ACCENT, "chords": RIGHT, "pad": GENRE_COLOURS[6].light, "bass": OTHER, "drums": MUTED}
DRUM, LEAST, LABEL = 3, 8, 4
"""Rows of the height of a semitone: of a drum, of a lane at least, and of what stands above a lane."""
ROW, AROUND = 4.0, 62
"""Pixels of a semitone, and of what stands around the lanes."""
TAP = 0.05
"""Seconds that the stroke of a drum is drawn."""
CHORDS = 14
"""Names of chords across the figure, at most."""

_DRUM_NAMES = {key: name for name, key in DRUMS.items()}


def accidentals(name: str) -> str:
    """Return the name of a chord or key with a musician's signs: `F♯m7`, `B♭`."""
    return re.sub("b(?=[5IVi]|v)", "♭", re.sub("^([A-G])b", r"\1♭", name)).replace("#", "♯")


def part_name(part: str) -> str:
    """Return what a part of a score is called."""
    return "melody" if part == "lead" else part


def note_name(lane: Lane, pitch: int) -> str:
    """Return what a note is called: its pitch, such as `C4` for middle C, or the drum."""
    if lane.is_drums:
        return _DRUM_NAMES.get(pitch, str(pitch))
    return f"{accidentals(NAMES[pitch % 12])}{pitch // 12 - 1}"


@dataclass(frozen=True)
class _Placed:
    """A lane with the row of each of its pitches, and its rows from `low` to `high`."""

    lane: Lane
    rows: dict[int, float]
    low: float
    high: float


def roll_height(roll: PianoRoll) -> int:
    """Return how many pixels high a piano roll is."""
    return AROUND + round(ROW * max((placed.high + LABEL for placed in _place(roll)), default=LABEL))


def roll_figure(roll: PianoRoll, window: tuple[float, float] | None = None) -> Figure:
    """Return the notes of each part over the seconds, louder ones stronger.

    `window` is the part of the clip that is looked at, in seconds, where that is not all of it.
    """
    placed = _place(roll)
    ticks = {row: text for lane in placed for row, text in _ticks(lane)}
    shapes = [upright(round(bar, 3), AXIS, layer="below") for bar in roll.bars if bar < roll.seconds]
    if window is not None:
        shapes.append(
            {"type": "rect", "x0": window[0], "x1": window[1], "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
             "line": {"width": 0}, "fillcolor": GRID}
        )  # fmt: skip
    top = max((lane.high + LABEL for lane in placed), default=LABEL)
    return {
        "data": [_notes(lane) for lane in placed],
        "layout": {
            "template": TEMPLATE,
            "xaxis": fixed_axis("seconds", 0, roll.seconds, showgrid=False, hoverformat=".2f"),
            "yaxis": name_axis(
                range=[-1, top],
                tickmode="array",
                tickvals=list(ticks),
                ticktext=list(ticks.values()),
                tickfont={"color": MUTED, "size": 10},
            ),
            "shapes": shapes,
            "annotations": [*_chords(roll), *map(_label, placed)],
            "barmode": "overlay",
            "margin": {"l": 8, "r": 8, "t": 22, "b": 8},
        },
    }


def _place(roll: PianoRoll) -> list[_Placed]:
    """Return the lanes with their places, the lowest first."""
    placed, low = [], 0.0
    for lane in sorted(roll.lanes, key=lambda lane: -ORDER.index(lane.part)):
        pitches = sorted(set(lane.pitch))
        if lane.is_drums:
            rows = {pitch: low + DRUM * (at + 0.5) for at, pitch in enumerate(pitches)}
            high = low + DRUM * len(pitches)
        else:
            spare = max(0, LEAST - 1 - (pitches[-1] - pitches[0])) / 2
            rows = {pitch: low + spare + pitch - pitches[0] + 0.5 for pitch in pitches}
            high = low + max(LEAST, pitches[-1] - pitches[0] + 1)
        placed.append(_Placed(lane, rows, low, high))
        low = high + LABEL
    return placed


def _ticks(placed: _Placed) -> list[tuple[float, str]]:
    """Return where the upright axis is labelled: each drum; of others the lowest and the highest pitch."""
    pitches = sorted(placed.rows)
    if not placed.lane.is_drums and pitches[-1] - pitches[0] >= 3:
        pitches = [pitches[0], pitches[-1]]
    elif not placed.lane.is_drums:
        pitches = pitches[:1]
    return [(placed.rows[pitch], note_name(placed.lane, pitch)) for pitch in pitches]


def _notes(placed: _Placed) -> Drawn:
    lane = placed.lane
    names = [f"{note_name(lane, pitch)}, {lane.instrument}" for pitch in lane.pitch]
    return {
        "type": "bar",
        "orientation": "h",
        "name": lane.part,
        "base": [round(onset, 3) for onset in lane.onset],
        "x": [round(TAP if lane.is_drums else duration, 3) for duration in lane.duration],
        "y": [placed.rows[pitch] for pitch in lane.pitch],
        "width": 0.7 * DRUM if lane.is_drums else 0.9,
        "customdata": [[name, round(onset, 2)] for name, onset in zip(names, lane.onset, strict=True)],
        "marker": {
            "color": COLOURS[lane.part],
            "opacity": [round(0.4 + 0.6 * loudness, 2) for loudness in lane.loudness],
            "line": {"width": 0},
        },
        "hovertemplate": "%{customdata[0]} at %{customdata[1]} s<extra></extra>",
    }


def _label(placed: _Placed) -> Drawn:
    """Return the name of a part above its lane."""
    lane = placed.lane
    words = f"{part_name(lane.part).capitalize()} · {lane.instrument}{' kit' if lane.is_drums else ''}"
    return note(0, placed.high, words, size=11, xref="paper", xanchor="left", yanchor="bottom", yshift=-1)


def _chords(roll: PianoRoll) -> list[Drawn]:
    """Return the names of chords where they change, as far as there is room."""
    heard = [chord for chord in roll.chords if chord.onset < roll.seconds]
    changes = heard[:1] + [after for before, after in pairwise(heard) if after.name != before.name]
    shown: list[Drawn] = []
    for chord in changes:
        if not shown or chord.onset - shown[-1]["x"] >= roll.seconds / CHORDS:
            name = accidentals(chord.name)
            shown.append(
                note(round(chord.onset, 3), 1, name, INK, yref="paper", yanchor="bottom", xanchor="left", xshift=3)
            )
    return shown
