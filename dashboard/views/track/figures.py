"""Contribution of each feature of a track to a decision between two genres."""

from collections.abc import Sequence

import numpy as np

from dashboard.figures.parts import ZERO_LINE, name_axis
from dashboard.theme import ACCENT, MUTED, OTHER, Figure, fade, heading, layout
from genre_core.explaining.attribution import Attribution

MOST = 12
ROOM = 0.3
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
        "text": [f"{value:+.2f}" for value in values],
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
