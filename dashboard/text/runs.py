"""Rows and sentences of the Runs page, and the command that repeats a run: pure functions."""

from datetime import UTC, datetime

from dashboard.text.badges import is_leaky
from dashboard.text.saved_scores import accuracy_of, macro_f1_of
from dashboard.text.train import duration
from dashboard.theme import count, percent
from genre_core.data.dataset import Part
from genre_core.evaluation.intervals import Interval
from genre_core.settings.config import ExperimentConfig, SoundConfig, labels_are_noisy
from genre_core.settings.names import all_settings, label_in
from genre_core.settings.naming import own_settings, said
from genre_core.store.schema import Run

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


def rate(run: Run, accuracy: float, interval: Interval | None) -> str:
    """Return an accuracy of a run as the list shows it: `80.1 % (77.7–82.2)`, and whether by segment, or leaky."""
    by = ", by segment" if run.noun == "segment" else ""
    return percent(accuracy, interval, "too few") + by + (", leaky" if is_leaky(run) else "")


def scores_of(run: Run, part: Part) -> str:
    """Return a run's scores on a part: `Test: right on 79.9 % (77.6–82.1) of 1,200 tracks, macro-F1 79.7 % (…)`."""
    what, n = " about the labels" if about_labels(run) else "", count(run.summary[part]["n"], run.noun)
    return f"{part.capitalize()}: right{what} on {accuracy_of(run, part)} of {n}, macro-F1 {macro_f1_of(run, part)}"


def about_labels(run: Run) -> bool:
    """Return whether a run's saved scores are about labels of which some are wrong."""
    return run.known_config is not None and labels_are_noisy(run.known_config.data)


def changed(run: Run) -> str:
    """Return the settings that differ from the product's own: `overlap 0.8, dropout 0`."""
    return changed_in(run.known_config) if run.known_config else "made by another version"


def changed_in(config: ExperimentConfig) -> str:
    """Return the settings of a configuration that differ from the product's own."""
    shown = [said(name, value) for name, value in own_settings(config).items() if name not in ELSEWHERE]
    if config.averaged_with:
        shown.insert(0, f"ensemble of {len(config.members)}")
    return ", ".join(shown) or "none"


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
