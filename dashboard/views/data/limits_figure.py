"""The best possible score: by overlap, and beside a run's error."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.figures.parts import (
    FLAT,
    STILL_LEGEND,
    bars,
    fixed_axis,
    level,
    name_axis,
    note,
    scatter,
    upright,
    whiskers,
)
from dashboard.theme import ACCENT, AXIS, FAINT, GAP, INK, MUTED, OTHER, RIGHT, Figure, HasLimits, fade, layout
from genre_core.bayes.curve import LimitPoint
from genre_core.bayes.shortfall import GenreShortfall, Shortfall

MOST_GENRES = 20


@dataclass(frozen=True)
class RunPoint:
    """A run beside the curve: its overlap, accuracy with the 95 % interval, whether looked at, and whether leaky."""

    name: str
    overlap: float
    accuracy: float
    interval: HasLimits
    looked_at: bool = False
    leaky: bool = False


def curve_figure(
    points: Sequence[LimitPoint], present: tuple[float, float], guessing: float, runs: Sequence[RunPoint] = ()
) -> Figure:
    """Return the best possible accuracy against the overlap in percent, the present one marked, runs beside it."""
    overlap, accuracy = present
    known = sorted([*((point.overlap, point.accuracy) for point in points), present])
    xs, ys = [x for x, _ in known], [round(100 * y, 2) for _, y in known]
    beyond = scatter(xs, [100.5] * len(xs), "lines", hoverinfo="skip", line={"width": 0})
    end = max(10.0, 1.5 * overlap)
    shown = [x for x in xs if x <= end]
    low = max(0.0, 100 * guessing - 8)
    limit = scatter(
        xs,
        ys,
        "lines",
        line={"color": INK, "width": 2, "dash": "dash"},
        fill="tonexty",
        fillcolor=fade(MUTED, 0.06),
        fillpattern={"shape": "/", "size": 7, "fgcolor": fade(MUTED, 0.35), "solidity": 0.15},
        hovertemplate=f"overlap %{{x:g}}: %{{y:.1f}}{GAP}%<extra></extra>",
    )
    dot, hover = {"color": INK, "size": 13}, f"these tracks: %{{y:.1f}}{GAP}%<extra></extra>"
    here = scatter([overlap], [round(100 * accuracy, 2)], "markers", marker=dot, hovertemplate=hover)
    reached = f"<b>{100 * accuracy:.1f}{GAP}%</b> at {overlap:g}"
    return {
        "data": [beyond, limit, here, *_runs(runs)],
        "layout": layout(
            "",
            xaxis=fixed_axis("overlap", 0, min(20.0, end)),
            yaxis={"range": [low, 101], "ticksuffix": " %", "fixedrange": True},
            hovermode="closest",
            margin={"l": 8, "r": 8, "t": 12, "b": 8},
            shapes=[level(100 * guessing, MUTED, "dot", 1.2), upright(overlap, AXIS, layer="below")],
            annotations=[
                note(shown[-1], 100 * guessing, "always the most common genre", xanchor="right", yanchor="bottom"),
                note(shown[-1], 98, "no classifier can expect more", xanchor="right", yanchor="top"),
                note(overlap, 100 * accuracy, reached, xanchor="left", xshift=8, yanchor="bottom"),
            ],
        ),
    }


def shortfall_figure(found: Shortfall, genres: Sequence[str], order: Sequence[int]) -> Figure:
    """Return each genre's error in percent: what no classifier avoids, then what this one could, with its interval.

    `order` are the genres from the top. What a run avoids at others' expense reaches back into the first bar.
    """
    names = [genres[number] for number in order]
    parts = [found.per_genre[number] for number in order]
    base = [round(100 * part.unavoidable, 2) for part in parts]
    unavoidable = bars(
        names,
        base,
        name="no classifier can avoid",
        marker={"color": FAINT, "pattern": {"shape": "/", "size": 6, "fgcolor": MUTED, "solidity": 0.2}},
        hovertemplate=f"%{{y}}: %{{x:.1f}}{GAP}% no classifier can avoid<extra></extra>",
    )
    rows = list(zip(names, base, parts, strict=True))
    avoidable = [
        _excess([row for row in rows if row[2].avoidable >= 0], "this run could have avoided", OTHER),
        _excess([row for row in rows if row[2].avoidable < 0], "avoided at the expense of other genres", RIGHT),
    ]
    return {
        "data": [unavoidable, *(trace for trace in avoidable if trace["y"])],
        "layout": layout(
            "",
            barmode="overlay",
            bargap=0.35,
            xaxis={"ticksuffix": " %", "showgrid": True, "rangemode": "tozero", "fixedrange": True},
            yaxis=name_axis(categoryorder="array", categoryarray=names, autorange="reversed"),
            showlegend=True,
            legend={**STILL_LEGEND, "traceorder": "normal"},
            hovermode="closest",
            margin=FLAT,
        ),
    }


def _excess(rows: Sequence[tuple[str, float, GenreShortfall]], name: str, colour: str) -> dict[str, Any]:
    """Return bars that go on where the first ones end, each a genre's name, that end, and the parts of its error."""
    parts = [part for _, _, part in rows]
    more = [round(100 * part.avoidable, 2) for part in parts]
    return bars(
        [genre for genre, _, _ in rows],
        more,
        name=name,
        base=[base for _, base, _ in rows],
        customdata=more,
        marker={"color": colour},
        error_x=whiskers([part.avoidable for part in parts], [part.interval for part in parts], INK),
        hovertemplate=f"%{{y}}: %{{customdata:.1f}} points {name}<extra></extra>",
    )


def _runs(runs: Sequence[RunPoint]) -> list[dict[str, Any]]:
    """Return the runs as circles, hollow where leaky, with their intervals; the one looked at last, in its color."""
    traces = []
    for run in sorted(runs, key=lambda run: run.looked_at):
        colour = ACCENT if run.looked_at else FAINT
        traces.append(
            scatter(
                [run.overlap],
                [round(100 * run.accuracy, 2)],
                "markers",
                error_y=whiskers([run.accuracy], [run.interval], colour, thickness=2, width=0),
                marker={"color": colour, "size": 8, "symbol": f"circle{'-open' * run.leaky}"},
                text=[run.name],
                hovertemplate=f"%{{text}}: %{{y:.1f}}{GAP}% on validation{', leaky' * run.leaky}<extra></extra>",
            )
        )
    return traces
