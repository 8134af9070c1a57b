"""One genre: what sets it apart, what it rests on, and what more training tracks bring."""

from collections.abc import Sequence
from typing import Any

from dashboard.figures.parts import FLAT, ZERO_LINE, band, bars, feature_axis, fixed_axis, scatter, whiskers
from dashboard.theme import ACCENT, FAINT, GAP, INK, Figure, fade, layout
from genre_core.evaluation.intervals import Interval
from genre_core.explaining.importance import Importance
from genre_core.inspection.apart import Apart
from genre_core.studies.learning_curve.summary import CurvePoint

MOST_SHOWN = 20


def apart_figure(found: Sequence[Apart], most: int = MOST_SHOWN) -> Figure:
    """Return the features that set a genre apart most, in standard deviations; gray where chance would do."""
    shown = found[:most]
    values = [one.difference for one in shown]
    drawn = _bars([one.feature for one in shown], values, [one.interval for one in shown], [one.clear for one in shown])
    drawn["hovertemplate"] = "%{y}: %{x:+.2f} standard deviations<extra></extra>"
    return _feature_figure(drawn, "standard deviations apart")


def importance_figure(found: Sequence[Importance], by: str, most: int = MOST_SHOWN) -> Figure:
    """Return what shuffling each feature costs a genre, the dearest first: `recall` in points, or `loss` in nats."""
    size = 100.0 if by == "recall" else 1.0
    known = [(one.feature, *_cost(one, by)) for one in found]
    ranked = sorted((one for one in known if one[1] == one[1]), key=lambda one: -one[1])[:most]
    intervals = [_scaled(interval, size) for _, _, interval in ranked]
    values = [size * value for _, value, _ in ranked]
    clear = [interval is not None and interval.low > 0 for _, _, interval in ranked]
    drawn = _bars([name for name, *_ in ranked], values, intervals, clear)
    unit = "points of recall" if by == "recall" else "nats"
    drawn["hovertemplate"] = f"%{{y}}: %{{x:.{1 if by == 'recall' else 3}f}} {unit}<extra></extra>"
    return _feature_figure(drawn, f"{unit} lost when shuffled")


def learning_figure(points: Sequence[CurvePoint]) -> Figure:
    """Return recall against the number of training tracks, with its interval; an empty list gives empty axes."""
    ns, ys = [point.n for point in points], [round(100 * point.score, 2) for point in points]
    known = [point for point in points if point.interval is not None]
    lows, highs = ([round(100 * getattr(point.interval, end), 2) for point in known] for end in ("low", "high"))
    area = [band([point.n for point in known], lows, highs, fade(ACCENT, 0.2))] if known else []
    line = scatter(
        ns,
        ys,
        "lines+markers",
        line={"color": ACCENT, "width": 2},
        marker={"color": ACCENT, "size": 8},
        hovertemplate=f"%{{x:,}} training tracks: %{{y:.1f}}{GAP}%<extra></extra>",
    )
    return {
        "data": [*area, line],
        "layout": layout(
            "",
            xaxis=fixed_axis("training tracks of the genre", 0, 1.05 * max(ns, default=100)),
            yaxis={"range": [0, 101], "ticksuffix": " %", "fixedrange": True},
            hovermode="closest",
            margin={"l": 8, "r": 8, "t": 12, "b": 8},
        ),
    }


def _scaled(interval: Interval | None, size: float) -> Interval | None:
    return None if interval is None else Interval(size * interval.low, size * interval.high)


def _cost(one: Importance, by: str) -> tuple[float, Interval | None]:
    return (one.recall_drop, one.recall_interval) if by == "recall" else (one.loss_rise, one.loss_interval)


def _bars(
    names: Sequence[str], values: Sequence[float], intervals: Sequence[Interval | None], clear: Sequence[bool]
) -> dict[str, Any]:
    marker = {"color": [fade(ACCENT, 0.75) if sure else FAINT for sure in clear]}
    error = whiskers(values, intervals, INK, unit=1)
    return bars(names, [round(float(value), 4) for value in values], marker=marker, error_x=error)


def _feature_figure(drawn: dict[str, Any], unit: str) -> Figure:
    return {
        "data": [drawn],
        "layout": layout(
            "",
            bargap=0.35,
            xaxis={"title": {"text": unit}, **ZERO_LINE, "fixedrange": True},
            yaxis=feature_axis(drawn["y"]),
            hovermode="closest",
            margin=FLAT,
        ),
    }
