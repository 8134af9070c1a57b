"""The share of wrong answers against the share of tracks answered, with the threshold on the curve to drag."""

from collections.abc import Callable, Sequence

import numpy as np

from dashboard.components.threshold import Kind, Row, draggable, line, rate_limits
from dashboard.views.evaluate.rejection_text import dragged_sentence
from genre_core.data.dataset import FloatArray, Part
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.rejection import Answering, RiskCoverage, ScoreName

FEWEST = 10
"""Answers from which on a risk is drawn: that of the very first ones says nothing."""
HEIGHT = 320
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)


def risk_coverage_chart(
    curve: RiskCoverage,
    best: RiskCoverage | None,
    thresholds: Sequence[Answering],
    here: Answering,
    key: str,
    *,
    part: Part,
    score: ScoreName,
    name: str,
    alt: str,
    on_pick: Callable[[float], None],
) -> None:
    """Draw the curve of a run, the ideal and a random order and the `best` possible, and the threshold at `here`.

    The point can be dragged along `thresholds`; `on_pick` is given the one where it is let go.
    """
    known = {found.threshold: found for found in (*thresholds, here)}
    rows = [_row(known[at], score) for at in sorted(known)]
    legend = [("curve", name), ("best", "best possible classifier"), ("chance", "in random order")]
    legend.append(("ideal", "ideal order"))
    draggable(
        [_panel(curve, best, alt)],
        rows,
        f"Answered tracks, by the threshold on {score}",
        key,
        at=sorted(known).index(here.threshold),
        on_pick=on_pick,
        diamond=part == "test",
        legend=[item for item in legend if item[0] != "best" or best is not None],
    )


def _panel(curve: RiskCoverage, best: RiskCoverage | None, alt: str) -> dict[str, object]:
    lines = [
        line("chance", np.array([0.0, 1.0]), np.full(2, curve.error)),
        _drawn("ideal", curve.coverage, curve.ideal_risk),
    ]
    if best is not None:
        lines.append(_drawn("best", best.coverage, best.risk))
    lines.append(_drawn("curve", curve.coverage, curve.risk))
    step = next((step for step in STEPS if 1.25 * curve.error <= 5 * step), 0.25)
    top = min(1.0, step * max(2, int(np.ceil(1.25 * curve.error / step))))
    ticks = np.arange(0, top + step / 2, step).round(4).tolist()
    return {
        "title": "Wrong answers against tracks answered",
        "alt": alt,
        "height": HEIGHT,
        "x": "coverage",
        "y": "risk",
        "xTitle": "answered tracks",
        "yTitle": "wrong answers among them",
        "top": top,
        "ticks": ticks,
        "lines": lines,
    }


def _drawn(kind: Kind, coverage: FloatArray, risk: FloatArray) -> dict[str, object]:
    first = min(FEWEST, len(coverage)) - 1
    return line(kind, coverage[first:], risk[first:])


def _row(found: Answering, score: ScoreName) -> Row:
    wrong = found.accuracy_interval
    risk = 0.0 if found.accuracy is None else 1 - found.accuracy
    limits = Interval(1 - wrong.high, 1 - wrong.low) if found.answered else Interval(0.0, 0.0)
    return {
        "threshold": found.threshold,
        "coverage": rate_limits(found.coverage, found.coverage_interval),
        "risk": rate_limits(risk, limits),
        "said": [dragged_sentence(found, score)],
    }
