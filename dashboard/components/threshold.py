"""A threshold to drag: a point on curves, which the keyboard moves as well.

Every number comes from Python, one row for each threshold; the browser only chooses a row, so that dragging waits for
nothing. The address says the threshold once it is let go.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st

from dashboard.components.picture import pictured
from dashboard.services.one_genre import AgainstTheRest
from dashboard.theme import ACCENT, OTHER, TWINS, percent
from genre_core.data.dataset import FloatArray
from genre_core.evaluation.curves import OperatingPoint
from genre_core.evaluation.intervals import Interval
from genre_core.text import told

MOST_POINTS = 600
"""Most points of a curve that are drawn: no screen shows more."""

Kind = Literal["curve", "chance", "ideal", "best"]
Row = dict[str, object]
"""One threshold: its `threshold`, rates with their limits by name, and what is `said` of it."""

_mount = pictured(__file__)


@dataclass(frozen=True)
class Words:
    """Words of the component: the genre, a noun for the tracks (`test tracks`), and a title for each curve.

    `too_few` says so where the genre's tracks are by too few artists for an interval.
    """

    genre: str
    nouns: str
    roc: str
    precision_recall: str
    too_few: str = ""


def draggable(
    panels: Sequence[dict[str, object]],
    rows: Sequence[Row],
    label: str,
    key: str,
    *,
    at: int,
    on_pick: Callable[[float], None],
    **more: Any,
) -> None:
    """Draw panels of curves with the point of row number `at` on each; `on_pick` is given a newly chosen threshold.

    With `slider` one stands below them, else the point of each panel is itself one. `legend` says what kinds of lines
    mean, `about` what else is marked, `usual` has the rates of that mark; with `diamond` the point is one.
    """
    hues = [[ACCENT, TWINS[ACCENT]], [OTHER, TWINS[OTHER]]]
    data = {
        "file": "threshold curves",
        "panels": list(panels),
        "rows": list(rows),
        "label": label,
        "at": at,
        "hues": hues,
        **more,
    }
    _mount(key=key, data=data, on_pick_change=lambda: on_pick(float(st.session_state[key]["pick"]["at"])))


def line(kind: Kind, xs: FloatArray, ys: FloatArray) -> dict[str, object]:
    """Return a line of a panel, of as many points as can be told apart."""
    every = max(1, -(-len(xs) // MOST_POINTS))
    kept = np.unique(np.r_[np.arange(0, len(xs), every), len(xs) - 1])
    return {"kind": kind, "points": np.round(np.column_stack([xs, ys])[kept], 4).tolist()}


def rate_limits(rate: float, interval: Interval) -> list[float]:
    """Return a rate and the limits of its interval, the rate itself where nothing is told."""
    limits = (interval.low, interval.high) if told(interval) else (rate, rate)
    return [round(value, 5) for value in (rate, *limits)]


def threshold(
    found: AgainstTheRest, words: Words, key: str, *, at: int, on_pick: Callable[[float], None], both: bool = True
) -> None:
    """Draw the curves of a genre against the rest with the point at threshold number `at`, and a slider.

    `on_pick` is given the threshold that is newly chosen. With `both` the ROC curve stands beside the precision-recall
    curve.
    """
    panels = [_precision_recall(found, words)]
    if both:
        panels.insert(0, _roc(found, words))
    rows = [_row(point, words, found.roc.n_positive, found.roc.n_negative) for point in found.points]
    label, usual = f"Answer {words.genre} at or above", _rates(found.usual)
    draggable(
        panels, rows, label, key, at=at, on_pick=on_pick, slider=True, usual=usual, about=_usual(found.usual, words)
    )


def _roc(found: AgainstTheRest, words: Words) -> dict[str, object]:
    chance = {"kind": "chance", "points": [[0, 0], [1, 1]], "label": "chance", "at": [0.62, 0.5, 4]}
    return {
        "title": words.roc,
        "x": "alarm",
        "y": "recall",
        "xTitle": "false alarms among the others",
        "yTitle": "recall",
        "top": 1,
        "lines": [chance, line("curve", found.roc.false_alarms, found.roc.recall)],
    }


def _precision_recall(found: AgainstTheRest, words: Words) -> dict[str, object]:
    areas = found.precision_recall
    level = round(areas.prevalence, 4)
    below = 13 if level > 0.12 else -4
    chance = {"kind": "chance", "points": [[0, level], [1, level]], "label": "chance", "at": [0.02, level, below]}
    return {
        "title": words.precision_recall,
        "x": "recall",
        "y": "precision",
        "xTitle": "recall",
        "yTitle": "precision",
        "top": 1,
        "lines": [chance, line("curve", areas.recall, areas.precision)],
    }


def _row(point: OperatingPoint, words: Words, n_own: int, n_others: int) -> Row:
    return {"threshold": point.threshold, **_rates(point), "said": threshold_told(point, words, n_own, n_others)}


def _rates(point: OperatingPoint) -> dict[str, object]:
    precision = None if point.precision is None else rate_limits(point.precision, point.precision_interval)
    return {
        "recall": rate_limits(point.recall, point.recall_interval),
        "precision": precision,
        "alarm": rate_limits(point.false_alarm, point.false_alarm_interval),
    }


def _usual(point: OperatingPoint, words: Words) -> str:
    precision = "undefined" if point.precision is None else percent(point.precision)
    return (
        f"Without a threshold, the model answers {words.genre} if it is the most likely genre: recall "
        f"{percent(point.recall)}, precision {precision}."
    )


def threshold_told(point: OperatingPoint, words: Words, n_own: int, n_others: int) -> list[str]:
    """Return what a threshold comes to, in three sentences."""
    share = percent(point.recall, point.recall_interval, words.too_few)
    found = f"Finds {point.found:,} of {n_own:,} {words.genre} {words.nouns}, {share}."
    if point.precision is None:
        return [found, f"None of the {words.nouns} reaches it, so there is no precision.", "No false alarm."]
    right = percent(point.precision, None if words.too_few else point.precision_interval)
    alarms = percent(point.false_alarm, point.false_alarm_interval)
    return [
        found,
        f"Of {point.answered:,} predictions of {words.genre}, {right} are right.",
        f"False alarms on {point.answered - point.found:,} of {n_others:,} others, {alarms}.",
    ]
