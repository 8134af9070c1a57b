"""How often a model is right against how sure it is: by bins of tracks, and against the true probabilities."""

from typing import Any

import numpy as np

from dashboard.figures.parts import STILL_LEGEND, fixed_axis, note, scatter, whiskers
from dashboard.theme import ACCENT, AXIS, BACKGROUND, FAINT, GAP, INK, OTHER, Figure, fade, layout, percent
from genre_core.data.dataset import Part
from genre_core.evaluation.calibration import Bin, ReliabilityCurve
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.posterior_gap import PosteriorGap

MOST_POINTS = 1200
FEW = 10
"""Below so many tracks a bin is drawn in gray."""
_COUNTS_HEIGHT = 0.17


def reliability_figure(
    curve: ReliabilityCurve, part: Part, genre: str = "", before: ReliabilityCurve | None = None
) -> Figure:
    """Return the share that is right against the confidence in percent, with intervals, over the tracks in each bin.

    A filled mark lies off the diagonal beyond chance, a hollow one does not; bins of few tracks are gray. `before` is
    the curve before scaling, in the second color.
    """
    said = f"probability of {genre}" if genre else "confidence"
    came = f"share of tracks that are {genre}" if genre else "share of tracks that are right"
    traces = [_counts(curve)]
    if before is not None:
        traces += [_points(before, part, OTHER, genre), _named("before scaling", part, OTHER)]
        traces.append(_named("after scaling", part, ACCENT))
    traces.append(_points(curve, part, ACCENT, genre))
    top = max(b.n for b in curve.bins)
    return {
        "data": traces,
        "layout": layout(
            "",
            xaxis=_confidence_axis(said, anchor="y2"),
            yaxis=_rate_axis(came, domain=[_COUNTS_HEIGHT + 0.06, 1]),
            yaxis2=fixed_axis(
                "tracks", 0, 1.35 * top, domain=[0, _COUNTS_HEIGHT], tickvals=[top], tickformat=",", showgrid=False
            ),
            shapes=[_diagonal()],
            annotations=[
                note(1, 97, "underconfident", xanchor="left", yanchor="middle"),
                note(99, 3, "overconfident", xanchor="right", yanchor="middle"),
            ],
            bargap=0.08,
            showlegend=before is not None,
            legend=STILL_LEGEND,
            hovermode="closest",
            margin={"l": 8, "r": 12, "t": 26 if before is not None else 10, "b": 8},
        ),
    }


def _points(curve: ReliabilityCurve, part: Part, colour: str, genre: str) -> dict[str, Any]:
    filled = [b for b in curve.bins if b.n]
    hues = [FAINT if b.n < FEW else colour for b in filled]
    rates, limits = [b.accuracy for b in filled], [b.interval for b in filled]
    fills = [hue if b.beyond_chance else BACKGROUND for b, hue in zip(filled, hues, strict=True)]
    return scatter(
        [round(100 * b.confidence, 2) for b in filled],
        [round(100 * rate, 2) for rate in rates],
        "markers",
        showlegend=False,
        error_y=whiskers(rates, limits, fade(colour, 0.55), thickness=1.6),
        marker={**_mark(part), "color": fills, "line": {"color": hues, "width": 2}},
        text=[_hover(b, genre) for b in filled],
    )


def _mark(part: Part) -> dict[str, Any]:
    return {"size": 10, "symbol": "circle"} if part == "validation" else {"size": 11, "symbol": "diamond"}


def _named(name: str, part: Part, colour: str) -> dict[str, Any]:
    """Return an entry of the legend: the marks themselves may be gray."""
    marker = {**_mark(part), "color": BACKGROUND, "line": {"color": colour, "width": 2}}
    return scatter([None], [None], "markers", name=name, marker=marker)


def _hover(b: Bin, genre: str) -> str:
    came = f"{percent(b.accuracy, b.interval)} are {genre}" if genre else f"right on {percent(b.accuracy, b.interval)}"
    return f"{percent(b.confidence)} confident: {came}<br>{b.n:,} tracks{', beyond chance' * b.beyond_chance}"


def _counts(curve: ReliabilityCurve) -> dict[str, Any]:
    filled = [b for b in curve.bins if b.n]
    return {
        "type": "bar",
        "yaxis": "y2",
        "x": [round(50 * (b.low + b.high), 2) for b in filled],
        "width": [max(0.6, round(100 * (b.high - b.low) - 0.4, 2)) for b in filled],
        "y": [b.n for b in filled],
        "marker": {"color": FAINT},
        "showlegend": False,
        "hovertemplate": "%{y:,} tracks<extra></extra>",
    }


def posterior_figure(gap: PosteriorGap) -> Figure:
    """Return the true probability of what was predicted against the confidence in percent: tracks, and bins of them."""
    rows = np.arange(len(gap.confidence))
    if len(rows) > MOST_POINTS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_POINTS, replace=False))
    cloud = {
        "type": "scattergl" if len(rows) > 5000 else "scatter",
        "mode": "markers",
        "x": np.round(100 * gap.confidence[rows], 1).tolist(),
        "y": np.round(100 * gap.truth[rows], 1).tolist(),
        "marker": {"color": fade(ACCENT, 0.28), "size": 4},
        "hovertemplate": f"confidence %{{x:.1f}}{GAP}%, truly %{{y:.1f}}{GAP}%<extra></extra>",
    }
    means, halves = [b.truth for b in gap.bins], [Interval(b.lower, b.upper) for b in gap.bins]
    middle = scatter(
        [round(100 * b.confidence, 2) for b in gap.bins],
        [round(100 * mean, 2) for mean in means],
        "lines+markers",
        error_y=whiskers(means, halves, INK, thickness=1.4),
        line={"color": INK, "width": 1.4},
        marker={"color": INK, "size": 7},
        text=[_posterior_hover(b.n, b.confidence, b.truth, b.lower, b.upper) for b in gap.bins],
    )
    return {
        "data": [cloud, middle],
        "layout": layout(
            "",
            xaxis=_confidence_axis("confidence"),
            yaxis=_rate_axis("true probability of its prediction"),
            shapes=[_diagonal()],
            hovermode="closest",
            margin={"l": 8, "r": 12, "t": 10, "b": 8},
        ),
    }


def _posterior_hover(n: int, confidence: float, truth: float, lower: float, upper: float) -> str:
    half = f"half of them between {percent(lower)} and {percent(upper)}"
    return f"{n:,} tracks say {percent(confidence)}<br>truly {percent(truth)}, {half}"


def _diagonal() -> dict[str, Any]:
    line = {"color": AXIS, "width": 1.5, "dash": "dash"}
    return {"type": "line", "x0": 0, "x1": 100, "y0": 0, "y1": 100, "line": line, "layer": "below"}


def _confidence_axis(title: str, **own: Any) -> dict[str, Any]:
    return fixed_axis(title, -1.5, 101.5, ticksuffix=" %", **own)


def _rate_axis(title: str, **own: Any) -> dict[str, Any]:
    return fixed_axis(title, -3, 104, ticksuffix=" %", **own)
