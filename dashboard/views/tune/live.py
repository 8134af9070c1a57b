"""A search as Tune shows it, as plain data, and how an open page follows it."""

from dashboard.components.live import Followed, Parts, answer_part, follow_from, progress_part, study_as, title_part
from dashboard.components.plot import chart_part
from dashboard.components.ruler import Mark, Ruler, majority, model, ruler_part
from dashboard.components.ruler_marks import limit_marks
from dashboard.components.view import numbers_part
from dashboard.services import runs, searches
from dashboard.services.runs import POLL_SECONDS
from dashboard.services.searches import Search
from dashboard.services.studies import with_losses
from dashboard.theme import Numbers, percent
from dashboard.views.tune import text as sentences
from dashboard.views.tune.figures import best_figure, importance_figure, parallel_figure, slice_figure
from genre_core.evaluation.intervals import Interval
from genre_core.studies.tuning.config import OBJECTIVES, SearchConfig

HEIGHT = 270


def look(followed: str) -> Followed:
    """Return a search as it is followed; raises RunStateError where it is gone."""
    return _followed(searches.search(followed))


def follow(found: Search) -> None:
    """Let the page follow a search from the state in which it was drawn."""
    follow_from(f"search/{found.study.id}", _followed(found))


def _followed(found: Search) -> Followed:
    phase = f"{'scored' if found.best else 'new'} {'' if sentences.importances_note(found) else 'decided'}"
    return study_as(found.study, phase, 2 * POLL_SECONDS, lambda: parts(found))


def parts(found: Search) -> Parts:
    """Return all parts of a search: its answer, its progress, the ruler and the charts."""
    text, objective = sentences.headline(found, searches.winner(found)), OBJECTIVES[found.config.objective]
    shown = "macro-F1" if found.config.objective == "macro_f1" else "accuracy"
    n = len([trial for trial in found.trials if trial.value is not None])
    best = f"; the best is trial {found.best.trial}" if found.best else ""
    about = f"{n} trials by {objective} on {sentences.judged_on(found.config)}{best}."
    importances = list((found.summary.importances if found.summary else {}).items())
    drawn = (found.config, found.trials, found.best)
    said = ", ".join(f"{name} {percent(share, decimals=0)}" for name, share in importances)
    return {
        "answer": answer_part(text.answer, with_losses(text.reason, found.study)),
        "progress": progress_part(len(found.trials) / found.config.n_planned, sentences.progress(found)),
        "ruler": ruler_part(Ruler(tuple(_marks(found)), f"{shown} on {sentences.judged_on(found.config)}")),
        "numbers": numbers_part(_three(found)),
        "decides": title_part("Most important settings", sentences.importances_note(found)),
        "best": chart_part(best_figure(*drawn), f"Best so far over {about}"),
        "parallel": chart_part(parallel_figure(*drawn), f"Parallel coordinates of {about}"),
        **{
            f"slice {one.name}": chart_part(
                slice_figure(*drawn, one), f"{one.setting.title} against {objective}, {about}"
            )
            for one in found.config.space
        },
        "importances": chart_part(importance_figure(importances), f"Most important settings: {said}."),
    }


def _three(found: Search) -> Numbers:
    best, done = found.best, f"{len(found.trials)} of {found.config.n_planned}"
    shown: Numbers = {"Trials done": done, "Always the most common genre": _majority(found)}
    return {"Accuracy of the best trial": best.accuracy if best else None, **shown}


def preview(config: SearchConfig) -> Parts:
    """Return the charts of a search that has no trials yet."""
    empty = "empty until the first trial is done."
    return {
        "best": chart_part(best_figure(config, (), None), f"Best so far: {empty}"),
        "parallel": chart_part(parallel_figure(config, (), None), f"Trials across their settings: {empty}"),
    }


def _marks(found: Search) -> list[Mark]:
    """Return every trial as a tick, the best as the model looked at, with what its accuracy stands between."""
    by_f1 = found.config.objective == "macro_f1"
    marks = list[Mark]()
    for trial in found.trials:
        rate = trial.macro_f1 if by_f1 else trial.accuracy
        if rate is not None and trial is not found.best:
            marks.append(Mark("tick", rate))
    marks += _best_marks(found)
    if not by_f1:
        data = found.config.base.data
        if (guess := _majority(found)) is not None:
            marks.append(majority(guess))
        marks += limit_marks(data)
    return marks


def _best_marks(found: Search) -> list[Mark]:
    """Return the best trial where it was chosen, and what it is worth: expected, or on test once that was revealed."""
    best, score = found.best, "macro_f1" if found.config.objective == "macro_f1" else "accuracy"
    rate = getattr(best, score) if best else None
    if best is None or rate is None:
        return []
    winner = searches.winner(found)
    if winner and winner.opened.opened:
        test, few = winner.run.summary["test"], winner.run.too_few("test")
        chosen = Mark("tick", rate, f"trial {best.trial}, as chosen")
        return [chosen, model(test[score], Interval(*test[f"{score}_interval"]), "on test", "test", too_few=few)]
    interval, few = Interval(*best.interval) if best.interval else None, found.too_few
    marks = [model(rate, interval, f"trial {best.trial}, the best", too_few=few)]
    estimate = found.summary.optimism if found.summary else None
    if estimate and found.over and found.config.objective != "log_loss":
        expected = Interval(*estimate.interval)
        marks.append(model(estimate.corrected, expected, "expected", kind="other", too_few=few))
    return marks


def _majority(found: Search) -> float | None:
    run = runs.run(found.best.runs[0]) if found.best and found.best.runs else None
    return run.context.get("majority_accuracy") if run else None
