"""Sentences about studies of every kind: their line in a list, and which settings have changed since."""

from collections.abc import Mapping

from dashboard.text.runs import changed_in, when
from dashboard.text.train import differing, first_of
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.naming import data_name
from genre_core.store.schema import Study
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.repeats.config import Folds, RepeatsConfig
from genre_core.studies.tuning.config import SearchConfig
from genre_core.values import Frozen

ANOTHER_VERSION = "another version's"
_STATES = {"queued": "waiting", "complete": "complete", "failed": "failed"}
_RUNNING = {"lens": "judging", "repeats": "training", "search": "searching"}
_CANCELLED = {"search": "paused"}


def state(study: Study) -> str:
    """Return the state of a study in a word."""
    if study.state == "running":
        return _RUNNING.get(study.kind, "working")
    return _CANCELLED.get(study.kind, "stopped") if study.state == "cancelled" else _STATES[study.state]


def label(study: Study, config: Frozen | None, tables: Mapping[str, str] | None = None) -> str:
    """Return a study as it stands in a list, which may cut its end off: when, its state, what it is about."""
    shown = "" if study.state == "complete" else f", {state(study)}"
    return f"{when(study.created_at)}{shown} · {about(config, tables)}"


def what_differs(config: ExperimentConfig, of: ExperimentConfig, done: str, whose: str) -> str:
    """Say where the settings are not those that a study is of; empty where they are."""
    found = differing(config, of, f"{done}:")
    return f"The settings differ from those {whose}: {first_of(found)}." if found else ""


def what_differs_from_run(config: ExperimentConfig, of: ExperimentConfig, name: str) -> str:
    """Say that a study would be of these settings, where they are not those of the run of that name."""
    found = differing(config, of, "that run")
    return f"The settings in the sidebar are used, not those of {name}: {first_of(found)}." if found else ""


def about(config: Frozen | None, tables: Mapping[str, str] | None = None) -> str:
    """Return what a study is about, by its configuration; `tables` are names by their hashes."""
    match config:
        case LensConfig():
            return data_name(config.experiment.data, tables or {})
        case RepeatsConfig():
            changed = changed_in(config.experiment)
            return f"{how_often(config)} · {'the usual settings' if changed == 'none' else changed}"
        case SearchConfig():
            return ", ".join(one.setting.title.lower() for one in config.space)
    return ANOTHER_VERSION


def how_often(config: RepeatsConfig) -> str:
    """Return how a configuration is repeated: `10 seeds of the network`, `5 folds, dealt 3 times`."""
    if isinstance(config.what, Folds):
        again = f", shuffled {config.what.repeats} times" if config.what.repeats > 1 else ""
        return f"{config.what.k} folds{again}"
    of = {"network": "the network", "split": "the split", "both": "network and split"}[config.what.vary]
    return f"{config.what.times} seeds of {of}"
