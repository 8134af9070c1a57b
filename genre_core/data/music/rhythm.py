"""Rhythms as text: one step a sixteenth, fitted to a meter and set in time."""

from typing import NamedTuple

from genre_core.data.music.piece import Piece
from genre_core.data.music.recipe import Meter

STEPS: dict[Meter, int] = {"4/4": 16, "3/4": 12, "6/8": 12, "5/4": 20, "7/8": 14}
"""Sixteenths of a bar."""


class Stroke(NamedTuple):
    """A symbol that starts a sound: its step within the bar and how many steps it lasts."""

    step: int
    length: int
    symbol: str


def fit(pattern: str, steps: int) -> str:
    """Return a pattern of so many steps: what is too long is cut, what is too short starts again."""
    return (pattern * -(-steps // len(pattern)))[:steps]


def strokes(pattern: str) -> tuple[Stroke, ...]:
    """Return the sounds of a pattern; `-` makes one longer, `.` is silent."""
    found: list[Stroke] = []
    for step, symbol in enumerate(pattern):
        if symbol == "-" and found and found[-1].step + found[-1].length == step:
            found[-1] = found[-1]._replace(length=found[-1].length + 1)
        elif symbol not in "-.":
            found.append(Stroke(step, 1, symbol))
    return tuple(found)


def read_groove(groove: str) -> dict[str, str]:
    """Return the pattern of each drum; raises ValueError where a line is not a name and a pattern."""
    lines = [line.split() for line in groove.splitlines() if line.strip()]
    if any(len(line) != 2 for line in lines):
        raise ValueError("each line of a groove is the name of a drum and its pattern, such as 'kick x...x...'")
    return dict(lines)


def second(piece: Piece, bar: int, step: float) -> float:
    """Return when a step of a bar comes, in seconds: swing and shuffle make every other one late."""
    quarter = 60 / piece.tempo
    whole, within = divmod(step / 4, 1)
    half, rest = divmod(within * 2, 1)
    within = _late((half + _late(rest, piece.shuffle)) / 2, piece.swing)
    return (bar * STEPS[piece.meter] / 4 + whole + within) * quarter


def _late(within: float, percent: int) -> float:
    """Return where a place in [0, 1) of a beat comes when its middle comes late: at 100 % at two thirds."""
    middle = 0.5 + percent / 600
    return within * 2 * middle if within < 0.5 else middle + (within - 0.5) * 2 * (1 - middle)
