"""Rows and sentences of the Runs page, and the command that repeats a run: pure functions."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboard.text.badges import is_leaky, noun
from dashboard.text.saved_scores import accuracy_of, macro_f1_of
from dashboard.text.train import duration
from dashboard.theme import count, percent
from genre_core.data.dataset import Part
from genre_core.errors import RunStateError
from genre_core.evaluation.intervals import Interval
from genre_core.settings.config import ExperimentConfig, SoundConfig, labels_are_noisy
from genre_core.settings.names import all_settings, label_in
from genre_core.settings.naming import data_name, own_settings, said
from genre_core.store.openings import Openings
from genre_core.store.schema import Run
from genre_core.text import NO_INTERVAL, capitalized, nothing_told

STATES = {
    "queued": "○ waiting",
    "running": "▶ training",
    "paused": "❚❚ paused",
    "complete": "✓ complete",
    "failed": "✕ failed",
    "cancelled": "– cancelled",
}
"""A run's state in a symbol and a word."""

ELSEWHERE = frozenset({"data.table", "data.source"})
"""Settings that the list shows elsewhere, in the column of the data."""


@dataclass(frozen=True)
class Row:
    """One line of the list; validation figures are those of the best epoch, None before there is one.

    `test` is the test accuracy where somebody opened the test part of this run, `opened` how often its test set was.
    """

    run: Run
    settings: str
    data: str
    accuracy: float | None
    interval: Interval | None
    macro_f1: float | None
    test: str | None = None
    opened: str | None = None


def row(run: Run, tables: Mapping[str, str], opened: Openings) -> Row:
    """Return a run's line; `tables` are the names of stored tables by content hash."""
    found, test = run.summary.get("validation"), run.summary.get("test") if opened.opened else None
    interval = Interval(*found["accuracy_interval"]) if found else None
    accuracy, macro_f1 = (found["accuracy"], found["macro_f1"]) if found else (None, None)
    shown = rate(run, test["accuracy"], Interval(*test["accuracy_interval"])) if test else None
    times = f"{opened.n:,}×" if test else None
    return Row(run, changed(run), _data(run, tables), accuracy, interval, macro_f1, shown, times)


def rate(run: Run, accuracy: float, interval: Interval | None) -> str:
    """Return an accuracy of a run as the list shows it: `80.1 % (77.7–82.2)`, and whether by segment, or leaky."""
    by = ", by segment" if noun(run) == "segment" else ""
    return percent(accuracy, interval, "too few") + by + (", leaky" if is_leaky(run) else "")


def scores_of(run: Run, part: Part) -> str:
    """Return a run's scores on a part: `Test: right on 79.9 % (77.6–82.1) of 1,200 tracks, macro-F1 79.7 % (…)`."""
    what, n = " about the labels" if about_labels(run) else "", count(run.summary[part]["n"], noun(run))
    return f"{part.capitalize()}: right{what} on {accuracy_of(run, part)} of {n}, macro-F1 {macro_f1_of(run, part)}"


def about_labels(run: Run) -> bool:
    """Return whether a run's saved scores are about labels of which some are wrong."""
    try:
        return labels_are_noisy(run.config.data)
    except RunStateError:
        return False


def changed(run: Run) -> str:
    """Return the settings that differ from the product's own: `overlap 0.8, dropout 0`."""
    try:
        return changed_in(run.config)
    except RunStateError:
        return "made by another version"


def changed_in(config: ExperimentConfig) -> str:
    """Return the settings of a configuration that differ from the product's own."""
    shown = [said(name, value) for name, value in own_settings(config).items() if name not in ELSEWHERE]
    if config.averaged_with:
        shown.insert(0, f"ensemble of {len(config.members)}")
    return ", ".join(shown) or "none"


def _data(run: Run, tables: Mapping[str, str]) -> str:
    try:
        return data_name(run.config.data, tables)
    except RunStateError:
        return "unknown"


def answer(rows: Sequence[Row]) -> str:
    """Say how many runs there are and which is the best on validation, among those on the data of the latest."""
    runs = count(len(rows), "run")
    peers = _peers(rows)
    if not peers:
        return f"{runs}; none is complete yet."
    best = _best(peers)
    mark = " (leaky)" if is_leaky(best.run) else ""
    what = " about the labels" if about_labels(best.run) else ""
    right = f"right{what} on {percent(best.accuracy or 0.0)} of its validation tracks{mark}"
    if len(rows) == 1:
        return f"1 run, {right}."
    n_data = len({row.run.context.get("data_hash") for row in rows if row.accuracy is not None})
    if n_data > 1:
        return f"{runs} on {n_data} data sets; the best run on the latest one is {best.run.name}, {right}."
    return f"{runs}; the best on validation is {best.run.name}, {right}."


def caution(rows: Sequence[Row]) -> str:
    """Say what the order of the list can and cannot tell."""
    peers = _peers(rows)
    n_data = len({row.run.context.get("data_hash") for row in rows if row.accuracy is not None})
    first = "Only runs on the same data can be compared. " if n_data > 1 else ""
    choosing = f"{first}Choose by validation. A test score appears here after you open the test part on Evaluate."
    if not peers:
        return choosing
    best = _best(peers)
    if best.interval and nothing_told(best.interval):
        few = capitalized(best.run.too_few("validation") or f"its validation tracks are {NO_INTERVAL}")
        return f"{few}. {choosing}" if len(peers) == 1 else f"{first}{few}. The order could be chance."
    low = best.interval.low if best.interval else 0.0
    near = sum(1 for row in peers if row is not best and row.interval and row.interval.high >= low)
    if not near:
        return choosing
    verb = "overlaps" if near == 1 else "overlap"
    intervals = "interval" if near == 1 else "intervals"
    return (
        f"{first}The {intervals} of {count(near, 'other run')} {verb} that of the best one: the order could be chance."
    )


def _peers(rows: Sequence[Row]) -> list[Row]:
    """Return the complete runs on the same data as the latest of them, newest first."""
    judged = [row for row in rows if row.accuracy is not None]
    return [row for row in judged if row.run.context.get("data_hash") == judged[0].run.context.get("data_hash")]


def _best(rows: Sequence[Row]) -> Row:
    return max(rows, key=lambda row: row.accuracy or 0.0)


def command(run: Run) -> str:
    """Return the terminal command that repeats a run; of an ensemble one for each member, and one that averages them.

    Raises RunStateError where it was made by a version with other settings.
    """
    if not run.averages:
        return shlex.join([*_training(run.config), "--json"])
    names = [f"{run.id}-{number}" for number in range(1, run.averages + 1)]
    trainings = [
        shlex.join([*_training(member), "--part", "validation", "--name", name])
        for member, name in zip(run.config.members, names, strict=True)
    ]
    return "\n".join([*trainings, shlex.join(["python", "-m", "genre_core", "ensemble", *names, "--json"])])


def _training(config: ExperimentConfig) -> list[str]:
    words = ["python", "-m", "genre_core", "train"]
    for name, value in own_settings(config).items():
        words += [f"--{name}", _typed(value)]
    return words


def copies(config: ExperimentConfig) -> str:
    """Say which copies of its training clips a run learned from as well; empty without any."""
    if not isinstance(config.data, SoundConfig) or not config.data.changes:
        return ""
    changed = label_in(config, "data.copies", config.data.copies)
    return f"{count(len(config.data.changes), 'copy', 'copies')} of each training clip: {changed}"


def changed_at_random(config: ExperimentConfig) -> str:
    """Say how a run's training clips were changed at random in each epoch; empty where they were not."""
    asked = {f"model.{name}": getattr(config.model, name) for name in config.model.changes}
    asked["train.mixup"] = config.train.mixup
    units = {name: all_settings()[name].unit for name in asked}
    units = {name: units[name].removesuffix("s") if value == 1 else units[name] for name, value in asked.items()}
    found = [f"{said(name, value)} {units[name]}".rstrip() for name, value in asked.items() if value]
    return f"{', '.join(found)}; training clips only" if found else ""


def when(then: datetime, now: datetime | None = None) -> str:
    """Return how long ago something was: `just now`, `5 min ago`, `3 h ago`, `2 days ago`."""
    seconds = ((now or datetime.now(UTC)) - then).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min ago"
    return f"{seconds / 3600:.0f} h ago" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days ago"


def clock(then: datetime) -> str:
    """Return a moment as `22 Nov 2026, 13:55 UTC`."""
    return f"{then.day} {then:%b %Y, %H:%M} UTC"


def state_sentence(run: Run) -> str:
    """Say how a run stands: why it failed, how far it is, or when and how long it trained."""
    took = "" if run.seconds is None else f" It took {duration(run.seconds)}."
    match run.state:
        case "failed":
            return run.error or "It failed."
        case "complete" if run.averages:
            return f"The mean probability of {run.averages} networks, without epochs of its own.{took}"
        case "complete":
            return f"{count(run.epoch, 'epoch')}; epoch {run.best_epoch} was the best on validation.{took}"
        case "cancelled":
            return "Stopped before its first epoch, so nothing was learned."
        case "queued":
            return "Waiting for a free worker."
        case "paused":
            return f"Paused after {count(run.epoch, 'epoch')}."
        case _:
            return f"{count(run.epoch, 'epoch')} trained so far."


def _typed(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
