"""Contribution of each feature to a decision between two genres, and what hiding parts of a sound does to it."""

from collections.abc import Sequence

import numpy as np

from dashboard.figures.parts import ZERO_LINE, Drawn, band, fixed_axis, name_axis, note, scatter, upright
from dashboard.theme import ACCENT, AXIS, GAP, MUTED, OTHER, Figure, fade, heading, layout
from genre_core.data.dataset import FloatArray
from genre_core.explaining.attribution import Attribution
from genre_core.explaining.faithfulness import SHARES, Faithfulness

MOST = 12
ROOM = 0.5
"""Room on an axis beyond its longest bar, for the number there, as a share of the bar: enough on a phone."""


def attribution_figure(found: Attribution, features: Sequence[str], genres: Sequence[str]) -> Figure:
    """Return bars of the features that count most, and of all others together: to the right they speak for the genre.

    Lengths are in nats of the difference of the two logits.
    """
    order = np.argsort(-np.abs(found.features), kind="stable")
    shown, rest = order[:MOST], order[MOST:]
    names = [features[number] for number in shown]
    values = found.features[shown].tolist()
    colours = [ACCENT if value >= 0 else OTHER for value in values]
    if rest.size:
        names.append(f"{rest.size} others together")
        values.append(float(found.features[rest].sum()))
        colours.append(fade(ACCENT if values[-1] >= 0 else OTHER, 0.5))
    genre, other = genres[found.genre], genres[found.other]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [round(value, 5) for value in values],
        "y": list(range(len(names))),
        "customdata": names,
        "marker": {"color": colours},
        "text": [f"{value:+.2f}".replace("-", "\N{MINUS SIGN}") for value in values],
        "textposition": "outside",
        "textfont": {"color": MUTED, "size": 11},
        "cliponaxis": False,
        "hovertemplate": "%{customdata}: %{x:+.3f} nats<extra></extra>",
    }
    reach = max((abs(value) for value in values), default=1.0) or 1.0
    lows, highs = min(0.0, *values), max(0.0, *values)
    return {
        "data": [bars],
        "layout": layout(
            heading(f"Why {genre} rather than {other}"),
            xaxis={
                "title": {"text": f"← for {other} · nats · for {genre} →"},
                **ZERO_LINE,
                "range": [lows - ROOM * reach, highs + ROOM * reach],
            },
            yaxis=name_axis(
                autorange="reversed",
                tickmode="array",
                tickvals=list(range(len(names))),
                ticktext=[name if len(name) <= 28 else f"{name[:26]}…" for name in names],
            ),
            bargap=0.35,
            margin={"l": 8, "r": 8, "t": 40, "b": 8},
        ),
    }


def faithfulness_figure(found: Faithfulness, genre: str, share: float) -> Figure:
    """Return the genre's probability as more is hidden, and as more is shown alone, over the range of random masks."""
    panels = (("hidden", found.deletion, "", [0, 0.46]), ("shown alone", found.insertion, "2", [0.54, 1]))
    xs = [100 * at for at in SHARES]
    traces: list[Drawn] = []
    axes: Drawn = {}
    for name, curve, number, domain in panels:
        on = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        low, high = (_rounded(of) for of in curve.interval)
        hover = [f"{x:.0f}{GAP}% {name}: {y:.1f}{GAP}%" for x, y in zip(xs, _rounded(curve.found), strict=True)]
        traces.append(band(xs, low, high, fade(MUTED, 0.25), **on))
        traces.append(scatter(xs, _rounded(curve.found), "lines+markers", text=hover, marker={"size": 5},
                              line={"color": ACCENT, "width": 2}, **on))  # fmt: skip
        axes[f"xaxis{number}"] = fixed_axis(
            f"share {name}", 0, 100, domain=domain, ticksuffix=f"{GAP}%", showticksuffix="last", nticks=3
        )
        axes[f"yaxis{number}"] = fixed_axis(
            "", 0, 102, ticksuffix=f"{GAP}%", nticks=5, showticklabels=not number, anchor=f"x{number}"
        )
    lines = [{**upright(100 * share, AXIS), "xref": f"x{number}", "layer": "below"} for _, _, number, _ in panels]
    words = note(97, float(found.deletion.random[:, -3].max()) * 100, "random masks", xanchor="right", yanchor="bottom")
    return {
        "data": traces,
        "layout": layout(
            heading(f"Probability of {genre}"),
            **axes,
            shapes=lines,
            annotations=[words],
            margin={"l": 8, "r": 8, "t": 34, "b": 8},
        ),
    }


def _rounded(probabilities: FloatArray) -> list[float]:
    return [round(100 * value, 2) for value in probabilities.tolist()]
