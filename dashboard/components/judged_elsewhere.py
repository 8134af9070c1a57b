"""How a run does on data that it did not come from, beside guessing and its own validation part."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.components import ruler as rulers
from dashboard.components.matrix import matrix
from dashboard.components.scores import genre_table
from dashboard.figures.matrix import MatrixView, live_view, matrix_view
from dashboard.shell.address import plain
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.report import Evaluation
from genre_core.store.schema import Run
from genre_core.takehome.naming import file_name


def judged_elsewhere(run: Run, found: Mapping[str, Any]) -> None:
    """Draw how a run does on other data: what is to be compared, the matrix, and each genre."""
    scores = Evaluation.from_json(found["evaluation"])
    st.subheader(plain(found["headline"]), anchor=False)
    st.caption(plain(" ".join(found["sentences"]), longest=900))
    _ruler(found, scores)
    noun = "segments" if found["by"] == "row" else "tracks"
    label = f"Confusion matrix of {run.name} on other data"
    matrix(_view(found, scores, noun), "matrix elsewhere", label=label)
    genre_table(scores, f"other {noun}", f"{file_name(run)} elsewhere genres.csv")


def _ruler(found: Mapping[str, Any], scores: Evaluation) -> None:
    marks = [rulers.majority(found["chance"], "guessing"),
             rulers.model(scores.accuracy, scores.accuracy_interval, "on other data")]  # fmt: skip
    if found["validation"]:
        own = Evaluation.from_json(found["validation"])
        marks.append(rulers.model(own.accuracy, own.accuracy_interval, "on its own validation part", kind="other"))
    rulers.ruler(rulers.Ruler(tuple(marks), "accuracy on other data"), key="ruler elsewhere")


def _view(found: Mapping[str, Any], scores: Evaluation, noun: str) -> MatrixView:
    """Return the matrix with the intervals of each genre as they were computed; of grouped tracks cells have none."""
    view = (live_view if found["level"] else matrix_view)(scores.confusion_matrix, nouns=noun)
    return replace(
        view,
        recalls=[_limits(score.recall, score.recall_interval) for score in scores.per_genre],
        precisions=[_limits(score.precision, score.precision_interval) for score in scores.per_genre],
    )


def _limits(rate: float | None, interval: Interval) -> tuple[float, float, float] | None:
    return None if rate is None else (rate, interval.low, interval.high)
