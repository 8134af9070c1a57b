"""What is gained by not answering: risk against coverage, and what becomes of each genre's tracks."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dashboard.theme import ACCENT, FAINT, GAP, INK, MUTED, RIGHT, WRONG, Figure, layout, percent
from genre_core.dataset import FloatArray, Part
from genre_core.evaluation.rejected_genres import GenreAnswering
from genre_core.evaluation.rejection import Answering, RiskCoverage

MOST_POINTS = 300
MOST_GENRES = 20
FEWEST = 10
"""Answers from which on a risk is drawn: that of the very first ones says nothing."""


def risk_coverage_figure(
    curve: RiskCoverage, here: Answering, part: Part, name: str, best: RiskCoverage | None = None
) -> Figure:
    """Return the share of wrong answers against the share of tracks answered, both in percent.

    The threshold stands on the curve with its interval; beside it the ideal and a random order, and the `best` possible
    classifier where it is known.
    """
    error = 100 * curve.error
    top = max(4.0, 1.25 * error, 105 * (1 - here.accuracy_interval.low) if here.answered else 0.0)
    traces = [
        _flat(error),
        _line(curve.coverage, curve.ideal_risk, "ideal order", {"color": FAINT, "width": 1.6}),
    ]
    if best is not None:
        dashed = {"color": INK, "width": 1.6, "dash": "dash"}
        traces.append(_line(best.coverage, best.risk, "best possible classifier", dashed))
    traces.append(_line(curve.coverage, curve.risk, name, {"color": ACCENT, "width": 2.4}))
    shapes: list[dict[str, Any]] = []
    if here.accuracy is not None:
        traces.append(_threshold(here, part))
        x = round(100 * here.coverage, 2)
        line = {"color": MUTED, "width": 1}
        shapes = [{"type": "line", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line, "layer": "below"}]
    return {
        "data": traces,
        "layout": layout(
            "",
            xaxis={
                "range": [0, 102],
                "ticksuffix": " %",
                "title": {"text": "tracks that it answers"},
                "fixedrange": True,
            },
            yaxis={
                "range": [0, min(101.0, top)],
                "ticksuffix": " %",
                "title": {"text": "wrong answers among these"},
                "fixedrange": True,
            },
            shapes=shapes,
            showlegend=True,
            legend={"y": 1.0, "itemclick": False, "itemdoubleclick": False},
            hovermode="closest",
            margin={"l": 8, "r": 12, "t": 26, "b": 8},
        ),
    }


def _flat(error: float) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "in random order",
        "x": [0, 100],
        "y": [round(error, 2)] * 2,
        "line": {"color": MUTED, "width": 1.4, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _line(coverage: FloatArray, risk: FloatArray, name: str, line: dict[str, Any]) -> dict[str, Any]:
    n = len(coverage)
    first = min(FEWEST, n) - 1
    at = np.unique(np.linspace(first, n - 1, min(n - first, MOST_POINTS)).round().astype(np.int64))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": np.round(100 * coverage[at], 2).tolist(),
        "y": np.round(100 * risk[at], 2).tolist(),
        "line": line,
        "hovertemplate": f"{name}: %{{y:.1f}}{GAP}% wrong of %{{x:.1f}}{GAP}% answered<extra></extra>",
    }


def _threshold(here: Answering, part: Part) -> dict[str, Any]:
    assert here.accuracy is not None
    risk, limits = 100 * (1 - here.accuracy), here.accuracy_interval
    said = f"answers {percent(here.coverage)}, right on {percent(here.accuracy, limits)}"
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "the threshold",
        "x": [round(100 * here.coverage, 2)],
        "y": [round(risk, 2)],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [round(100 * (1 - limits.low) - risk, 2)],
            "arrayminus": [round(risk - 100 * (1 - limits.high), 2)],
            "color": ACCENT,
            "thickness": 1.8,
            "width": 4,
        },
        "marker": {"color": ACCENT, "size": 12, "symbol": "circle" if part == "validation" else "diamond"},
        "text": [said],
        "hovertemplate": "%{text}<extra></extra>",
        "showlegend": False,
    }


def genre_answers_figure(genres: Sequence[GenreAnswering], names: Sequence[str]) -> Figure:
    """Return what becomes of each genre's tracks in percent: right, wrong, don't know; the least answered on top.

    The whisker is the interval of the share that is answered. Of many genres the least answered are drawn.
    """
    shown = sorted((g for g in genres if g.n), key=lambda g: -g.answered / g.n)[-MOST_GENRES:]
    labels = [names[g.genre] for g in shown]
    right = [100 * g.right / g.n for g in shown]
    wrong = [100 * (g.answered - g.right) / g.n for g in shown]
    held = [100 * (g.n - g.answered) / g.n for g in shown]
    answered = [100 * g.answered / g.n for g in shown]
    whisker = {
        "type": "data",
        "symmetric": False,
        "array": [round(100 * g.coverage_interval.high - value, 2) for g, value in zip(shown, answered, strict=True)],
        "arrayminus": [
            round(value - 100 * g.coverage_interval.low, 2) for g, value in zip(shown, answered, strict=True)
        ],
        "color": INK,
        "thickness": 1.2,
        "width": 3,
    }
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
            yaxis={
                "tickfont": {"color": INK, "size": 12},
                "ticklabelstandoff": 6,
                "showgrid": False,
                "fixedrange": True,
            },
            showlegend=True,
            legend={"y": 1.0, "itemclick": False, "itemdoubleclick": False, "traceorder": "normal"},
            hovermode="closest",
            margin={"l": 8, "r": 22, "t": 26, "b": 8},
        ),
    }


def _bars(labels: Sequence[str], values: Sequence[float], name: str, marker: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": list(labels),
        "x": [round(value, 2) for value in values],
        "marker": marker,
        "hovertemplate": f"%{{y}}: %{{x:.1f}}{GAP}% {name}<extra></extra>",
    }
