"""Figures of what splits do to each classifier's accuracy, and who is clearly ahead of whom by each of them."""

from collections.abc import Mapping, Sequence

from dashboard.figures import parts
from dashboard.figures.epoch_axis import End, names_at_ends
from dashboard.theme import ACCENT, FAINT, GAP, INK, MUTED, TEMPLATE, Figure, heading, percent
from genre_core.studies.lens.config import CLASSIFIERS, JUDGED_BY, NETWORK, Classifier
from genre_core.studies.lens.ranking import Ranking
from genre_core.studies.lens.summary import LensEstimate
from genre_core.text import capitalized

RANKING = 250
"""Height of the figure in pixels."""
SLOPE = 300
_MOST_LETTERS = 16
_LANE = 0.05
"""Width of a joining line's lane, as a share of the figure."""


def slope_figure(
    estimates: Mapping[tuple[str, Classifier], LensEstimate], levels: Sequence[str], limit: float | None
) -> Figure:
    """Return a line for each classifier from level to level, on an axis as long as their accuracies need.

    The network's line alone says where it ends: a phone has no room for more, and rankings have each with its interval.
    """
    places = {level: at for at, level in enumerate(levels)}
    lines, ends, values = [], [], [100 * limit] if limit else []
    for name, title in CLASSIFIERS.items():
        found = [estimates[level, name] for level in levels if (level, name) in estimates]
        if not found or name == "majority":
            continue
        ours = name == NETWORK
        x, y = [places[one.level] for one in found], [round(100 * one.accuracy, 2) for one in found]
        values += y
        said = [f"{title}, {JUDGED_BY[one.level]}: {percent(one.accuracy, one.accuracy_interval)}" for one in found]
        colour = ACCENT if ours else FAINT
        line = {"color": colour, "width": 3 if ours else 1.5}
        lines.append(parts.scatter(x, y, "lines+markers", line=line, marker={"size": 8 if ours else 6}, text=said))
        if x[-1] == len(levels) - 1:
            ends.append(End(y[-1], f"{title} {percent(y[-1] / 100)}" if ours else title, colour, in_front=ours))
    low = max(0.0, 5 * (min(values, default=0) // 5) - 5)
    high = min(102.0, 5 * (max(values, default=100) // 5) + 7)
    known = [] if limit is None else [parts.level(100 * limit, INK, "dash")]
    said_there = [] if limit is None else [
        parts.note(-0.1, 100 * limit, "the best possible", xanchor="left", yanchor="bottom")
    ]  # fmt: skip
    layout = {
        "template": TEMPLATE,
        "title": {"text": heading("From split to split", "a line that falls shows leakage")},
        "margin": {"l": 40, "r": 138, "t": 38, "b": 28},
        "hovermode": "closest",
        "xaxis": {"range": [-0.12, len(levels) - 0.98], "tickvals": list(places.values()),
                  "ticktext": [JUDGED_BY[level] for level in levels], "fixedrange": True},
        "yaxis": {"range": [low, high], "ticksuffix": f"{GAP}%", "fixedrange": True},
        "shapes": known,
        "annotations": said_there + names_at_ends(ends, len(levels) - 1, (low, high), SLOPE - 66),
    }  # fmt: skip
    return {"data": lines[::-1], "layout": layout}


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
