"""Settings by their dotted names: what the fields of a configuration say, for whatever shows or reads them.

`settings(config)` lists them, `flatten(config)` gives their values, `configure(values)` builds a configuration from
values as they are typed in an address or a terminal, and says in one sentence each what is wrong with them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from genre_core.errors import ConfigError
from genre_core.networks import ARCHITECTURES, NetworkConfig
from genre_core.settings.config import SOURCES, BeforeConfig, ExperimentConfig, SoundConfig, SplitConfig, TrainConfig
from genre_core.text import capitalized, unbroken
from genre_core.values import Frozen

Kind = Literal["int", "float", "bool", "choice", "layers", "text"]
Values = Mapping[str, Any]

SECTIONS = ("data", "split", "model", "train", "before")
"""The parts of a configuration, in the order in which they are shown."""
BRANCH = "before.epochs"
"""The setting without which there is no branch, and none of the settings before it."""
_HASH = re.compile(r"[0-9a-f]{64}")
TAGS: Mapping[str, tuple[str, str]] = {"data": ("source", "Source"), "model": ("architecture", "Network")}
"""The field that says which variant a section is, and its title on screen."""

_VARIANTS: Mapping[str, tuple[type[Frozen], ...]] = {
    "split": (SplitConfig,),
    "train": (TrainConfig,),
    "before": (BeforeConfig,),
}


@dataclass(frozen=True)
class Setting:
    """One setting of a configuration, as its field declares it."""

    name: str
    """Dotted name, such as `train.learning_rate`."""
    kind: Kind
    default: Any
    title: str
    help: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    scale: Literal["linear", "log"] = "linear"
    unit: str = ""
    choices: tuple[str, ...] = ()
    labels: Mapping[str, str] | None = None
    when: Mapping[str, str] | None = None
    technical: bool = False

    @property
    def section(self) -> str:
        """Return the part of the configuration it belongs to: data, split, model, train or before."""
        return self.name.partition(".")[0]

    def label(self, value: Any) -> str:
        """Return a value as a person reads it: `0.3`, `128, 64, 32`, `training median`, the start of a hash."""
        if self.kind == "layers":
            return ", ".join(str(width) for width in value)
        if self.kind == "bool":
            return "yes" if value else "no"
        if self.kind == "choice":
            return (self.labels or {}).get(value, str(value))
        if self.kind == "int" and not self.name.endswith("seed"):
            return f"{value:,}"
        if isinstance(value, str) and _HASH.fullmatch(value):
            return value[:8]
        return f"{value:g}" if isinstance(value, float) else str(value)


def settings(config: ExperimentConfig) -> tuple[Setting, ...]:
    """List the settings that a configuration has, in the order of their declaration."""
    return tuple(
        item for section in _sections(config) for item in _section_settings(section, getattr(config, section).__class__)
    )


def all_settings() -> Mapping[str, Setting]:
    """Return every setting of every variant of every section, by its dotted name."""
    return _all_settings(tuple(SOURCES.values()), tuple(ARCHITECTURES.values()))


@cache
def _all_settings(_sources: tuple[type[Frozen], ...], _networks: tuple[type[Frozen], ...]) -> Mapping[str, Setting]:
    parts = [(section, variant) for section in SECTIONS for variant in variants(section)]
    found: dict[str, Setting] = {}
    for item in (item for section, variant in parts for item in _section_settings(section, variant)):
        found.setdefault(item.name, item)
    last = {f"{section}.{field}" for section, variant in parts for field in _last(variant)}
    sections = list(dict.fromkeys(section for section, _ in parts))
    return dict(sorted(found.items(), key=lambda pair: (sections.index(pair[1].section), pair[0] in last)))


def help_of(name: str) -> str:
    """Return the help of a setting; where variants of its section explain it in other words, those of each."""
    helps: dict[str, str] = {}
    for variant in variants(name.partition(".")[0]):
        for one in _section_settings(name.partition(".")[0], variant):
            if one.name == name:
                helps.setdefault(one.help, capitalized(getattr(variant, "title", "")))
    return " ".join(f"{title}: {help}" if len(helps) > 1 else help for help, title in helps.items())


def variants(section: str) -> tuple[type[Frozen], ...]:
    """Return the models that a section may be: each source, each network there is, or the one model."""
    match section:
        case "data":
            return tuple(SOURCES.values())
        case "model":
            return tuple(ARCHITECTURES.values())
        case _:
            return _VARIANTS[section]


def flatten(config: ExperimentConfig) -> dict[str, Any]:
    """Return a configuration's values by their dotted names."""
    return {
        f"{section}.{field}": getattr(getattr(config, section), field)
        for section in _sections(config)
        for field in _fields(getattr(config, section).__class__)
    }


def labels(config: ExperimentConfig) -> dict[str, str]:
    """Return a configuration's values by their dotted names, as a person reads them."""
    return {name: label_in(config, name, value) for name, value in flatten(config).items()}


def label_in(config: ExperimentConfig, name: str, value: Any) -> str:
    """Return a value of a setting of this configuration as a person reads it: of sound, what is measured by default."""
    if name == "data.features" and isinstance(config.data, SoundConfig):
        return ", ".join(config.data.model_copy(update={"features": value}).sets)
    return all_settings()[name].label(value)


def differing_settings(configs: Sequence[ExperimentConfig]) -> dict[str, list[Any]]:
    """Return the settings that are not the same in all configurations: each one's value, None where it has none."""
    flat = [flatten(config) for config in configs]
    rows = {name: [values.get(name) for values in flat] for name in dict.fromkeys(name for one in flat for name in one)}
    return {name: values for name, values in rows.items() if len({repr(value) for value in values}) > 1}


def _sections(config: ExperimentConfig) -> tuple[str, ...]:
    """Return the sections that a configuration has: without a branch nothing comes before."""
    return tuple(section for section in SECTIONS if section != "before" or config.before.epochs)


def configure(values: Values, base: ExperimentConfig | None = None) -> ExperimentConfig:
    """Build a configuration from dotted names and typed or textual values, the rest taken from `base`.

    Raises ConfigError with one sentence for each value that is unknown, malformed or out of bounds.
    """
    tree: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for name, value in values.items():
        section, _, field = name.partition(".")
        if section not in SECTIONS or not field:
            raise ConfigError(f"There is no setting named {name}.")
        tree[section][field] = value
    start = base or ExperimentConfig()
    for section, changes in tree.items():
        tree[section] = {**_carried(start, section, changes), **changes}
    try:
        return ExperimentConfig.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(" ".join(explain(error))) from error


def explain(error: ValidationError) -> list[str]:
    """Return one sentence for each thing that is wrong with a configuration."""
    return [_sentence(detail) for detail in error.errors()]


def differences(config: ExperimentConfig, base: ExperimentConfig) -> dict[str, tuple[Any, Any]]:
    """Return the settings in which two configurations differ, as name → (value in `config`, value in `base`).

    A setting that only one of them has is paired with None.
    """
    ours, theirs = flatten(config), flatten(base)
    names = list(ours) + [name for name in theirs if name not in ours]
    pairs = {name: (ours.get(name), theirs.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _carried(start: ExperimentConfig, section: str, changes: Values) -> dict[str, Any]:
    """Return what the section keeps of `start`: nothing where another variant is asked for."""
    current = dict(getattr(start, section))
    tag = TAGS.get(section, ("", ""))[0]
    if tag and changes.get(tag, current[tag]) != current[tag]:
        return {}
    return current


def _section_settings(section: str, variant: type[Frozen]) -> tuple[Setting, ...]:
    return tuple(
        _tag_setting(section) if field == TAGS.get(section, ("", ""))[0] else _setting(f"{section}.{field}", info)
        for field, info in _fields(variant).items()
    )


def _last(variant: type[Frozen]) -> tuple[str, ...]:
    """Return the fields that stand below the others."""
    return variant.shown_last if issubclass(variant, NetworkConfig) else ()


@cache
def _fields(variant: type[Frozen]) -> Mapping[str, FieldInfo]:
    """Return the fields of a section in the order in which they are shown."""
    last = _last(variant)
    return dict(sorted(variant.model_fields.items(), key=lambda item: item[0] in last))


def _tag_setting(section: str) -> Setting:
    field, title = TAGS[section]
    models = variants(section)
    choices = tuple(str(model.model_fields[field].default) for model in models)
    named = {name: source.title for name, source in SOURCES.items()}
    labels = named if section == "data" else {name: model.label for name, model in ARCHITECTURES.items()}
    docs = zip(choices, (model.__doc__ or "" for model in models), strict=True)
    help = " ".join(f"{capitalized(labels[tag])}: {doc.strip()}" for tag, doc in docs)
    return Setting(f"{section}.{field}", "choice", choices[0], title, help, choices=choices, labels=labels)


@cache
def _setting(name: str, info: FieldInfo) -> Setting:
    extra = info.json_schema_extra
    assert isinstance(extra, dict), f"{name} is declared without setting()"
    shown: dict[str, Any] = extra["shown"]  # type: ignore[assignment]
    low, high = (next((getattr(m, end) for m in info.metadata if hasattr(m, end)), None) for end in ("ge", "le"))
    before = name.startswith("before.") and name != BRANCH  # the settings of training have the same titles
    title = f"{info.title} before" if before else str(info.title)
    bare = Setting(name, "text", info.default, title, unbroken(str(info.description)), low, high, **shown)
    if get_origin(info.annotation) is Literal:
        return replace(bare, kind="choice", choices=get_args(info.annotation))
    kinds: dict[Any, Kind] = {int: "int", float: "float", bool: "bool", str: "text"}
    return replace(bare, kind=kinds.get(info.annotation, "layers"))


def _sentence(detail: ErrorDetails) -> str:
    """Say what is wrong with one value, where, and what would be right."""
    path = [str(part) for part in detail["loc"]]
    variant = path.pop(1) if path and path[0] in TAGS and len(path) > 1 else ""
    name = ".".join(path[:2])
    context = detail.get("ctx", {})
    given = detail.get("input")
    match detail["type"]:
        case "extra_forbidden" if variant and name in all_settings():
            return f"{name} is no setting where {path[0]}.{TAGS[path[0]][0]} is {variant}."
        case "extra_forbidden":
            return f"There is no setting named {name}."
        case "greater_than_equal":
            return f"{name} is {given}, but the lowest allowed is {_plain(context['ge'])}."
        case "less_than_equal":
            return f"{name} is {given}, but the highest allowed is {_plain(context['le'])}."
        case "literal_error" | "union_tag_invalid":
            if detail["type"] == "union_tag_invalid":
                name, given = f"{path[0]}.{TAGS[path[0]][0]}", context["tag"]
            expected = str(context.get("expected", context.get("expected_tags"))).replace("'", "").replace(" or ", ", ")
            return f"{name} is {given}, but must be one of {expected}."
        case "int_parsing" | "int_from_float" | "int_type":
            return f"{name} is {given}, but must be a whole number."
        case "float_parsing" | "finite_number" | "float_type":
            return f"{name} is {given}, but must be a number."
        case "bool_parsing" | "bool_type":
            return f"{name} is {given}, but must be true or false."
        case "value_error" if not name:
            return f"{str(context['error']).capitalize()}."
        case "value_error" if name in SECTIONS:
            return f"{name}: {context['error']}."
        case "string_pattern_mismatch" if name in ("data.table", "data.published"):
            what = "table" if name == "data.table" else "split"
            return f"{name} is {given!r}, but must be the hash of a stored {what}, 64 hexadecimal digits."
        case "too_short" | "too_long":
            return f"{name} has {context['actual_length']} values, but must have 1 to 8."
        case _:
            return f"{name} is {given!r}, which does not fit: {detail['msg'][0].lower()}{detail['msg'][1:]}."


def _plain(bound: float) -> str:
    return f"{bound:,}" if isinstance(bound, int) else f"{bound:g}"


def validate(name: str, value: Any) -> Any:
    """Return one setting's value, read and checked by its field alone.

    Raises ConfigError where the setting does not exist, or the value is malformed or out of bounds.
    """
    section, _, field = name.partition(".")
    for variant in variants(section) if section in SECTIONS else ():
        if field in variant.model_fields:
            if field == TAGS.get(section, ("", ""))[0]:
                return _validate_tag(section, name, value)
            try:
                return _adapter(variant, field).validate_python(value)
            except ValidationError as error:
                where = (section, "", field) if section in TAGS else (section, field)
                named = [_sentence({**detail, "loc": where}) for detail in error.errors()]
                raise ConfigError(" ".join(named)) from error
    raise ConfigError(f"There is no setting named {name}.")


@cache
def _adapter(variant: Any, field: str) -> "TypeAdapter[Any]":
    return TypeAdapter(variant.model_fields[field].rebuild_annotation())


def _validate_tag(section: str, name: str, value: Any) -> str:
    choices = _tag_setting(section).choices
    if value not in choices:
        raise ConfigError(f"{name} is {value}, but must be one of {', '.join(choices)}.")
    return str(value)
