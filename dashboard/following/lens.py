"""What the Split lens page shows of a lens as plain data, and the answers by which an open page follows it."""

from typing import Any

from dashboard import services
from dashboard.components import live
from dashboard.components.ruler import Mark, Ruler, majority, model, ruler_part
from dashboard.following import Parts
from dashboard.sentences import lens as sentences
from dashboard.sentences.badges import opened_badge
from dashboard.sentences.limits import limit_label
from dashboard.services import Lens, exploring
from genre_core.config import SyntheticConfig
from genre_core.errors import GenreLabError
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.lens import CLASSIFIERS, JUDGED_BY, NETWORK, LensEstimate

TRUE = "~true"
"""Follows the name of a lens that is judged by the true genres."""
TERMS = ("macro-F1", "leakage")


def follow(followed: str, seen: str) -> dict[str, Any]:
    """Return the state of a lens, its phase, the seconds until it is worth asking again and its parts where new."""
    try:
        lens = services.lens(followed.removesuffix(TRUE), clean=followed.endswith(TRUE))
        state, active = state_of(lens), lens.study.active
        again = services.POLL_SECONDS if active else services.WATCH_SECONDS
        answer = {"state": state, "phase": phase(lens), "again": again}
        return answer if state == seen else {**answer, "parts": parts(lens)}
    except GenreLabError:  # the page says what it is
        return {"phase": "gone"}


def follow_from(lens: Lens) -> None:
    """Let the page follow a lens from the state in which it was drawn."""
    live.follow(f"lens/{lens.study.id}{TRUE if lens.about == 'true genre' else ''}", phase(lens), state_of(lens))


def phase(lens: Lens) -> str:
    """Return what the page around the parts depends on."""
    study = lens.study
    return f"{study.attempt} {'active' if study.active else study.state} {'planned' if lens.plan else 'new'}"


def state_of(lens: Lens) -> str:
    """Return what the parts depend on."""
    return f"{lens.study.attempt} {lens.study.state} {lens.study.revision}"


def parts(lens: Lens) -> Parts:
    """Return all parts of a lens: its answer, its progress, and a title and a ruler for each level."""
    limit = _limit(lens)
    headline, n_scores = sentences.headline(lens, limit), lens.plan.n_scores if lens.plan else 0
    found: Parts = {
        "answer": answer_part(headline.answer, headline.reason),
        "progress": {
            "kind": "progress",
            "done": len(lens.scores) / n_scores if n_scores else 0.0,
            "text": sentences.progress(lens),
        },
    }
    for level in lens.plan.levels if lens.plan else ():
        text = JUDGED_BY[level]
        found[f"{level} title"] = _title(lens, level, f"{text[0].upper()}{text[1:]}")
        measured = f"test accuracy{sentences.measured_by(lens)} {text}"
        found[f"{level} ruler"] = ruler_part(Ruler(tuple(_marks(lens, level, limit)), measured))
    return found


def answer_part(text: str, note: str) -> dict[str, Any]:
    """Return the sentence that answers the page's question, and the one with its reason."""
    return {"kind": "answer", "text": text, "note": note, "terms": {term: GLOSSARY[term] for term in TERMS}}


def _title(lens: Lens, level: str, text: str) -> dict[str, Any]:
    """Return the line above a ruler; a published test part is that of runs too, so it says how often it was opened."""
    marked, seen = [], any(score.level == level for score in lens.scores)
    if level == "published" and seen and lens.plan and lens.plan.test_hash:
        marked.append(opened_badge(services.count_openings(lens.plan.test_hash), sentences.COUNTED))
    return {
        "kind": "title",
        "text": text,
        "note": sentences.level_note(lens, level),
        "badges": [badge.text for badge in marked],
        "terms": {badge.text: badge.meaning for badge in marked},
    }


def _limit(lens: Lens) -> float | None:
    data = lens.config.experiment.data
    if isinstance(data, SyntheticConfig) and lens.about == "true genre":
        return exploring.true_limit(data).accuracy
    found = services.limit(data)
    return found.accuracy if found else None


def _marks(lens: Lens, level: str, limit: float | None) -> list[Mark]:
    """Return the marks of one level: baselines as thin lines, the network as the model looked at."""
    marks = []
    for classifier in CLASSIFIERS:
        found = lens.estimates.get((level, classifier))
        if found is not None:
            marks.append(_mark(found))
    return marks if limit is None else [*marks, Mark("limit", limit, limit_label(lens.config.experiment.data))]


def _mark(found: LensEstimate) -> Mark:
    interval, name = found.accuracy_interval, CLASSIFIERS[found.classifier]
    if found.classifier == "majority":
        return majority(found.accuracy)
    if found.classifier == NETWORK:
        if interval is None:
            return Mark("model", found.accuracy, name, part="test")
        return model(found.accuracy, interval, name, "test")
    low, high = (None, None) if interval is None else (interval.low, interval.high)
    return Mark("tick", found.accuracy, name, low, high)
