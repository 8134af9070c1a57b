"""Recall of each genre over the epochs: up to 8 in their colors, more in gray, the chosen ones lifted with a band."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.figures.epoch_axis import FEWEST_EPOCHS, End, add_best, epoch_chart, names_at_ends, without_marks
from dashboard.figures.parts import band, percent_axis, scatter
from dashboard.theme import FAINT, GENRE_COLOURS, Figure, fade, heading
from genre_core.evaluation.history import ConfusionHistory
from genre_core.text import told

MOST_LIFTED = len(GENRE_COLOURS)
N_WORST, N_BEST = 4, 2
"""Of many genres, how many lines stand out until a person chooses."""
MOST_POINTS = 12_000
"""Points that all lines together are drawn with: more, no screen shows and every epoch would send again."""
FEWEST_POINTS = 150
LONGEST_NAME = 13
TOP, BOTTOM = 38, 26


@dataclass(frozen=True)
class _Line:
    genre: int
    name: str
    values: list[float | None]
    colour: str
    is_lifted: bool
    labelled: bool


def recalls_figure(
    history: ConfusionHistory, chosen: Sequence[int] = (), best_epoch: int | None = None, *, height: int = 330
) -> Figure:
    """Return the recall of each genre on validation after each epoch, in percent; `chosen` genres are lifted.

    Of a genre without tracks there is no line. `height` in pixels spaces the labels.
    """
    shown = _shown_epochs(len(history), len(history.genres))
    lines = _lines(history, shown, chosen)
    last = len(history)
    end = max(FEWEST_EPOCHS, last)
    traces = [
        *(_band(history, shown, line) for line in lines if line.is_lifted and _told(history, line)),
        *(_trace(line, shown, bool(chosen) or len(lines) > MOST_LIFTED) for line in lines),
    ]
    title = heading("Recall of each genre", "validation")
    figure = epoch_chart(title, end, percent_axis(), traces, right=104, top=TOP, bottom=BOTTOM, hovermode="closest")
    if best_epoch is not None:
        add_best(figure, best_epoch, last, end)
    figure["layout"]["annotations"] += _labels([line for line in lines if line.labelled], last, height)
    return figure


def _shown_epochs(n_epochs: int, n_genres: int) -> list[int]:
    """Return the epochs that lines go through: all, or evenly many of them and the last."""
    step = -(-n_epochs // max(FEWEST_POINTS, MOST_POINTS // n_genres))
    return sorted({*range(1, n_epochs + 1, step), n_epochs})


def _lines(history: ConfusionHistory, shown: list[int], chosen: Sequence[int]) -> list[_Line]:
    """Return a line for each genre that has tracks, those in front last."""
    few = len(history.genres) <= len(GENRE_COLOURS)
    there = [genre for genre, n in enumerate(history.supports.tolist()) if n]
    ends = {genre: float(history.recalls[-1, genre]) for genre in there}
    # Among many lines without a choice those that matter are named: the best and the worst, by how each ended.
    in_order = sorted(there, key=lambda g: ends[g])
    outermost = [*in_order[:N_WORST], *in_order[N_WORST:][-N_BEST:]]
    found = []
    for genre in there:
        own = genre in chosen
        of = list(chosen) if chosen else outermost
        colour = GENRE_COLOURS[genre if few else of.index(genre)].light if few or genre in of else FAINT
        values = [round(100 * float(history.recalls[epoch - 1, genre]), 1) for epoch in shown]
        labelled = few or own or (not chosen and genre in outermost)
        found.append(_Line(genre, history.genres[genre], [*values], colour, own, labelled))
    return sorted(found, key=lambda line: (line.is_lifted, line.labelled))


def _trace(line: _Line, shown: list[int], some_lifted: bool) -> dict[str, Any]:
    colour = fade(line.colour, 0.4) if some_lifted and not (line.is_lifted or line.labelled) else line.colour
    return scatter(
        shown,
        line.values,
        "lines+markers" if len(shown) == 1 else "lines",
        name=line.name,
        meta=line.genre,
        line={"color": colour, "width": 2.8 if line.is_lifted else 1.6 if line.labelled else 1},
        marker={"color": colour, "size": 6},
        hovertemplate="%{fullData.name}, epoch %{x}: %{y}<extra></extra>",
    )


def _told(history: ConfusionHistory, line: _Line) -> bool:
    """Return whether there are intervals: that depends on the tracks alone, and these stay the same."""
    return told(history.recall_interval(len(history), line.genre)) is not None


def _band(history: ConfusionHistory, shown: list[int], line: _Line) -> dict[str, Any]:
    """Return the 95 % intervals of a lifted genre as a band of its hue."""
    intervals = [history.recall_interval(epoch, line.genre) for epoch in shown]
    low = [round(100 * interval.low, 1) for interval in intervals]
    high = [round(100 * interval.high, 1) for interval in intervals]
    return band(shown, low, high, fade(line.colour, 0.2))


def _labels(lines: list[_Line], last: int, height: int) -> list[dict[str, Any]]:
    """Return each line's name at its end, moved apart where names would touch."""
    ends = [End(line.values[-1] or 0.0, _short(line.name), line.colour, line.is_lifted) for line in lines]
    return names_at_ends(ends, last, (0.0, 100.0), height - TOP - BOTTOM)


def _short(name: str) -> str:
    plain = without_marks(name)
    return plain if len(plain) <= LONGEST_NAME else f"{plain[: LONGEST_NAME - 1].rstrip()}…"
