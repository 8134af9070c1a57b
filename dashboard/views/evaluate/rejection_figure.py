"""Fate of each genre's tracks where only some are answered."""

from collections.abc import Sequence
from typing import Any

from dashboard.figures.parts import STILL_LEGEND, bars, name_axis, whiskers
from dashboard.theme import FAINT, GAP, INK, MUTED, RIGHT, WRONG, Figure, layout
from genre_core.evaluation.rejected_genres import GenreAnswering

MOST_GENRES = 20


def genre_answers_figure(genres: Sequence[GenreAnswering], names: Sequence[str]) -> Figure:
    """Return what becomes of each genre's tracks in percent: right, wrong, don't know; the least answered on top.

    The whisker is the interval of the share that is answered. Of many genres the least answered are drawn.
    """
    shown = sorted((g for g in genres if g.n), key=lambda g: -g.answered / g.n)[-MOST_GENRES:]
    labels = [names[g.genre] for g in shown]
    right = [100 * g.right / g.n for g in shown]
    wrong = [100 * (g.answered - g.right) / g.n for g in shown]
    held = [100 * (g.n - g.answered) / g.n for g in shown]
    whisker = whiskers([g.answered / g.n for g in shown], [g.coverage_interval for g in shown], INK)
    hatched = {"shape": "/", "size": 6, "fgcolor": MUTED, "solidity": 0.25}
    return {
        "data": [
            _bars(labels, right, "right", {"color": RIGHT}),
            {**_bars(labels, wrong, "wrong", {"color": WRONG}), "error_x": whisker},
            _bars(labels, held, "don't know", {"color": FAINT, "pattern": hatched}),
        ],
        "layout": layout(
            "",
            barmode="stack",
            bargap=0.3,
            xaxis={
                "range": [0, 101],
                "tickvals": [0, 50, 100],
                "ticktext": ["0 %", "50 %", "100 %"],
                "fixedrange": True,
            },
            yaxis=name_axis(),
            showlegend=True,
            legend={**STILL_LEGEND, "traceorder": "normal"},
            hovermode="closest",
            margin={"l": 8, "r": 22, "t": 26, "b": 8},
        ),
    }


def _bars(labels: Sequence[str], values: Sequence[float], name: str, marker: dict[str, Any]) -> dict[str, Any]:
    hover = f"%{{y}}: %{{x:.1f}}{GAP}% {name}<extra></extra>"
    return bars(labels, [round(value, 2) for value in values], name=name, marker=marker, hovertemplate=hover)
