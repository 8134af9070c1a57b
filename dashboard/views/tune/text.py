"""Sentences of Tune about a search as far as it is: pure functions."""

import math
from collections.abc import Mapping
from typing import Any

from dashboard.services.searches import Search, UnderWay, Winner
from dashboard.text.saved_scores import accuracy_of, macro_f1_of
from dashboard.text.train import Headline, duration, measuring
from dashboard.theme import GAP, count, percent, points
from genre_core.evaluation.intervals import Interval
from genre_core.settings.names import all_settings, validate
from genre_core.studies.tuning.config import OBJECTIVES, SAMPLERS, SearchConfig
from genre_core.studies.tuning.optimism import EPOCHS_LEFT_IN
from genre_core.studies.tuning.rows import TrialResult
from genre_core.studies.tuning.space import Dimension
from genre_core.text import NO_INTERVAL, capitalized, nothing_told

BEFORE = Headline(
    "Which settings are better?",
    "Choose the settings to vary and press Search. Each trial is a run with other values, judged on validation. You "
    "can look at the winner's test score once, after the search.",
)
EXAMPLE = "Try an example: 12 trials of the learning rate and the batch size"
SCORES = ("accuracy", "macro-F1", "log loss")
_TRIAL_STATES = {"complete": "complete", "pruned": "stopped early", "failed": "failed"}
LEAST_FOR_IMPORTANCES, LEAST_FOR_OPTIMISM = 20, 2
TOO_FEW = "unknown until 20 trials are trained to the end; so far {} are"
NO_IMPORTANCES = "unknown: the trials that were trained to the end differ too little"
DASHBOARD = (
    "The trials are stored in Optuna's tables in the same database. If you install optuna-dashboard, it shows them "
    "too, under the name {}. It counts trials from 0: trial 1 here is trial 0 there."
)
CLOSED = (
    "The winner was chosen on validation; the search did not use its test part. Opening it counts once, for the "
    "winner's configuration."
)
OVER_ONLY = "You can reveal the winner's test score when the search is over: let it finish, or stop it."
NO_FINAL_RUN = (
    "This search was judged on folds and ended before the winner's settings were trained on the split. Train them on "
    "Train and open the test part on Evaluate."
)


def judged_on(config: SearchConfig) -> str:
    """Return what judges a trial: `validation`, `5 held-out folds`."""
    return f"{config.folds} held-out folds" if config.folds else "validation"


def value_of(found: Search, value: float, interval: tuple[float, float] | None = None) -> str:
    """Return a value of the objective as it is written, with its interval, or what is too few for one."""
    if found.config.objective != "log_loss":
        return percent(value, Interval(*interval) if interval else None, found.too_few)
    limits = ""
    if interval:
        low, high = interval
        limits = f" ({found.too_few or NO_INTERVAL if high == math.inf else f'{low:.3f}–{high:.3f}'})"
    return f"{value:.3f}{GAP}nats{limits}"


def headline(found: Search, winner: Winner | None = None) -> Headline:
    """Say how far a search is and what its best trial came to; of a winner that was revealed, its test score."""
    study, done = found.study, f"{len(found.trials)} of {count(found.config.n_planned, 'trial')}"
    best = f"Best so far: {_best(found)}" if found.best else "The best appears with the first finished trial."
    match study.state:
        case "queued":
            return Headline("Waiting for a worker.", best if found.best else "Then the first trials start.")
        case "running" if study.measuring:
            return measuring(study.measuring, "Then the first trials start.")
        case "running":
            return Headline(f"Searching: {done} done{_pruned(found)}.", best)
        case "failed":
            return Headline(f"The search failed after {done}.", study.error or "")
        case "cancelled":
            return Headline(
                f"Paused after {done}{_pruned(found)}.", best if found.best else "Continue it, or stop it here."
            )
    if found.best is None:
        return Headline("No trial has a score.", failures(found) or "The search ended before a trial was finished.")
    if winner and winner.opened.opened:
        return _revealed(found, winner)
    chosen = value_of(found, found.best.value or 0.0, found.best.interval)
    first = f"Best of {count(len(found.trials), 'trial')}: {chosen} {OBJECTIVES[found.config.objective]}"
    return Headline(f"{first} on {judged_on(found.config)}.", f"{_beside(found)}{optimism(found)}")


def _revealed(found: Search, winner: Winner) -> Headline:
    run, test = winner.run, winner.run.summary["test"]
    answer = f"The winner is right on {accuracy_of(run, 'test')} of {count(test['n'], f'test {run.whole}')}."
    assert found.best is not None
    chosen = value_of(found, found.best.value or 0.0)
    f1 = f"Macro-F1 {macro_f1_of(run, 'test')}, log loss {test['log_loss']:.3f}. "
    was = f"It was chosen for its {chosen} {OBJECTIVES[found.config.objective]} on {judged_on(found.config)}. "
    return Headline(answer, f"{f1}{was}{optimism(found)}")


def _best(found: Search) -> str:
    assert found.best is not None
    value = value_of(found, found.best.value or 0.0, found.best.interval)
    return f"{value} {OBJECTIVES[found.config.objective]}. {_beside(found)}".strip()


def _beside(found: Search) -> str:
    """Return the best trial's other scores and its settings."""
    best, objective = found.best, found.config.objective
    assert best is not None
    other = [f"macro-F1 {percent(best.macro_f1)}"] if best.macro_f1 is not None and objective != "macro_f1" else []
    other += [f"accuracy {percent(best.accuracy)}"] if best.accuracy is not None and objective != "accuracy" else []
    scores = ", ".join(other)
    return f"Trial {best.trial}: {values(best.params)}; {scores}. "


def values(params: Mapping[str, Any]) -> str:
    """Return what a trial tries: `Learning rate 0.0056, Dropout 0.15`."""
    return ", ".join(f"{all_settings()[name].title} {written(name, value)}" for name, value in params.items())


def written(name: str, value: Any) -> str:
    """Return a searched value, perhaps as it was typed, as a person reads it."""
    value = validate(name, value)
    return f"{value:.3g}" if isinstance(value, float) else all_settings()[name].label(value)


def optimism(found: Search) -> str:
    """Say what having picked the best flatters by, and what to expect instead."""
    estimate = found.summary.optimism if found.summary else None
    n_complete = sum(trial.state == "complete" for trial in found.trials)
    if estimate is None:
        if n_complete < LEAST_FOR_OPTIMISM:
            return "With fewer than two trials, there was nothing to pick from."
        picking = f"Picking the best of {n_complete} inflates the score"
        if found.summary and found.too_few:
            return f"{picking} by an unknown amount: {found.too_few}."
        return f"{picking}; the search ended before it estimated by how much."
    expected = value_of(found, estimate.corrected, estimate.interval)
    size = f"{estimate.size:.3f}{GAP}nats" if found.config.objective == "log_loss" else points(estimate.size)
    late = n_complete - estimate.n_trials
    also = f" This estimate leaves out {count(late, 'trial')} that ended later." if late > 0 else ""
    left_in = "" if estimate.of_epochs or found.config.folds else f" {EPOCHS_LEFT_IN}"
    return (
        f"Picking the best of {estimate.n_trials} inflates the score by about {size}: expect {expected} on "
        f"new {_whole(found)}s.{left_in}{'' if found.study.active else also}"
    )


def failures(found: Search) -> str:
    """Say how many trials failed, and why the first did."""
    failed = [trial for trial in found.trials if trial.state == "failed"]
    if not failed:
        return ""
    return f"{count(len(failed), 'trial')} failed. Trial {failed[0].trial}: {failed[0].error}"


def searched(config: SearchConfig) -> str:
    """Say what is searched and how."""
    spans = ", ".join(f"{one.setting.title} {span(one)}" for one in config.space)
    how = ", weak trials stopped early" if config.prunes else ""
    how += ", with fast dropout masks" if config.masks_are_fast else ""
    return (
        f"Searched: {spans}. {SAMPLERS[config.sampler][0].upper()}{SAMPLERS[config.sampler][1:]}, "
        f"{count(config.n_planned, 'trial')} judged by {OBJECTIVES[config.objective]} on {judged_on(config)}{how}."
    )


def span(dimension: Dimension) -> str:
    """Return the range or the values of a setting that is searched."""
    if dimension.values:
        return " or ".join(written(dimension.name, value) for value in dimension.values)
    return f"{end_text(dimension.low)} to {end_text(dimension.high)}"


def progress(found: Search) -> str:
    """Say how far a search is, and about how long it takes."""
    text = f"{len(found.trials)} of {count(found.config.n_planned, 'trial')}"
    began = found.study.started_at
    if not found.study.active or began is None or found.study.heartbeat_at is None:
        return text
    if found.study.attempt > 1 or not found.trials:
        return text
    spent = (found.study.heartbeat_at - began).total_seconds()
    left = spent / len(found.trials) * (found.config.n_planned - len(found.trials))
    return f"{text} · about {duration(left)} left"


def importances_note(found: Search) -> str:
    """Say why nothing is said of what decides; empty where it is said."""
    if found.summary and found.summary.importances:
        return ""
    n = len(found.complete)
    if n < LEAST_FOR_IMPORTANCES:
        return TOO_FEW.format(n)
    return "follows" if found.study.active else NO_IMPORTANCES


def row(found: Search, trial: TrialResult | UnderWay) -> dict[str, Any]:
    """Return a trial as a row of the table."""
    tried = {all_settings()[name].title: written(name, value) for name, value in trial.params.items()}
    if isinstance(trial, UnderWay):
        return {"trial": trial.trial, "state": "training", **dict.fromkeys(SCORES), **tried, "epochs": None}
    return {
        "trial": trial.trial,
        "state": "best" if found.best is trial else _TRIAL_STATES[trial.state],
        "accuracy": None if trial.accuracy is None else 100 * trial.accuracy,
        "macro-F1": None if trial.macro_f1 is None else 100 * trial.macro_f1,
        "log loss": trial.log_loss,
        **tried,
        "epochs": trial.epochs or None,
    }


def end_text(end: float | None) -> str:
    """Return an end of a range without an exponent: `0.000032`."""
    value = end or 0.0
    return f"{value:.12f}".rstrip("0") if 0 < value < 1e-4 else f"{value:g}"


def _pruned(found: Search) -> str:
    n = sum(trial.state == "pruned" for trial in found.trials)
    return f", {n} of them stopped early" if n else ""


def _whole(found: Search) -> str:
    return found.config.base.data.whole


def uncertainty(found: Search) -> str:
    """Say how sure the scores in the table are."""
    best = found.best
    if best is None:
        return ""
    if best.interval is None:
        return f"Scores are on {count(best.n_tracks, _whole(found))} of {judged_on(found.config)}."
    n, limits = count(best.n_tracks, f"validation {_whole(found)}"), Interval(*best.interval)
    if nothing_told(limits):
        few = capitalized(found.too_few or f"these are {NO_INTERVAL}")
        return f"Each score is on {n}. {few}: any difference between trials could be chance."
    half = (limits.high - limits.low) / 2
    sure = f"Each score is on {n} and uncertain by about ±{points(half)}."
    return f"{sure} Smaller differences between trials could be chance."
