"""What the Repeat page shows of a repetition as plain data, and the answers by which an open page follows it."""

from typing import Any, Literal

from dashboard import services
from dashboard.components import live
from dashboard.components.plot import chart_part
from dashboard.components.ruler import Mark, Ruler, majority, ruler_part
from dashboard.figures.repeats import accuracy_band, loss_band
from dashboard.following import Parts
from dashboard.sentences import repeats as sentences
from dashboard.sentences.limits import limit_label
from dashboard.services import Repetition
from dashboard.services.repeats import state_of
from genre_core.errors import GenreLabError
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.selection import Folds
from genre_core.selection_summary import Scatter, bands

TEST = "~test"
"""Follows the name of a repetition that is judged on its test parts."""
TERMS = ("macro-F1",)
HEIGHT = 260


def follow(followed: str, seen: str) -> dict[str, Any]:
    """Return a repetition's state, its phase, the seconds until it is worth asking again and its parts where new."""
    try:
        found = services.repetition(followed.removesuffix(TEST), test=followed.endswith(TEST))
        again = 2 * services.POLL_SECONDS if found.study.active else services.WATCH_SECONDS
        state = state_of(found.study)
        answer = {"state": state, "phase": phase(found), "again": again}
        return answer if state == seen else {**answer, "parts": parts(found)}
    except GenreLabError:  # the page says what it is
        return {"phase": "gone"}


def follow_from(found: Repetition) -> None:
    """Let the page follow a repetition from the state in which it was drawn."""
    tested = TEST if found.part != found.config.part else ""
    live.follow(f"repeat/{found.study.id}{tested}", phase(found), state_of(found.study))


def phase(found: Repetition) -> str:
    """Return what the page around the parts depends on."""
    study, scored = found.study, "scored" if found.complete else f"{len(found.runs)} runs"
    return f"{study.attempt} {'active' if study.active else study.state} {scored}"


def parts(found: Repetition) -> Parts:
    """Return all parts of a repetition: its answer, its progress, the ruler and the two charts."""
    headline = sentences.headline(found)
    return {
        "answer": answer_part(headline.answer, headline.reason),
        "progress": {"kind": "progress", "done": found.done, "text": sentences.progress(found)},
        "ruler": ruler_part(Ruler(tuple(_marks(found)), f"accuracy on {sentences.tracks(found)}")),
        **_charts(found),
    }


def answer_part(text: str, note: str) -> dict[str, Any]:
    """Return the sentence that answers the page's question, and the one with its reason."""
    return {"kind": "answer", "text": text, "note": note, "terms": {term: GLOSSARY[term] for term in TERMS}}


def _charts(found: Repetition) -> Parts:
    histories = list(found.histories.values())
    loss, accuracy = bands(histories, "validation_loss"), bands(histories, "validation_accuracy")
    over = f"over {len(histories)} runs, with a band of one standard deviation, and from lowest to highest"
    return {
        "loss": dict(chart_part(loss_band(loss), f"Mean validation loss by epoch {over}.")),
        "accuracy": dict(chart_part(accuracy_band(accuracy), f"Mean validation accuracy by epoch {over}.")),
    }


def _marks(found: Repetition) -> list[Mark]:
    """Return the marks: every run as a thin line, their mean as the model looked at."""
    marks = [Mark("tick", score.accuracy) for score in found.scores.values()]
    if (rate := found.majority) is not None:
        marks.append(majority(rate))
    if found.summary:
        name = "mean of the folds" if isinstance(found.config.what, Folds) else "mean of the seeds"
        marks.append(mean_mark(found, found.summary.accuracy, name))
    data = found.config.experiment.data
    limit = services.limit(data)
    return marks if limit is None else [*marks, Mark("limit", limit.accuracy, limit_label(data))]


def mean_mark(found: Repetition, score: Scatter, label: str, kind: Literal["model", "other"] = "model") -> Mark:
    """Return the mark of a mean with its interval, where there is one."""
    low, high = (None, None) if score.interval is None else (score.interval.low, score.interval.high)
    return Mark(kind, score.mean, label, low, high, "test" if found.part == "test" else "validation")
