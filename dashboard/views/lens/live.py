"""A lens as Split lens shows it, as plain data, and how an open page follows it."""

from typing import Any

from dashboard.components.live import Followed, Parts, answer_part, follow_from, progress_part, study_as, title_part
from dashboard.components.plot import chart_part
from dashboard.components.ruler import Kind, Mark, Ruler, majority, model, ruler_part
from dashboard.components.ruler_marks import limit_marks
from dashboard.components.view import numbers_part
from dashboard.services import datasets, lenses
from dashboard.services.lenses import Lens
from dashboard.services.runs import POLL_SECONDS
from dashboard.services.studies import with_losses
from dashboard.services.workers import store
from dashboard.text.badges import opened_badge
from dashboard.theme import Numbers
from dashboard.views.lens import text as sentences
from dashboard.views.lens.figures import slope_figure
from genre_core.settings.config import DatasetConfig
from genre_core.store.openings import count_openings
from genre_core.studies.lens.config import CLASSIFIERS, JUDGED_BY, NETWORK
from genre_core.studies.lens.summary import LensEstimate
from genre_core.text import capitalized

TRUE = "~true"
"""Follows the name of a lens that is judged by the true genres."""
ROW = "~row"
"""Follows the name of a lens whose segments are judged one by one, though they belong to tracks."""


def look(followed: str) -> Followed:
    """Return a lens as it is followed; raises RunStateError where it is gone."""
    name, true, _ = followed.removesuffix(ROW).partition(TRUE)
    return _followed(lenses.lens(name, clean=bool(true), unit="row" if followed.endswith(ROW) else "track"))


def follow(lens: Lens) -> None:
    """Let the page follow a lens from the state in which it was drawn."""
    by_row = ROW if lens.in_segments and lens.unit == "row" else ""
    follow_from(f"lens/{lens.study.id}{TRUE if lens.about == 'true genre' else ''}{by_row}", _followed(lens))


def _followed(lens: Lens) -> Followed:
    stage = "judged" if lens.estimates else "planned" if lens.plan else "new"
    return study_as(lens.study, stage, POLL_SECONDS, lambda: parts(lens))


def parts(lens: Lens) -> Parts:
    """Return all parts of a lens: its answer, its progress, and a title and a ruler for each level."""
    limit = _limit(lens)
    headline, n_scores = sentences.headline(lens, limit), lens.plan.n_scores if lens.plan else 0
    found: Parts = {
        "answer": answer_part(headline.answer, with_losses(headline.reason, lens.study)),
        "numbers": numbers_part(_three(lens)),
        "progress": progress_part(len(lens.scores) / n_scores if n_scores else 0.0, sentences.progress(lens)),
    }
    slope = lens.plan is not None and len(lens.plan.levels) > 1 and bool(lens.estimates)
    for level in lens.plan.levels if lens.plan else ():
        found[f"{level} title"] = _title(lens, level)
        measured = f"test accuracy{sentences.measured_by(lens)} {JUDGED_BY[level]}"
        found[f"{level} ruler"] = ruler_part(Ruler(tuple(_marks(lens, level)), measured, ticks_named=not slope))
    if slope and lens.plan:
        found["slope"] = chart_part(slope_figure(lens.estimates, lens.plan.levels, limit), sentences.SLOPE)
    return found


def _three(lens: Lens) -> Numbers:
    """Return the network's accuracy by the ways to split, the first three of them."""
    found = {level: lens.estimates.get((level, NETWORK)) for level in lens.plan.levels[:3]} if lens.plan else {}
    return {capitalized(JUDGED_BY[level]): one.accuracy if one else None for level, one in found.items()}


def preview(level: str, data: DatasetConfig) -> Parts:
    """Return the title and the ruler of a level before there is a lens: with the best possible alone."""
    return {
        "title": title_part(capitalized(JUDGED_BY[level])),
        "ruler": ruler_part(Ruler(tuple(limit_marks(data)), f"test accuracy {JUDGED_BY[level]}")),
    }


def _title(lens: Lens, level: str) -> dict[str, Any]:
    """Return the line above a ruler; a published test part is that of runs too, so it says how often it was opened."""
    marked, seen = [], any(score.level == level for score in lens.scores)
    if level == "published" and seen and lens.plan and lens.plan.test_hash:
        looks = count_openings(store(), lens.plan.test_hash)
        marked.append(opened_badge(looks, sentences.row_noun(lens), sentences.COUNTED))
    return title_part(capitalized(JUDGED_BY[level]), sentences.level_note(lens, level), badges=marked)


def _limit(lens: Lens) -> float | None:
    found = datasets.limit(lens.config.experiment.data, lens.unit, clean=lens.about == "true genre")
    return found.accuracy if found else None


def _marks(lens: Lens, level: str) -> list[Mark]:
    """Return the marks of one level: baselines as thin lines, the network as the model looked at."""
    found = [lens.estimates.get((level, classifier)) for classifier in CLASSIFIERS]
    marks = [_mark(one) for one in found if one is not None]
    return marks + limit_marks(lens.config.experiment.data, lens.unit, clean=lens.about == "true genre")


def _mark(found: LensEstimate) -> Mark:
    if found.classifier == "majority":
        return majority(found.accuracy)
    kind: Kind = "model" if found.classifier == NETWORK else "tick"
    return model(found.accuracy, found.accuracy_interval, CLASSIFIERS[found.classifier], "test", kind)
