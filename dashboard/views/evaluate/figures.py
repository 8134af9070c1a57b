"""Figures of Evaluate: sets by size, the fate of each genre's tracks, wrong labels found, accuracy by clips learned."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from dashboard.figures.epoch_axis import corners
from dashboard.figures.parts import STILL_LEGEND, band, bars, level, name_axis, note, percent_axis, scatter, whiskers
from dashboard.theme import ACCENT, FAINT, GAP, GENRE_COLOURS, INK, MUTED, RIGHT, WRONG, Figure, fade, layout, span
from genre_core.data.dataset import IntArray
from genre_core.evaluation.flips_found import Lab
from genre_core.evaluation.rejected_genres import GenreAnswering
from genre_core.studies.few_clips.config import WAYS
from genre_core.studies.few_clips.summary import FewPoint
from genre_core.text import capitalized

MOST_GENRES, MOST_POINTS = 20, 300


def sizes_figure(by_size: IntArray) -> Figure:
    """Return how many sets hold 1, 2, … genres, from counts (k, 2) without and with the right genre, to the largest."""
    largest = int(np.flatnonzero(by_size.sum(axis=1))[-1]) + 1
    sizes = list(range(1, largest + 1))
    missed, held = by_size[:largest].T.tolist()
    return {
        "data": [
            _sets(sizes, held, "right genre in the set", RIGHT),
            _sets(sizes, missed, "right genre not in it", WRONG),
        ],
        "layout": layout(
            "",
            barmode="stack",
            bargap=0.25,
            xaxis={"title": {"text": "genres in the set"}, "dtick": max(1, largest // 12), "fixedrange": True},
            yaxis={"title": {"text": "tracks"}, "rangemode": "tozero", "nticks": 5, "fixedrange": True},
            showlegend=True,
            legend={**STILL_LEGEND, "traceorder": "normal"},
            hovermode="closest",
            margin={"l": 8, "r": 8, "t": 26, "b": 8},
        ),
    }


def _sets(sizes: list[int], counts: list[int], name: str, colour: str) -> dict[str, Any]:
    hover = f"%{{y:,}} sets of %{{x}}: {name}<extra></extra>"
    return {"type": "bar", "x": sizes, "y": counts, "name": name, "marker": {"color": colour}, "hovertemplate": hover}


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
            _fates(labels, right, "right", {"color": RIGHT}),
            {**_fates(labels, wrong, "wrong", {"color": WRONG}), "error_x": whisker},
            _fates(labels, held, "don't know", {"color": FAINT, "pattern": hatched}),
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


def _fates(labels: Sequence[str], values: Sequence[float], name: str, marker: dict[str, Any]) -> dict[str, Any]:
    hover = f"%{{y}}: %{{x:.1f}}{GAP}% {name}<extra></extra>"
    return bars(labels, [round(value, 2) for value in values], name=name, marker=marker, hovertemplate=hover)


def found_figure(lab: Lab) -> Figure:
    """Return the shares of wrong labels found among the first so many, by the finder, the best there can be, chance."""
    n = lab.finder.n
    at = np.unique(np.linspace(0, n, min(n + 1, MOST_POINTS)).round().astype(np.int64))
    looked = (100 * at / n).round(3).tolist()
    finder, best = ((100 * curve[at]).round(2).tolist() for curve in (lab.finder_curve, lab.best_curve))
    named = 100 * lab.finder.n_named / n
    data = [
        _found([0, 100], [0, 100], "at random", FAINT, "dot", 1.5),
        _found(looked, best, "no ranking does better on average", INK, "dash", 1.5),
        _found(looked, finder, "the finder", ACCENT, "solid", 2.5),
        scatter(
            [round(named, 3)],
            [round(100 * lab.finder.recall, 3)],
            "markers",
            name="labels called doubtful",
            marker={"color": ACCENT, "size": 11, "line": {"color": INK, "width": 1}},
            error_y=whiskers([lab.finder.recall], [lab.finder.recall_interval], ACCENT, thickness=1.5),
            hovertemplate="%{y:.1f} % found<extra>labels called doubtful</extra>",
        ),
    ]
    return {
        "data": data,
        "layout": layout(
            "Wrong labels found",
            xaxis={"title": {"text": "labels checked, the most doubtful first"}, **span(0, 100), "ticksuffix": " %"},
            yaxis={"title": {"text": "wrong labels found"}, **span(0, 102), "ticksuffix": " %"},
            showlegend=True,
            legend={"orientation": "v", "x": 1, "xanchor": "right", "y": 0.03, "yanchor": "bottom"},
        ),
    }


def _found(x: list[float], y: list[float], name: str, colour: str, dash: str, width: float) -> dict[str, Any]:
    line = {"color": colour, "dash": dash, "width": width}
    hover = f"%{{y:.1f}} % found in the first %{{x:.1f}} %<extra>{name}</extra>"
    return scatter(x, y, "lines", name=name, line=line, hovertemplate=hover)


def few_figure(points: Sequence[FewPoint], sizes: Sequence[int], chance: float) -> Figure:
    """Return a line for each way with its intervals, all `sizes` on a logarithmic axis; no points give empty axes."""
    traces = []
    for number, (way, name) in enumerate(WAYS.items()):
        own = [point for point in points if point.way == way]
        if not own:
            continue
        colour = GENRE_COLOURS[number].light
        known = [point for point in own if point.interval is not None]
        if known:
            lows, highs = ([100 * getattr(point.interval, end) for point in known] for end in ("low", "high"))
            traces.append(band([one.size for one in known], lows, highs, fade(colour, 0.12), showlegend=False))
        line = {"color": colour, "width": 2}
        said = f"{capitalized(name)}, %{{x}} clips a genre: %{{y:.1f}}{GAP}%<extra></extra>"
        values = [round(100 * one.accuracy, 2) for one in own]
        traces.append(
            scatter(
                [one.size for one in own], values, "lines+markers", line=line, marker={"color": colour, "size": 8},
                name=capitalized(name), hovertemplate=said,
            )
        )  # fmt: skip
    ends = [round(math.log10(size) + beyond, 3) for size, beyond in ((min(sizes), -0.05), (max(sizes), 0.05))]
    axis = {"type": "log", "tickvals": list(sizes), "ticktext": [f"{size:,}" for size in sizes], "range": ends,
            "fixedrange": True}  # fmt: skip
    return {
        "data": [*corners(max(sizes), (0, 100)), *traces],
        "layout": layout(
            "",
            xaxis={"title": {"text": "clips of each genre to learn from"}, **axis},
            yaxis=percent_axis(),
            shapes=[level(100 * chance, FAINT, "dot")],
            annotations=[note(1, 100 * chance, "chance", xref="paper", xanchor="right", yanchor="bottom")],
            showlegend=True,
            legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            hovermode="closest",
            margin={"l": 8, "r": 8, "t": 12, "b": 8},
        ),
    }
