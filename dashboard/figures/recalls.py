"""Recall of each genre over the epochs: up to 8 in their colors, more in gray, the chosen ones lifted with a band.

Of very many genres the gray lines would be one cloud: bands say where they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.figures.epoch_axis import FEWEST_EPOCHS, End, add_best, epoch_chart, names_at_ends, without_marks
from dashboard.figures.parts import band, percent_axis, scatter
from dashboard.theme import FAINT, GENRE_COLOURS, MUTED, Figure, fade, heading
from genre_core.evaluation.history import ConfusionHistory
from genre_core.text import told

MOST_LIFTED = len(GENRE_COLOURS)
MOST_LINES = 20
N_WORST, N_BEST = 2, 2
"""Of many genres, how many lines stand out until a person chooses."""
BANDS = ((5, 95, 0.12), (25, 75, 0.22))
"""Percentiles of the genres' recalls between which a band lies, and how strongly it is drawn."""
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
    title, spread = heading("Recall of each genre", "validation"), []
    if len(lines) > MOST_LINES:
        title = heading(f"Recall of {len(lines)} genres", "gray: half, and 9 of 10")
        lines, spread = [line for line in lines if line.is_lifted or line.labelled], _spread(history, shown)
    traces = [
        *spread,
        *(_band(history, shown, line) for line in lines if line.is_lifted and _told(history, line)),
        *(_trace(line, shown, bool(chosen) or len(history.genres) > MOST_LIFTED) for line in lines),
    ]
    figure = epoch_chart(title, end, percent_axis(), traces, right=104, top=TOP, bottom=BOTTOM, hovermode="closest")
    if best_epoch is not None:
        add_best(figure, best_epoch, last, end)
    ends = [_end(line) for line in lines if line.labelled]
    ends += [End(mean["y"][-1], "mean", MUTED, False) for mean in spread[len(BANDS) :]]
    figure["layout"]["annotations"] += names_at_ends(ends, last, (0.0, 100.0), height - TOP - BOTTOM)
    return figure


def _spread(history: ConfusionHistory, shown: list[int]) -> list[dict[str, Any]]:
    """Return bands that hold half and nine of ten of the genres with tracks, and the line of their mean."""
    recalls = 100 * history.recalls[np.array(shown) - 1][:, history.supports > 0]
    within = []
    for low, high, strength in BANDS:
        below, above = np.percentile(recalls, (low, high), axis=1).round(1).tolist()
        within.append(band(shown, below, above, fade(MUTED, strength)))
    line = {"color": MUTED, "width": 1.5}
    told = "mean of all genres, epoch %{x}: %{y}<extra></extra>"
    return [*within, scatter(shown, recalls.mean(axis=1).round(1).tolist(), "lines", line=line, hovertemplate=told)]


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


def _end(line: _Line) -> End:
    """Return the line's name at its end."""
    return End(line.values[-1] or 0.0, _short(line.name), line.colour, line.is_lifted)


def _short(name: str) -> str:
    plain = without_marks(name)
    return plain if len(plain) <= LONGEST_NAME else f"{plain[: LONGEST_NAME - 1].rstrip()}…"
