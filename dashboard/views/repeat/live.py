"""A repetition as Repeat shows it, as plain data, and how an open page follows it."""

from typing import Any

from dashboard.components.live import Followed, Parts, answer_part, follow_from, progress_part, study_as
from dashboard.components.plot import chart_part
from dashboard.components.ruler import Kind, Mark, Ruler, majority, model, ruler_part
from dashboard.components.ruler_marks import limit_marks
from dashboard.components.view import numbers_part
from dashboard.services import repetitions
from dashboard.services.repetitions import Repetition, revision_of_runs
from dashboard.services.runs import POLL_SECONDS
from dashboard.services.studies import with_losses
from dashboard.theme import Numbers
from dashboard.views.repeat import text as sentences
from dashboard.views.repeat.figures import accuracy_band, loss_band
from genre_core.settings.config import DatasetConfig
from genre_core.studies.repeats.config import Folds
from genre_core.studies.repeats.summary import Scatter, bands
from genre_core.training.predictions import Unit

TEST, ROWS = "~test", "~row"
"""Follow the name of a repetition that is judged on its test parts, and of one that is judged by segment."""
HEIGHT = 260


def look(followed: str) -> Followed:
    """Return a repetition as it is followed; raises RunStateError where it is gone."""
    named = followed.removesuffix(ROWS)
    unit: Unit = "track" if named == followed else "row"
    return _followed(repetitions.repetition(named.removesuffix(TEST), test=named.endswith(TEST), unit=unit))


def follow(found: Repetition) -> None:
    """Let the page follow a repetition from the state in which it was drawn."""
    judged = f"{TEST if found.part != found.config.part else ''}{ROWS if found.unit == 'row' else ''}"
    follow_from(f"repeat/{found.study.id}{judged}", _followed(found))


def _followed(found: Repetition) -> Followed:
    scored = "scored" if found.complete else f"{len(found.runs)} runs"
    every = 2 * POLL_SECONDS
    return study_as(found.study, scored, every, lambda: parts(found), and_its=revision_of_runs(found.study))


def parts(found: Repetition) -> Parts:
    """Return all parts of a repetition: its answer, its progress, the ruler and the two charts."""
    headline = sentences.headline(found)
    return {
        "answer": answer_part(headline.answer, with_losses(headline.reason, found.study)),
        "progress": progress_part(found.done, sentences.progress(found)),
        "ruler": ruler_part(Ruler(tuple(_marks(found)), f"accuracy on {sentences.tracks(found)}")),
        "numbers": numbers_part(_three(found)),
        **_charts(found),
    }


def _three(found: Repetition) -> Numbers:
    rates = [score.accuracy for score in found.scores.values()]
    mean = found.summary.accuracy.mean if found.summary else None
    return {"Mean accuracy": mean, "Lowest": min(rates, default=None), "Highest": max(rates, default=None)}


def _charts(found: Repetition) -> Parts:
    histories = list(found.histories.values())
    loss, accuracy = bands(histories, "validation_loss"), bands(histories, "validation_accuracy")
    over = f"over {len(histories)} runs, with a band of one standard deviation, and from lowest to highest"
    return {
        "loss": chart_part(loss_band(loss), f"Mean validation loss by epoch {over}."),
        "accuracy": chart_part(accuracy_band(accuracy), f"Mean validation accuracy by epoch {over}."),
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
    unit: Unit = "track" if found.by_track else "row"
    return marks + limit_marks(data, unit)


def preview(data: DatasetConfig) -> dict[str, Any]:
    """Return the ruler before there is a repetition: with the best possible alone."""
    return ruler_part(Ruler(tuple(limit_marks(data, "track")), "accuracy of every repetition"))


def mean_mark(found: Repetition, score: Scatter, label: str, kind: Kind = "model") -> Mark:
    """Return the mark of a mean with its interval, where there is one."""
    return model(score.mean, score.interval, label, found.part, kind)
