"""Names of runs and of their data, for pages and terminal: the data, the network, and what tells runs apart."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from genre_core.networks import ARCHITECTURES
from genre_core.settings.config import DatasetConfig, ExperimentConfig, SyntheticConfig
from genre_core.settings.names import all_settings, differences, differing_settings, label_in

MOST_SAID, LONGEST_SAID = 3, 40
_OF_DATA = frozenset({"data.source", "data.table", "data.subset"})
_SAID = _OF_DATA | {"model.architecture"}


def own_settings(config: ExperimentConfig) -> dict[str, Any]:
    """Return the settings that are not at the product's defaults, without those that the network asks for itself."""
    ours = differences(config, ExperimentConfig())
    return {
        name: value
        for name, (value, _) in ours.items()
        if value not in (None, all_settings()[name].default) and not _is_implied(config, name, value)
    }


def said(name: str, value: Any) -> str:
    """Return a setting with its value: `learning rate 0.01`, `hidden layers 256-256`."""
    return _with_title(name, _joined(value) if isinstance(value, tuple) else all_settings()[name].label(value))


def apart(configs: Sequence[ExperimentConfig], tables: Mapping[str, str], *, of_data: bool = True) -> list[list[str]]:
    """Return what tells each configuration from the others: `["learning rate 0.05", "dropout 0"]`, or nothing.

    A setting that not all of them have is said only where it is not at its default. `tables` are the names of stored
    tables by content hash. Without `of_data`, what the name of the data says is left out.
    """
    differing = differing_settings(configs)
    names = [data_name(config.data, tables) for config in configs]
    sizes = {len(config.averaged_with) for config in configs}
    found: list[list[str]] = []
    for number, config in enumerate(configs):
        texts = [_networks(config)] if len(sizes) > 1 else []
        texts += [names[number]] if of_data and _OF_DATA & differing.keys() else []
        for name, values in differing.items():
            told = name in _OF_DATA or (not of_data and config.data.generator and name.startswith("data."))
            usual = None in values and values[number] in (None, all_settings()[name].default)
            if not usual and not told and not _is_implied(config, name, values[number]):
                texts.append(_in_words(config, name, values[number]))
        found.append(texts)
    return found


def data_name(data: DatasetConfig, tables: Mapping[str, str]) -> str:
    """Return what tracks are called: `features_30_sec`, `FMA small`, `synthetic, overlap 4.25`.

    `tables` are the names of stored tables by content hash.
    """
    return _drawn_name(drawn) if (drawn := data.generator) else data.called(tables)


@lru_cache(4096)
def _drawn_name(drawn: SyntheticConfig) -> str:
    return f"synthetic, {_first({'data.overlap': drawn.overlap, **own_settings(ExperimentConfig(data=drawn))})}"


def run_name(config: ExperimentConfig, tables: Mapping[str, str]) -> str:
    """Return the name that a run starts with: `features_30_sec · perceptron 128-64-32 · dropout 0.5`."""
    return f"{data_name(config.data, tables)} · {network_name(config)}"


@lru_cache(4096)
def network_name(config: ExperimentConfig) -> str:
    """Return what a run is called among others on its data: `perceptron 128-64-32 · dropout 0.5`."""
    if config.averaged_with:
        return _networks(config)
    named, own = all_settings(), own_settings(config)
    network = [named["model.architecture"].label(config.model.architecture)]
    for field, value in dict(config.model).items():
        if named[f"model.{field}"].kind == "layers":
            network.append(_joined(value))
            own.pop(f"model.{field}", None)
    branch = f"branch after {config.before.epochs}" if config.before.epochs else ""
    elsewhere = ("before.", "data.") if config.data.generator else ("before.",)
    rest = {name: value for name, value in own.items() if not name.startswith(elsewhere) and name not in _SAID}
    return " · ".join(filter(None, (" ".join(network), branch, _first(rest))))


def _networks(config: ExperimentConfig) -> str:
    return f"ensemble of {len(config.members)}" if config.averaged_with else "one network"


def _is_implied(config: ExperimentConfig, name: str, value: Any) -> bool:
    """Return whether the network asks for this value: one that listens is given a spectrogram."""
    return name == "data.features" and value == ARCHITECTURES[config.model.architecture].feature_set != ""


def _in_words(config: ExperimentConfig, name: str, value: Any) -> str:
    """Return a setting as a run is told from others by it: of sound, the usual features by their name."""
    if name == "model.architecture":
        return all_settings()[name].label(value)
    return said(name, value) if isinstance(value, tuple) else _with_title(name, label_in(config, name, value) or "none")


def _with_title(name: str, text: str) -> str:
    title = all_settings()[name].title
    return f"{title[0].lower()}{title[1:]} {text}"


def _joined(widths: Sequence[int]) -> str:
    return "-".join(map(str, widths))


def _first(own: Mapping[str, Any]) -> str:
    """Return the first settings and how many more there are: `dropout 0.5, batch size 32 and 2 more`."""
    texts = [said(name, value) for name, value in own.items()]
    shown = [text if len(text) <= LONGEST_SAID else f"{text[: LONGEST_SAID - 1]}…" for text in texts[:MOST_SAID]]
    more = f" and {len(texts) - MOST_SAID} more" if len(texts) > MOST_SAID else ""
    return ", ".join(shown) + more
