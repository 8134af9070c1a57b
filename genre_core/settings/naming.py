"""Names of runs and of their data, for pages and terminal: the data, the network, and what is not usual."""

from collections.abc import Mapping
from typing import Any

from genre_core.settings.config import DatasetConfig, ExperimentConfig
from genre_core.settings.names import all_settings, differences

MOST_SAID, LONGEST_SAID = 3, 40
_SAID = frozenset({"data.source", "data.table", "data.subset", "model.architecture"})


def own_settings(config: ExperimentConfig) -> dict[str, Any]:
    """Return the settings that are not at the product's defaults."""
    ours = differences(config, ExperimentConfig())
    return {name: value for name, (value, _) in ours.items() if value not in (None, all_settings()[name].default)}


def said(name: str, value: Any) -> str:
    """Return a setting with its value: `learning rate 0.01`."""
    item = all_settings()[name]
    return f"{item.title[0].lower()}{item.title[1:]} {item.label(value)}"


def data_name(data: DatasetConfig, tables: Mapping[str, str]) -> str:
    """Return what tracks are called: `features_30_sec`, `FMA small`, `synthetic, overlap 4.25`.

    `tables` are the names of stored tables by content hash.
    """
    if drawn := data.generator:
        return f"synthetic, {_first({'data.overlap': drawn.overlap, **own_settings(ExperimentConfig(data=drawn))})}"
    return data.called(tables)


def run_name(config: ExperimentConfig, tables: Mapping[str, str]) -> str:
    """Return the name that a run starts with: `features_30_sec · perceptron 128-64-32 · dropout 0.5`."""
    data = data_name(config.data, tables)
    if config.averaged_with:
        return f"{data} · ensemble of {len(config.members)}"
    named, own = all_settings(), own_settings(config)
    network = [named["model.architecture"].label(config.model.architecture)]
    for field, value in dict(config.model).items():
        if named[f"model.{field}"].kind == "layers":
            network.append("-".join(map(str, value)))
            own.pop(f"model.{field}", None)
    branch = f"branch after {config.before.epochs}" if config.before.epochs else ""
    elsewhere = ("before.", "data.") if config.data.generator else ("before.",)
    rest = {name: value for name, value in own.items() if not name.startswith(elsewhere) and name not in _SAID}
    return " · ".join(filter(None, (data, " ".join(network), branch, _first(rest))))


def _first(own: Mapping[str, Any]) -> str:
    """Return the first settings and how many more there are: `dropout 0.5, batch size 32 and 2 more`."""
    texts = [said(name, value) for name, value in own.items()]
    shown = [text if len(text) <= LONGEST_SAID else f"{text[: LONGEST_SAID - 1]}…" for text in texts[:MOST_SAID]]
    more = f" and {len(texts) - MOST_SAID} more" if len(texts) > MOST_SAID else ""
    return ", ".join(shown) + more
