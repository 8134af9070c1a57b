"""The best possible score: by overlap, and beside a run's error."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.theme import ACCENT, AXIS, FAINT, GAP, INK, MUTED, OTHER, RIGHT, Figure, HasLimits, fade, layout
from genre_core.bayes.curve import LimitPoint
from genre_core.bayes.shortfall import Shortfall

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
    beyond = {"type": "scatter", "mode": "lines", "x": xs, "hoverinfo": "skip", "line": {"width": 0}}
    end = max(10.0, 1.5 * overlap)
    shown = [x for x in xs if x <= end]
    low = max(0.0, 100 * guessing - 8)
    limit = {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "line": {"color": INK, "width": 2, "dash": "dash"},
        "fill": "tonexty",
        "fillcolor": fade(MUTED, 0.06),
        "fillpattern": {"shape": "/", "size": 7, "fgcolor": fade(MUTED, 0.35), "solidity": 0.15},
        "hovertemplate": f"overlap %{{x:g}}: %{{y:.1f}}{GAP}%<extra></extra>",
    }
    here = {
        "type": "scatter",
        "mode": "markers",
        "x": [overlap],
        "y": [round(100 * accuracy, 2)],
        "marker": {"color": INK, "size": 13},
        "hovertemplate": f"these tracks: %{{y:.1f}}{GAP}%<extra></extra>",
    }
    return {
        "data": [{**beyond, "y": [100.5] * len(xs)}, limit, here, *_runs(runs)],
        "layout": layout(
            "",
            xaxis={"range": [0, min(20.0, end)], "title": {"text": "overlap"}, "fixedrange": True},
            yaxis={"range": [low, 101], "ticksuffix": " %", "fixedrange": True},
            hovermode="closest",
            margin={"l": 8, "r": 8, "t": 12, "b": 8},
            shapes=[_level(100 * guessing), _upright(overlap)],
            annotations=[
                _note(shown[-1], 100 * guessing, "always the most common genre", "right", "bottom"),
                _note(shown[-1], 98, "no classifier can expect more", "right", "top"),
                _note(overlap, 100 * accuracy, f"<b>{100 * accuracy:.1f}{GAP}%</b> at {overlap:g}", "left", "bottom"),
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
    more = [round(100 * part.avoidable, 2) for part in parts]
    error = {
        "type": "data",
        "symmetric": False,
        "array": [round(100 * (part.interval.high - part.avoidable), 2) for part in parts],
        "arrayminus": [round(100 * (part.avoidable - part.interval.low), 2) for part in parts],
        "color": INK,
        "thickness": 1.2,
        "width": 3,
    }
    common = {"type": "bar", "orientation": "h", "y": names}
    unavoidable = {
        **common,
        "name": "no classifier can avoid",
        "x": base,
        "marker": {"color": FAINT, "pattern": {"shape": "/", "size": 6, "fgcolor": MUTED, "solidity": 0.2}},
        "hovertemplate": f"%{{y}}: %{{x:.1f}}{GAP}% no classifier can avoid<extra></extra>",
    }
    avoidable = [
        _excess(common, base, more, error, "this run could have avoided", OTHER, [value >= 0 for value in more]),
        _excess(
            common, base, more, error, "avoided at the expense of other genres", RIGHT, [value < 0 for value in more]
        ),
    ]
    return {
        "data": [unavoidable, *(trace for trace in avoidable if trace["y"])],
        "layout": layout(
            "",
            barmode="overlay",
            bargap=0.35,
            xaxis={"ticksuffix": " %", "showgrid": True, "rangemode": "tozero", "fixedrange": True},
            yaxis={
                "categoryorder": "array",
                "categoryarray": names,
                "autorange": "reversed",
                "showgrid": False,
                "tickfont": {"color": INK, "size": 12},
                "ticklabelstandoff": 6,
                "fixedrange": True,
            },
            showlegend=True,
            legend={"y": 1.0, "itemclick": False, "itemdoubleclick": False, "traceorder": "normal"},
            hovermode="closest",
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
        ),
    }


def _excess(
    common: dict[str, Any],
    base: Sequence[float],
    more: Sequence[float],
    error: dict[str, Any],
    name: str,
    colour: str,
    kept: Sequence[bool],
) -> dict[str, Any]:
    """Return the bars that go on where the first ones end, for those that are kept."""

    def of(values: Sequence[Any]) -> list[Any]:
        return [value for value, keep in zip(values, kept, strict=True) if keep]

    return {
        **common,
        "name": name,
        "y": of(common["y"]),
        "base": of(base),
        "x": of(more),
        "customdata": of(more),
        "marker": {"color": colour},
        "error_x": {**error, "array": of(error["array"]), "arrayminus": of(error["arrayminus"])},
        "hovertemplate": f"%{{y}}: %{{customdata:.1f}} points {name}<extra></extra>",
    }


def _runs(runs: Sequence[RunPoint]) -> list[dict[str, Any]]:
    """Return the runs as circles, hollow where leaky, with their intervals; the one looked at last, in its color."""
    traces = []
    for run in sorted(runs, key=lambda run: run.looked_at):
        colour = ACCENT if run.looked_at else FAINT
        accuracy = 100 * run.accuracy
        error = {
            "type": "data",
            "symmetric": False,
            "array": [100 * run.interval.high - accuracy],
            "arrayminus": [accuracy - 100 * run.interval.low],
            "color": colour,
            "thickness": 2,
            "width": 0,
        }
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [run.overlap],
                "y": [round(accuracy, 2)],
                "error_y": error,
                "marker": {"color": colour, "size": 8, "symbol": f"circle{'-open' * run.leaky}"},
                "hovertemplate": f"{run.name}: %{{y:.1f}}{GAP}% on validation{', leaky' * run.leaky}<extra></extra>",
            }
        )
    return traces


def _level(y: float) -> dict[str, Any]:
    line = {"color": MUTED, "width": 1.2, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line, "layer": "below"}


def _upright(x: float) -> dict[str, Any]:
    line = {"color": AXIS, "width": 1}
    return {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": x, "x1": x, "line": line, "layer": "below"}


def _note(x: float, y: float, text: str, to: str, above: str) -> dict[str, Any]:
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "xanchor": to,
        "yanchor": above,
        "xshift": 8 if to == "left" else 0,
        "font": {"color": MUTED, "size": 12},
    }
