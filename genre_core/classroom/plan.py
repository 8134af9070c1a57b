"""The plan of a class, which students see and may change: decided by the teacher, kept by the server."""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from genre_core.errors import ConfigError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import all_settings, configure, flatten
from genre_core.settings.paces import PACES
from genre_core.settings.presets import OPENING, PRESETS
from genre_core.text import joined
from genre_core.values import Frozen

PAGES: Mapping[str, str] = {
    "train": "Train",
    "evaluate": "Evaluate",
    "genres": "Genres",
    "predict": "Predict",
    "listen": "Listen",
    "compare": "Compare",
    "repeat": "Repeat",
    "tune": "Tune",
    "lens": "Split lens",
    "data": "Data",
    "runs": "Runs",
}
"""Pages that a class may have, by their names in an address; Train it always has."""
USUAL_PAGES = ("train", "evaluate", "genres", "listen", "compare", "runs")
MOST_TRACKS, MOST_EPOCHS = 20_000, 300
"""Generated tracks, and epochs, that a student's run may have at most."""
MOST_RUNS, MOST_AT_ONCE = 60, 2
"""Runs of one student in a class, and how many of them train or wait at a time."""

Line = Annotated[str, Field(max_length=120)]


class ClassPlan(Frozen):
    """The view of students: a `title`, a `task`, `pages`, the settings they begin with, and those that they may change.

    `said` are the preset and settings as an address says them; `moves` are the names of settings that may be changed,
    None where all may. `lesson` is one to begin with, or empty: it has settings of its own, so none are locked. With
    `together`, nobody sees what came of a prediction before the teacher shows it. All runs train at `pace`, or at the
    one that a student chooses where it is empty.
    """

    title: Line = ""
    task: Annotated[str, Field(max_length=600)] = ""
    pages: tuple[str, ...] = USUAL_PAGES
    said: tuple[tuple[str, str], ...] = ()
    moves: tuple[str, ...] | None = None
    together: bool = False
    lesson: Annotated[str, Field(max_length=60, pattern=r"[a-z0-9-]*")] = ""
    pace: str = ""

    @field_validator("title", "task")
    @classmethod
    def _trim(cls, text: str) -> str:
        return text.strip()

    @field_validator("pages")
    @classmethod
    def _with_train(cls, pages: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [name for name in pages if name not in PAGES]:
            raise ValueError(f"there is no page named {joined(unknown)}")
        return tuple(name for name in PAGES if name == "train" or name in pages)

    @model_validator(mode="after")
    def _fits(self) -> "ClassPlan":
        if unknown := [name for name in self.moves or () if name not in all_settings()]:
            raise ValueError(f"there is no setting named {joined(unknown)}")
        if self.pace and self.pace not in PACES:
            raise ValueError(f"there is no pace called “{self.pace[:40]}”")
        if self.lesson and self.moves is not None:
            raise ValueError("a lesson has settings of its own: let students change everything")
        _ = self.config
        return self

    @cached_property
    def config(self) -> ExperimentConfig:
        """Return the configuration that students begin with. Raises ConfigError where the settings do not fit."""
        said = dict(self.said)
        base = PRESETS.get(said.pop("preset", OPENING.name), OPENING)
        return configure(said, base.config)

    def locked(self) -> frozenset[str]:
        """Return the names of the settings that students cannot change."""
        return frozenset() if self.moves is None else frozenset(all_settings()) - set(self.moves)

    def kept(self, said: Mapping[str, str]) -> dict[str, str]:
        """Return an address's preset and settings with the preset, and what is locked, as the plan has them."""
        if self.moves is None:
            return dict(said)
        moved = {name: text for name, text in said.items() if name in self.moves}
        return {name: text for name, text in self.said if name not in self.moves} | moved

    def why_not(self, config: ExperimentConfig) -> str:
        """Return the sentence why a student may not train this; empty where nothing speaks against it."""
        own, values = flatten(self.config), flatten(config)
        for name in sorted(self.locked()):
            if values.get(name) != own.get(name):
                setting = all_settings()[name]
                return f"{setting.title} is locked in this class{_as_it_is(setting.label(own.get(name)))}."
        return self.too_large(config)

    def too_large(self, config: ExperimentConfig) -> str:
        """Return the sentence why a configuration is too large for a class; empty where it is not."""
        if flatten(config).get("data.n_samples", 0) > MOST_TRACKS:
            return f"A class trains on at most {MOST_TRACKS:,} tracks: choose fewer."
        if config.train.max_epochs > MOST_EPOCHS:
            return f"A class trains for at most {MOST_EPOCHS} epochs: choose fewer."
        return ""


def _as_it_is(label: str) -> str:
    return f": {label}" if label else ""


@lru_cache(maxsize=256)
def plan_of(document: str) -> ClassPlan:
    """Return a plan as it was stored. Raises ConfigError where another version wrote it."""
    try:
        return ClassPlan.model_validate_json(document)
    except ValueError as error:
        raise ConfigError("This class was prepared by another version of Genre Lab: prepare it again.") from error


def page_names(pages: Sequence[str]) -> str:
    """Return pages as a sentence names them."""
    return joined([PAGES[name] for name in pages])
