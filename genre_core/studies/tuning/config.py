"""Configuration of a search: where it starts, what it varies, how it chooses, and what it is judged by."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from genre_core.errors import ConfigError
from genre_core.settings.config import ExperimentConfig, SplitConfig
from genre_core.settings.names import all_settings, configure, flatten
from genre_core.studies.tuning.space import Dimension, check, grid_size, grid_values, n_points, plain, searchable
from genre_core.values import Frozen, Seed

Sampler = Literal["grid", "random", "tpe"]
Objective = Literal["accuracy", "macro_f1", "log_loss"]

SAMPLERS: Mapping[Sampler, str] = {"tpe": "TPE, learns from trials", "random": "random", "grid": "grid"}
OBJECTIVES: Mapping[Objective, str] = {"accuracy": "accuracy", "macro_f1": "macro-F1", "log_loss": "log loss"}
MOST_TRIALS = 1000
MOST_DIMENSIONS = 8


class SearchConfig(Frozen):
    """Everything that determines a search.

    With `folds` each trial is trained once per fold and judged by the mean over the folds held out; pruning is then of
    no effect. At 0 the validation part of the one split judges.
    """

    base: ExperimentConfig = ExperimentConfig()
    space: tuple[Dimension, ...] = Field((), max_length=MOST_DIMENSIONS)
    sampler: Sampler = "tpe"
    n_trials: int = Field(50, ge=1, le=MOST_TRIALS)
    objective: Objective = "accuracy"
    folds: int = Field(0, ge=0, le=10)
    pruning: bool = True
    fast_masks: bool = True
    seed: Seed = 0

    @model_validator(mode="after")
    def _can_be_searched(self) -> Self:
        names = [dimension.name for dimension in self.space]
        if not names:
            raise ValueError("there is nothing to search: choose at least one setting")
        if len(set(names)) < len(names):
            raise ValueError("a setting is searched twice: name each once")
        if self.folds == 1:
            raise ValueError("1 fold leaves nothing to learn from: take at least 2 folds, or 0 for the split alone")
        if self.base.split.folds:
            raise ValueError("the settings already hold out a fold: start from settings without folds")
        able = {item.name for item in searchable(self.base, names)}
        for dimension in self.space:
            try:
                check(dimension)
            except ConfigError as error:
                raise ValueError(str(error).rstrip(".")) from error
            if dimension.name not in able:
                raise ValueError(_idle(dimension.name, self.base))
        if all(n_points(dimension) == 1 for dimension in self.space):
            raise ValueError(
                "this space is one point, so there is nothing to choose from: widen a range or add a value"
            )
        return self

    @property
    def maximize(self) -> bool:
        """Return whether more is better."""
        return self.objective != "log_loss"

    @property
    def prunes(self) -> bool:
        """Return whether trials that fall behind are ended early."""
        return self.pruning and not self.folds

    @property
    def masks_are_fast(self) -> bool:
        """Return whether trials draw dropout masks from the fast generator where the base would not."""
        varied = [one for one in self.space if one.name.startswith("model.")]
        tried = (configure({one.name: value}, self.base) for one in varied for value in grid_values(one))
        return self.fast_masks and any(each.model.faster() != each.model for each in (self.base, *tried))

    @property
    def n_planned(self) -> int:
        """Return how many trials there will be: a grid ends with its last point."""
        return min(self.n_trials, grid_size(self.space)) if self.sampler == "grid" else self.n_trials

    def better(self, value: float, than: float | None) -> bool:
        """Return whether a value is better than another; everything is better than none."""
        return than is None or (value > than if self.maximize else value < than)


def search_config(base: ExperimentConfig, space: Sequence[Dimension], **how: Any) -> SearchConfig:
    """Return a search around `base`. Raises ConfigError where something in it does not fit."""
    try:
        return SearchConfig(base=base, space=tuple(space), **how)
    except ValidationError as error:
        raise ConfigError(" ".join(_sentence(detail) for detail in error.errors())) from error


def trial_config(config: SearchConfig, params: Mapping[str, Any]) -> ExperimentConfig:
    """Return the configuration of one trial, on the split of the base.

    Raises ConfigError where the values do not fit together.
    """
    one = configure(params, config.base)
    return one.model_copy(update={"model": one.model.faster()}) if config.fast_masks else one


def fold_configs(config: SearchConfig, params: Mapping[str, Any]) -> list[ExperimentConfig]:
    """Return what is trained for one trial: its configuration, once per fold where there are folds."""
    one = trial_config(config, params)
    if not config.folds:
        return [one]
    split = one.split.model_dump()
    splits = [SplitConfig(**split | {"folds": config.folds, "fold": k}) for k in range(1, config.folds + 1)]
    return [one.model_copy(update={"split": each}) for each in splits]


def params_of(config: SearchConfig, experiment: ExperimentConfig) -> dict[str, Any]:
    """Return what a trial with this configuration tries: the value of each setting that is searched."""
    values = flatten(experiment)
    return {one.name: plain(values[one.name]) for one in config.space if one.name in values}


def trial_of(config: SearchConfig, member: int) -> int:
    """Return the trial that a run of the study belongs to, by its number there."""
    return (member - 1) // max(1, config.folds) + 1


def _idle(name: str, base: ExperimentConfig) -> str:
    item = all_settings()[name]
    if item.when:
        other, needed = next(iter(item.when.items()))
        return f"{name} does nothing unless {item.section}.{other} is {needed}: choose that, or search it as well"
    return f"{name} is no setting of this network ({base.model.architecture}): search settings that it has"


def _sentence(detail: Any) -> str:
    """Say what is wrong with one field of a search."""
    if detail["type"] == "value_error":
        text = str(detail["ctx"]["error"])
        return f"{text[0].upper()}{text[1:]}." if not text.startswith(("train.", "model.")) else f"{text}."
    where = {"n_trials": "The number of trials", "folds": "The number of folds", "seed": "The seed"}
    name = str(detail["loc"][0]) if detail["loc"] else ""
    bounds = {"greater_than_equal": ("ge", "lowest"), "less_than_equal": ("le", "highest")}
    if detail["type"] in bounds:
        key, word = bounds[detail["type"]]
        return f"{where.get(name, name)} is {detail['input']}, but the {word} allowed is {detail['ctx'][key]:,}."
    if detail["type"] == "too_long":
        return f"A search varies at most {MOST_DIMENSIONS} settings at a time: choose fewer."
    return f"{where.get(name, name)} is {detail['input']!r}, which does not fit."
