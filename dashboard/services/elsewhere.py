"""Runs judged on data that they did not come from: which data there are, and what came of it, once for each mapping."""

from collections.abc import Mapping
from typing import Any

from dashboard.services import datasets, sounds, tables
from dashboard.services.studies import Named
from dashboard.services.workers import store
from genre_core.judging.elsewhere import ElsewhereConfig, heard_alike
from genre_core.judging.partners import partners, with_pairs
from genre_core.settings.config import SOURCES, DatasetConfig, SoundConfig
from genre_core.settings.presets import PRESETS
from genre_core.store.schema import Run, Study
from genre_core.studies.kinds import ELSEWHERE
from genre_core.training.predictions import Unit

KINDS = ("clips", "table", "fma")
STUDIES = Named(ELSEWHERE, "elsewhere")


def offered(run: Run) -> dict[str, str]:
    """Return the data that a run can be judged on, by their names in the address: what is stored, and presets."""
    own, drawn = run.config.data, run.config.data.generator is not None
    stored = {} if drawn else tables.tables()
    there = {f"{kind}.{key}": title for kind in KINDS for key, title in stored.get(kind, ())}
    presets = {
        name: preset.title
        for name, preset in PRESETS.items()
        if preset.config.data != own and (preset.config.data.generator is not None) == drawn
    }
    distinct = {PRESETS[name].config.data: name for name in reversed(presets)}
    presets = {name: title for name, title in presets.items() if name in distinct.values()}
    return {
        name: title
        for name, title in {**there, **presets}.items()
        if not name.endswith(own.stored[0] if own.stored else "\x00")
    }


def data_of(run: Run, name: str) -> DatasetConfig:
    """Return the data of a name, cut and measured as those that the run learned from; raises DataError."""
    kind, _, key = name.partition(".")
    data = SOURCES[kind].model_validate({"table": key}) if key else PRESETS[name].config.data
    return heard_alike(data, run.config, datasets.dataset(run.config.data))


def genres(data: DatasetConfig) -> list[str]:
    """Return the genres of data, be they measured or not; raises DataError."""
    return sounds.genres(data) if isinstance(data, SoundConfig) else list(datasets.dataset(data).genres)


def paired(run: Run, theirs: list[str], said: Mapping[str, str]) -> dict[str, str]:
    """Return the run's genre for each of theirs that has one, as found by their names or as said."""
    return with_pairs(partners(run.context["genres"], theirs), said)


def config_of(run: Run, data: DatasetConfig, said: Mapping[str, str], unit: Unit) -> ElsewhereConfig:
    """Return what determines how a run does on other data."""
    return ElsewhereConfig(run=run.id, data=data, pairs=tuple(sorted(said.items())), unit=unit)


def result(study: Study) -> Mapping[str, Any]:
    """Return what a complete study came to."""
    (found,) = store().studies.results(study.id)
    return found
