"""Pictures of a class: what was predicted, and what its runs reached."""

from collections import Counter
from collections.abc import Sequence

from dashboard.theme import PALETTE, Figure, layout
from genre_core.classroom.names import seat_hue, seat_name

BINS = 20
_SAID, _CAME = PALETTE["accent_light"].light, PALETTE["other"].light
_LAYOUT = {"margin": {"l": 46, "r": 12, "t": 8, "b": 40}, "showlegend": False, "bargap": 0.08}


def predicted_numbers(values: Sequence[float], low: float, high: float, truth: float | None) -> Figure:
    """Return the histogram of predicted numbers between `low` and `high`, and the result where it is shown."""
    width = (high - low) / BINS
    counts = Counter(min(BINS - 1, max(0, int((value - low) / width))) for value in values)
    middles = [low + (at + 0.5) * width for at in range(BINS)]
    bars = {
        "type": "bar", "x": middles, "y": [counts[at] for at in range(BINS)], "width": width * 0.92,
        "marker": {"color": _SAID}, "hovertemplate": "about %{x:.3g}: %{y}<extra></extra>",
    }  # fmt: skip
    found = layout("", **_LAYOUT, xaxis={"range": [low, high]}, yaxis=_counts(counts))
    if truth is not None:
        line = {"color": _CAME, "width": 3}
        found["shapes"] = [{"type": "line", "x0": truth, "x1": truth, "y0": 0, "y1": 1, "yref": "paper", "line": line}]
    return {"data": [bars], "layout": found}


def predicted_choices(texts: Sequence[str], truth: str | None) -> Figure:
    """Return bars of how often each answer was given; the right one is marked where it is shown."""
    counts = Counter(texts)
    if truth is not None:
        counts.setdefault(truth, 0)
    names = sorted(counts)
    colors = [_CAME if name == truth else _SAID for name in names]
    bars = {
        "type": "bar", "x": [counts[name] for name in names], "y": names, "orientation": "h",
        "marker": {"color": colors}, "hovertemplate": "%{y}: %{x}<extra></extra>",
    }  # fmt: skip
    axis = {"type": "category", "automargin": True}
    return {"data": [bars], "layout": layout("", **_LAYOUT, xaxis=_counts(counts), yaxis=axis)}


def runs_scatter(points: Sequence[tuple[int, float, float, str]], title: str, *, is_log: bool) -> Figure:
    """Return each run as a dot: the student's number, the setting, the accuracy in percent, and the run's name."""
    texts = [f"{seat_name(number)}: {name}" for number, _, _, name in points]
    dots = {
        "type": "scatter", "mode": "markers", "x": [x for _, x, _, _ in points], "y": [y for _, _, y, _ in points],
        "text": texts, "marker": {"size": 11, "color": [seat_hue(number) for number, *_ in points]},
        "hovertemplate": "%{text}<br>%{x}: %{y:.1f} %<extra></extra>",
    }  # fmt: skip
    axis = {"title": {"text": title}, "type": "log" if is_log else "linear"}
    return {
        "data": [dots],
        "layout": layout("", **_LAYOUT, xaxis=axis, yaxis={"title": {"text": "validation accuracy, %"}}),
    }


def _counts(counts: Counter[int] | Counter[str]) -> dict[str, object]:
    most = max(counts.values(), default=1)
    return {"rangemode": "tozero", "dtick": max(1, round(most / 5)), "title": {"text": "students"}}
