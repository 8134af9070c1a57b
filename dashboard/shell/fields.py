"""Settings as the browser needs them to draw: derived from their fields, the same for everybody."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from genre_core.networks.spectrograms import SpectrogramNetworkConfig
from genre_core.settings.names import BRANCH, SECTIONS, TAGS, Setting, all_settings, flatten, variants
from genre_core.settings.presets import Preset

TITLES = {"data": "Data", "split": "Split", "model": "Network", "train": "Training", "before": "Branch"}
COMMON = {
    *(
        f"data.{field}"
        for field in ("source", "n_samples", "overlap", "table", "label", "subset", "features", "window")
    ),
    *(f"split.{field}" for field in ("test_fraction", "validation_fraction")),
    *(f"train.{field}" for field in ("optimizer", "learning_rate", "batch_size", "max_epochs", "patience")),
}
"""Settings that fit on one screen, with those of the network; all others are behind "More"."""
RARE = {f"model.{field}" for field in SpectrogramNetworkConfig.changes if field != "crop"}
"""Settings of the network that are behind "More" too."""
BY_BUTTON = ("before",)
"""Sections that no panel draws: a branch is begun by a button, from a run."""
FINEST_SLIDER = 2000
"""Most steps a slider has: with more, a pixel skips values and the number alone is clearer."""

WITHOUT = {
    "data.artist_spread": ("data.artists",),
    "data.albums": ("data.artists",),
    "data.album_spread": ("data.albums",),
    "data.segment_spread": ("data.segments",),
    "data.noise_kind": ("data.label_noise",),
    "data.noise_pairs": ("data.label_noise",),
    "data.outlier_scale": ("data.outlier_rate",),
    "data.hop": ("data.window",),
    "data.windows": ("data.window",),
    "split.fold": ("split.folds",),
    "split.by": ("data.source", "data.artists", "data.segments"),
    **{name: (BRANCH,) for name in all_settings() if name.startswith("before.") and name != BRANCH},
}
"""Settings that do nothing while all of these are at their defaults."""

Needs = dict[str, list[str]]
"""Choices that a setting asks for: setting → the values that it may have."""


def described(
    sections: tuple[str, ...],
    presets: tuple[Preset, ...],
    first: frozenset[str] = frozenset(),
    only: frozenset[str] | None = None,
) -> str:
    """Return the settings of these sections and the presets as JSON.

    `first` are common ones on this page; `only` those that may be changed, None where all may.
    """
    common = COMMON | first if only is None else only
    groups = [
        {
            "name": section,
            "title": TITLES[section],
            "settings": [
                _described(item, common)
                for item in all_settings().values()
                if item.section == section and (only is None or item.name in only)
            ],
        }
        for section in sections
        if section not in BY_BUTTON
    ]
    about = {
        "sections": [group for group in groups if group["settings"]],
        "presets": [_preset(preset) for preset in presets],
        "whole": len(sections) == len(SECTIONS),
    }
    return json.dumps(about, ensure_ascii=False, separators=(",", ":"))


def usual(name: str) -> Any:
    """Return a setting's default."""
    return all_settings()[name].default


def acts(name: str, values: Mapping[str, Any]) -> bool:
    """Return whether a setting does anything with what else is chosen."""
    if not all(values.get(other, usual(other)) in allowed for other, allowed in needs(all_settings()[name]).items()):
        return False
    return name not in WITHOUT or any(
        values.get(other, usual(other)) != usual(other) and acts(other, values) for other in WITHOUT[name]
    )


def needs(item: Setting) -> Needs:
    """Return the choices that a setting asks for: its source or network, and what its field declares as `when`."""
    found = {f"{item.section}.{sibling}": [value] for sibling, value in (item.when or {}).items()}
    if item.section in TAGS:
        tag = TAGS[item.section][0]
        models = variants(item.section)
        having = [model for model in models if item.name.partition(".")[2] in model.model_fields]
        if len(having) < len(models):
            found[f"{item.section}.{tag}"] = [str(model.model_fields[tag].default) for model in having]
    return found


def plain(value: Any) -> Any:
    """Return a value as the browser holds it: layers as text."""
    return text(value) if isinstance(value, tuple) else value


def text(value: Any) -> str:
    """Return a value as an address says it."""
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _described(item: Setting, common: Collection[str]) -> dict[str, Any]:
    """Return what draws one setting, without what is empty."""
    fine = item.scale == "linear" and ((item.high or 0) - (item.low or 0)) / (item.step or 1) > FINEST_SLIDER
    about = {
        "kind": item.kind,
        "title": item.title,
        "help": item.help,
        "low": item.low,
        "high": item.high,
        "step": item.step,
        "slider": "" if item.high is None or fine else item.scale,
        "unit": "" if item.unit in item.title.lower() else item.unit,
        "options": {option: item.label(option) for option in item.choices},
        "needs": needs(item),
        "without": list(WITHOUT.get(item.name, ())),
        "rare": item.technical or item.name in RARE or (item.section != "model" and item.name not in common),
    }
    kept = {key: value for key, value in about.items() if value or (value == 0 and value is not False)}
    return {"name": item.name, "default": plain(item.default), **kept}


def _preset(preset: Preset) -> dict[str, Any]:
    values = {name: plain(value) for name, value in flatten(preset.config).items() if value != usual(name)}
    return {"name": preset.name, "title": preset.title, "watch": preset.watch_for, "values": values}
