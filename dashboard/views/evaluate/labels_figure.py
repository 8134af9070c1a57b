"""How many wrong labels are found as one looks through more and more of them."""

from typing import Any

import numpy as np

from dashboard.figures.parts import scatter, whiskers
from dashboard.theme import ACCENT, FAINT, INK, Figure, layout, span
from genre_core.evaluation.flips_found import Lab

MOST_POINTS = 300


def found_figure(lab: Lab) -> Figure:
    """Return the shares of wrong labels found among the first so many, by the finder, the best there can be, chance."""
    n = lab.finder.n
    at = np.unique(np.linspace(0, n, min(n + 1, MOST_POINTS)).round().astype(np.int64))
    looked = (100 * at / n).round(3).tolist()
    finder, best = ((100 * curve[at]).round(2).tolist() for curve in (lab.finder_curve, lab.best_curve))
    named = 100 * lab.finder.n_named / n
    data = [
        _line([0, 100], [0, 100], "at random", FAINT, "dot", 1.5),
        _line(looked, best, "no ranking does better on average", INK, "dash", 1.5),
        _line(looked, finder, "the finder", ACCENT, "solid", 2.5),
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


def _line(x: list[float], y: list[float], name: str, colour: str, dash: str, width: float) -> dict[str, Any]:
    line = {"color": colour, "dash": dash, "width": width}
    hover = f"%{{y:.1f}} % found in the first %{{x:.1f}} %<extra>{name}</extra>"
    return scatter(x, y, "lines", name=name, line=line, hovertemplate=hover)
