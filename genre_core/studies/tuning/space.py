"""Settings that can be searched: settings of network and training, in the bounds and on the scale of their own fields.

Data and split stay as they are: all trials are judged on the same tracks. Seeds stay too, since the best of several
seeds is luck and no setting.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from genre_core.errors import ConfigError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import TAGS, Setting, all_settings, flatten, settings, validate
from genre_core.values import Frozen

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

SECTIONS = ("model", "train")
_TAGS = {f"{section}.{tag}" for section, (tag, _) in TAGS.items()}
DECADES = 1.5
"""How far a suggested range on a log scale goes from the present value, either way."""
MOST_STEPS = 100
GRID_VALUES = 5
"""How many values of a range a grid takes."""
MOST_VALUES = 20
_RANGE, _OR = "..", "|"


class Dimension(Frozen):
    """One setting that is searched: from `low` to `high`, or among `values`, written as they are typed."""

    name: str
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()

    @property
    def setting(self) -> Setting:
        """Return what its field says of it."""
        return all_settings()[self.name]

    @property
    def said(self) -> str:
        """Return the range or the values as a person reads them: `0.0001 to 0.1`, `64, 32 | 128, 64`."""
        if self.values:
            return f" {_OR} ".join(self.setting.label(validate(self.name, value)) for value in self.values)
        return f"{self.low:g} to {self.high:g}"

    @property
    def text(self) -> str:
        """Return it as `read_dimension` takes it: `model.dropout=0.1..0.5`."""
        span = _OR.join(self.values) if self.values else f"{self.low:g}{_RANGE}{self.high:g}"
        return f"{self.name}={span}"


def searchable(base: ExperimentConfig, chosen: Sequence[str] = ()) -> tuple[Setting, ...]:
    """Return the settings that a search can vary around `base`; some need another that is among those `chosen`."""
    found = [item for item in settings(base) if item.section in SECTIONS and _may_vary(item)]
    values = flatten(base)

    def acts(item: Setting) -> bool:
        needed = {f"{item.section}.{name}": value for name, value in (item.when or {}).items()}
        return all(name in chosen or values[name] == value for name, value in needed.items())

    return tuple(item for item in found if acts(item))


def suggested(base: ExperimentConfig, name: str, longest: float = math.inf) -> Dimension:
    """Return the range that a search starts with: that of the setting's field, on a log scale about the present value.

    What is cut from a sound is shorter than the longest, in seconds.
    Raises ConfigError where a search cannot vary it.
    """
    item = _searchable(name)
    value = flatten(base).get(name, item.default)
    if item.kind == "layers":
        widths = [[max(1, round(width * factor)) for width in value] for factor in (0.5, 1, 2)]
        texts = [",".join(str(min(1024, width)) for width in layer) for layer in widths]
        return Dimension(name=name, values=tuple(dict.fromkeys(texts)))
    if item.kind in ("choice", "bool"):
        return Dimension(name=name, values=item.choices or ("false", "true"))
    assert item.low is not None
    assert item.high is not None
    low, high = item.low, item.high
    if item.scale == "log":
        low, high = max(low, value * 10**-DECADES), min(high, value * 10**DECADES)
        low, high = (round(low), round(high)) if item.kind == "int" else (_short(low), _short(high))
    elif item.unit == "seconds" and item.step and longest <= high:
        high = item.step * max(1, math.ceil(longest / item.step) - 1)
    elif item.step and (high - low) / item.step > MOST_STEPS:
        high = low + MOST_STEPS * item.step
    return Dimension(name=name, low=max(item.low, low), high=min(item.high, high))


def read_dimension(text: str, base: ExperimentConfig, longest: float = math.inf) -> Dimension:
    """Read `train.learning_rate`, `model.dropout=0.1..0.5` or `model.hidden=64,32|128,64`; `longest` as in `suggested`.

    Raises ConfigError where there is no such setting, a search cannot vary it, or a value does not fit it.
    """
    name, equals, span = text.partition("=")
    name, span = name.strip(), span.strip()
    if not equals:
        return suggested(base, name, longest)
    _searchable(name)
    if _RANGE in span and _OR not in span:
        ends = span.split(_RANGE)
        low, high = (_number(name, end) for end in (ends[0], ends[-1]))
        return check(Dimension(name=name, low=low, high=high))
    return check(Dimension(name=name, values=tuple(part.strip() for part in span.split(_OR))))


def check(dimension: Dimension) -> Dimension:
    """Return the dimension if it fits its setting's field. Raises ConfigError where it does not."""
    item = _searchable(dimension.name)
    if dimension.values:
        if dimension.low is not None or dimension.high is not None:
            raise ConfigError(f"{item.name} has both values and a range: give one of them.")
        if len(dimension.values) > MOST_VALUES:
            raise ConfigError(f"{item.name} has {len(dimension.values)} values: give at most {MOST_VALUES}.")
        read = [plain(validate(item.name, value)) for value in dimension.values]
        if len(set(read)) < len(read):
            raise ConfigError(f"{item.name} names a value twice: give each once.")
        return dimension
    if item.kind not in ("int", "float"):
        raise ConfigError(
            f"{item.name} has no range: name its values, as {suggested(ExperimentConfig(), item.name).text}."
        )
    if dimension.low is None or dimension.high is None:
        raise ConfigError(f"{item.name} needs a lowest and a highest value.")
    for end in (dimension.low, dimension.high):
        validate(item.name, end)
    if dimension.low > dimension.high:
        raise ConfigError(
            f"{item.name} goes from {dimension.low:g} down to {dimension.high:g}: put the lower end first."
        )
    return dimension


def n_points(dimension: Dimension) -> float:
    """Return how many values a dimension has; infinity for a range of real numbers."""
    if dimension.values:
        return len(dimension.values)
    assert dimension.low is not None
    assert dimension.high is not None
    if dimension.low == dimension.high:
        return 1
    return dimension.high - dimension.low + 1 if dimension.setting.kind == "int" else math.inf


def grid_values(dimension: Dimension) -> tuple[Any, ...]:
    """Return the values that a grid takes: those named, or evenly spaced ones on the setting's scale."""
    if dimension.values:
        return tuple(plain(validate(dimension.name, value)) for value in dimension.values)
    low, high, item = float(dimension.low or 0.0), float(dimension.high or 0.0), dimension.setting
    shares = [number / (GRID_VALUES - 1) for number in range(GRID_VALUES)]
    if item.scale == "log":
        found = [low * (high / low) ** share for share in shares]
    else:
        found = [low + (high - low) * share for share in shares]
    exact = [low, *(min(high, max(low, _rounded(value, item))) for value in found[1:-1]), high]
    return tuple(dict.fromkeys(int(value) if item.kind == "int" else value for value in exact))


def grid(space: Sequence[Dimension]) -> list[dict[str, Any]]:
    """Return all points of the grid of a space."""
    names = [dimension.name for dimension in space]
    return [dict(zip(names, point, strict=True)) for point in product(*(grid_values(one) for one in space))]


def grid_size(space: Sequence[Dimension]) -> int:
    """Return how many points the grid of a space has."""
    return math.prod(len(grid_values(dimension)) for dimension in space)


def distributions(space: Sequence[Dimension]) -> "Mapping[str, BaseDistribution]":
    """Return a space as Optuna has it."""
    return {dimension.name: _distribution(dimension) for dimension in space}


def _distribution(dimension: Dimension) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if dimension.values:
        return CategoricalDistribution(grid_values(dimension))
    assert dimension.low is not None
    assert dimension.high is not None
    low, high, item, log = dimension.low, dimension.high, dimension.setting, dimension.setting.scale == "log"
    if item.kind == "int":
        return IntDistribution(int(low), int(high), log=log)
    if log or not item.step or not _divides(item.step, high - low):
        return FloatDistribution(low, high, log=log)
    return FloatDistribution(low, high, step=item.step)


def _searchable(name: str) -> Setting:
    item = all_settings().get(name)
    if item is None:
        raise ConfigError(f"There is no setting named {name}.")
    if item.section not in SECTIONS:
        raise ConfigError(f"{name} cannot be searched: all trials are judged on the same tracks.")
    if name.endswith("seed"):
        raise ConfigError(f"{name} cannot be searched: the best of several seeds is just luck.")
    if not _may_vary(item):
        raise ConfigError(f"{name} cannot be searched: it stays as it is for all trials.")
    return item


def _may_vary(item: Setting) -> bool:
    """Return whether trials may differ in a setting: not in a seed, the kind of network, or how it is computed."""
    return not (item.name.endswith("seed") or item.name in _TAGS or item.technical or item.kind == "text")


def plain(value: Any) -> Any:
    """Return a value as Optuna stores it: layers as text."""
    return ",".join(str(width) for width in value) if isinstance(value, tuple) else value


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ConfigError(f"{name} goes from {text!r}, which is no number: write it like {name}=0.1..0.5.") from error


def _divides(step: float, span: float) -> bool:
    return math.isclose(round(span / step) * step, span, rel_tol=1e-9)


def _rounded(value: float, item: Setting) -> float:
    if item.kind == "int":
        return round(value)
    if item.step and item.scale == "linear":
        return float(f"{round(value / item.step) * item.step:.10g}")
    return _short(value)


def _short(value: float) -> float:
    return float(f"{value:.2g}")
