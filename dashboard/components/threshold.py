"""A genre answered from a threshold on: a slider, and the point that it moves on the ROC and precision-recall curves.

Every number comes from Python, one row for each threshold; the browser only chooses a row, so that dragging waits for
nothing. The address says the threshold once it is let go.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from dashboard.services import AgainstTheRest
from dashboard.theme import ACCENT, OTHER, TWINS, percent
from genre_core.dataset import FloatArray
from genre_core.evaluation.curves import OperatingPoint
from genre_core.evaluation.uncertainty import Interval

HERE = Path(__file__).parent
MOST_POINTS = 600
"""Most points of a curve that are drawn: no screen shows more."""

_mount = st.components.v2.component(
    "genre_lab_threshold",
    css=HERE.joinpath("threshold.css").read_text(encoding="utf-8"),
    js=HERE.joinpath("threshold.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Words:
    """What the component says: the genre, a noun for the tracks (`test tracks`), and a title for each curve."""

    genre: str
    nouns: str
    roc: str
    precision_recall: str


def threshold(
    found: AgainstTheRest, words: Words, key: str, *, at: int, on_pick: Callable[[int], None], both: bool = True
) -> None:
    """Draw the curves with the point at threshold number `at`; `on_pick` is given the number of a newly chosen one.

    With `both` the ROC curve stands beside the precision-recall curve.
    """
    roc, areas = found.roc, found.precision_recall
    panels = [_panel("pr", words.precision_recall, areas.recall, areas.precision)]
    if both:
        panels.insert(0, _panel("roc", words.roc, roc.false_alarms, roc.recall))
    data = {
        "panels": panels,
        "genre": words.genre,
        "rows": [_row(point, words, roc.n_positive, roc.n_negative) for point in found.points],
        "usual": _rates(found.usual),
        "prevalence": areas.prevalence,
        "at": at,
        "hues": [[ACCENT, TWINS[ACCENT]], [OTHER, TWINS[OTHER]]],
    }

    def pick() -> None:
        on_pick(int(st.session_state[key]["pick"]["at"]))

    _mount(key=key, data=data, on_pick_change=pick)


def _panel(name: str, title: str, xs: FloatArray, ys: FloatArray) -> dict[str, object]:
    every = max(1, -(-len(xs) // MOST_POINTS))
    kept = np.unique(np.r_[np.arange(0, len(xs), every), len(xs) - 1])
    return {"name": name, "title": title, "line": np.round(np.column_stack([xs, ys])[kept], 4).tolist()}


def _row(point: OperatingPoint, words: Words, n_own: int, n_others: int) -> dict[str, object]:
    return {**_rates(point), "said": _said(point, words, n_own, n_others)}


def _rates(point: OperatingPoint) -> dict[str, object]:
    return {
        "recall": _rate(point.recall, point.recall_interval),
        "precision": None if point.precision is None else _rate(point.precision, point.precision_interval),
        "alarm": _rate(point.false_alarm, point.false_alarm_interval),
    }


def _rate(rate: float, interval: Interval) -> Sequence[float]:
    return [round(value, 5) for value in (rate, interval.low, interval.high)]


def _said(point: OperatingPoint, words: Words, n_own: int, n_others: int) -> list[str]:
    """Return what a threshold comes to, in three sentences."""
    share = percent(point.recall, point.recall_interval)
    found = f"Finds {point.found:,} of {n_own:,} {words.genre} {words.nouns}, {share}."
    if point.precision is None:
        return [found, f"{words.genre} is never answered, so it has no precision.", "No false alarm."]
    right = percent(point.precision, point.precision_interval)
    alarms = percent(point.false_alarm, point.false_alarm_interval)
    return [
        found,
        f"Of {point.answered:,} answers {words.genre}, {right} are right.",
        f"False alarm on {point.answered - point.found:,} of {n_others:,} others, {alarms}.",
    ]
