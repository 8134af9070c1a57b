"""Accuracy of ways to learn against the number of clips of each genre that they learned from."""

from collections.abc import Sequence

from dashboard.figures.parts import band, level, note, percent_axis, scatter
from dashboard.theme import FAINT, GAP, GENRE_COLOURS, Figure, fade, layout
from genre_core.studies.few_clips.config import WAYS
from genre_core.studies.few_clips.summary import FewPoint
from genre_core.text import capitalized


def few_figure(points: Sequence[FewPoint], chance: float) -> Figure:
    """Return a line for each way with its intervals, sizes on a logarithmic axis; no points give empty axes."""
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
    sizes = sorted({point.size for point in points}) or [1, 20]
    axis = {"type": "log", "tickvals": sizes, "ticktext": [f"{size:,}" for size in sizes], "fixedrange": True}
    return {
        "data": traces,
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
