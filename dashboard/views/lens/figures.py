"""Who is clearly ahead of whom: classifiers by accuracy, and lines beside them that join those not told apart."""

from dashboard.figures import parts
from dashboard.theme import ACCENT, GAP, INK, MUTED, TEMPLATE, Figure, heading, percent
from genre_core.studies.lens.config import CLASSIFIERS, JUDGED_BY, NETWORK
from genre_core.studies.lens.ranking import Ranking
from genre_core.text import capitalized

RANKING = 250
"""Height of the figure in pixels."""
_MOST_LETTERS = 16
_LANE = 0.05
"""Width of a joining line's lane, as a share of the figure."""


def ranking_figure(ranking: Ranking) -> Figure:
    """Return the accuracies of a level's classifiers with their intervals, the most accurate on top."""
    order, groups = ranking.order, ranking.together
    rows = {one.classifier: row for row, one in enumerate(order)}
    colours = [ACCENT if one.classifier == NETWORK else MUTED for one in order]
    dots = [
        parts.scatter(
            [round(100 * one.accuracy, 2)], [rows[one.classifier]], "markers",
            marker={"color": colour, "size": 9},
            error_x=parts.whiskers([one.accuracy], [one.accuracy_interval], colour, thickness=2, width=4),
            text=[f"{CLASSIFIERS[one.classifier]}: {percent(one.accuracy, one.accuracy_interval)}"],
        )
        for one, colour in zip(order, colours, strict=True)
    ]  # fmt: skip
    joins = [
        parts.scatter(
            [lane] * len(group), [rows[name] for name in group], "lines+markers", xaxis="x2",
            line={"color": INK, "width": 2}, marker={"color": INK, "size": 7},
            text=["cannot be told apart: " + ", ".join(CLASSIFIERS[name] for name in group)] * len(group),
        )
        for lane, group in enumerate(groups)
    ]  # fmt: skip
    edge = 1 - _LANE * max(1, len(groups))
    names = [_in_two(CLASSIFIERS[one.classifier]) for one in order]
    layout = {
        "template": TEMPLATE,
        "title": {"text": heading(capitalized(JUDGED_BY[ranking.level]), "joined: cannot be told apart")},
        "margin": {"l": 8, "r": 4, "t": 34, "b": 24},
        "hovermode": "closest",
        "xaxis": {"domain": [0, edge - 0.03], "ticksuffix": f"{GAP}%", "nticks": 5, "showgrid": True,
                  "fixedrange": True},
        "xaxis2": {"domain": [edge, 1], "range": [-0.5, max(1, len(groups)) - 0.5], "visible": False,
                   "fixedrange": True},
        "yaxis": parts.name_axis(range=[len(order) - 0.5, -0.5], tickmode="array", tickvals=list(range(len(order))),
                                 ticktext=names, zeroline=False),
    }  # fmt: skip
    return {"data": [*dots, *joins], "layout": layout}


def _in_two(name: str) -> str:
    """Return a long name in two lines."""
    if len(name) <= _MOST_LETTERS or " " not in name:
        return name
    words = name.split(" ")
    at = min(range(1, len(words)), key=lambda n: abs(len(" ".join(words[:n])) - len(name) / 2))
    return f"{' '.join(words[:at])}<br>{' '.join(words[at:])}"
