"""What pages say of studies of every kind: how one stands in a list, and which settings are no longer its own."""

from collections.abc import Collection

from dashboard.sentences.runs import when
from dashboard.theme import count
from genre_core.config import ExperimentConfig
from genre_core.settings import all_settings, differences
from genre_core.store import Study

ANOTHER_VERSION = "another version's"
MOST_NAMED = 3
_STATES = {"queued": "waiting", "complete": "complete", "failed": "failed"}
_RUNNING = {"lens": "judging", "repeats": "training", "search": "searching"}
_CANCELLED = {"search": "paused"}


def state(study: Study) -> str:
    """Return the state of a study in a word."""
    if study.state == "running":
        return _RUNNING.get(study.kind, "at work")
    return _CANCELLED.get(study.kind, "stopped") if study.state == "cancelled" else _STATES[study.state]


def label(what: str, study: Study) -> str:
    """Return a study as it stands in a list, which may cut its end off: when, its state, what it is about."""
    return f"{when(study.created_at)}{'' if study.state == 'complete' else f', {state(study)}'} · {what}"


def what_differs(
    config: ExperimentConfig, of: ExperimentConfig, done: str, whose: str, but: Collection[str] = ()
) -> str:
    """Say where the settings, `but` some, are not those that a study is of; empty where they are."""
    named = all_settings()
    found = [
        f"{named[name].title} {named[name].label(ours)} ({done}: {named[name].label(theirs)})"
        for name, (ours, theirs) in differences(config, of).items()
        if ours is not None and theirs is not None and name in named and name not in but
    ]
    if not found:
        return ""
    more = f" and {count(len(found) - MOST_NAMED, 'other')}" if len(found) > MOST_NAMED else ""
    return f"The settings are no longer those {whose}: {', '.join(found[:MOST_NAMED])}{more}."
