"""The settings form in the sidebar: preset, groups, marks of what differs, and what the whole says.

How one setting becomes a widget bound to the address is in `fields`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import fields
from dashboard.address import plain
from genre_core.config import ExperimentConfig
from genre_core.errors import ConfigError
from genre_core.presets import OPENING, Preset
from genre_core.settings import (
    SECTIONS,
    TAGS,
    Setting,
    all_settings,
    configure,
    differences,
    flatten,
    settings,
    validate,
)

TITLES = {"data": "Data", "split": "Split", "model": "Network", "train": "Training"}
LESS_USED = {
    *(
        f"data.{field}"
        for field in ("n_features", "n_genres", "spread", "shift", "seed", "group", "missing", "min_tracks")
    ),
    *(f"split.{field}" for field in ("by", "seed")),
    *(f"train.{field}" for field in ("momentum", "schedule", "monitor", "weight_decay", "label_smoothing")),
    *(f"train.{field}" for field in ("class_weighting", "seed")),
}
"""Settings behind "More", so that the common ones fit on one screen."""

Columns = Callable[[str], Mapping[str, Sequence[str]]]
"""Table → the columns that can be chosen for `data.label` and `data.group`."""

_STYLE = Path(__file__).with_name("forms.css")


@dataclass(frozen=True)
class Form:
    """What the settings form says: a configuration, or the sentence why there is none."""

    preset: Preset
    config: ExperimentConfig | None
    problem: str = ""
    changed: tuple[str, ...] = ()
    """Settings that differ from the preset."""


@dataclass
class _Sheet:
    """What one drawing of the form has gathered."""

    base: Mapping[str, Any]
    tables: Mapping[str, str]
    columns: "Columns | None"
    hidden: DeltaGenerator
    values: dict[str, Any]
    problems: list[str]


def sidebar_settings(
    presets: Mapping[str, Preset],
    tables: Sequence[tuple[str, str]] = (),
    *,
    sections: Collection[str] = tuple(SECTIONS),
    columns: Columns | None = None,
) -> Form:
    """Draw the settings in the sidebar and return what they say; `tables` are (content hash, title) in the store.

    Of sections that are not drawn, the form says the preset's values. With `columns` the genre and the group column are
    chosen from lists.
    """
    with _of_the_app(), st.sidebar, st.container(key="settings", gap=None):
        st.html(_STYLE)
        preset = _draw_preset(presets, watch=len(sections) == len(SECTIONS))
        reset_all = st.container(key="reset-all")
        hidden = st.container(key="settings-behind-choices")
        sheet = _Sheet(flatten(preset.config), dict(tables), columns, hidden, {}, [])
        for section in sections:
            _draw_section(sheet, section)
    changed = tuple(name for name, value in sheet.values.items() if value != _preset_value(sheet, name))
    if changed and len(sections) == len(SECTIONS):
        noun = "setting" if len(changed) == 1 else "settings"
        reset_all.button(
            f"Reset {len(changed)} changed {noun}",
            key="reset all settings",
            icon=":material/undo:",
            type="tertiary",
            on_click=_write,
            args=(preset.config,),
        )
    config = None if sheet.problems else configure(sheet.values, preset.config)
    return Form(preset, config, " ".join(sheet.problems), changed)


def _of_the_app() -> AbstractContextManager[None]:
    """Draw as part of the app, not of the page: a widget that two pages draw would lose its value between them."""
    context = get_script_run_ctx()
    return context.run_with_active_hash(context.pages_manager.main_script_hash) if context else nullcontext()


def adopt(config: ExperimentConfig, presets: Mapping[str, Preset]) -> dict[str, str]:
    """Set every setting to those of `config`, at the preset nearest to it, and return what the address then says.

    For a callback on the page of the settings, or on another one before
    `st.switch_page("views/train.py", query_params=adopt(config, PRESETS))`.
    """
    nearest = min(presets.values(), key=lambda preset: len(differences(config, preset.config)))
    st.session_state["preset"] = nearest.name
    _write(config)
    base = flatten(nearest.config)
    changed = {name: value for name, value in flatten(config).items() if value != base.get(name, _default(name))}
    said = {name: str(fields.typed(all_settings()[name], value)) for name, value in changed.items()}
    return said if nearest is OPENING else {"preset": nearest.name, **said}


def _default(name: str) -> Any:
    return all_settings()[name].default


def _draw_preset(presets: Mapping[str, Preset], *, watch: bool) -> Preset:
    """Draw the list of presets, with what to watch for in training; choosing one writes all its settings."""
    names = list(presets)
    with st.container(key="preset-block", gap=None):
        truth = st.container(key="preset-behind").text_input("Preset", OPENING.name, key="preset", bind="query-params")
        name = truth if truth in presets else OPENING.name
        fields.mirror("preset choice", name)
        st.selectbox(
            "Preset",
            names,
            key="preset choice",
            format_func=lambda option: presets[option].title,
            label_visibility="collapsed",
            on_change=_choose_preset,
            args=(presets,),
        )
        if watch:
            st.caption(presets[name].watch_for)
    return presets[name]


def _choose_preset(presets: Mapping[str, Preset]) -> None:
    name = st.session_state["preset choice"]
    st.session_state["preset"] = name
    _write(presets[name].config)


def _write(config: ExperimentConfig) -> None:
    """Write a configuration into the widgets, settings it does not have at their defaults."""
    values = flatten(config)
    for name, item in all_settings().items():
        st.session_state[name] = fields.typed(item, values.get(name, item.default))


def _draw_section(sheet: _Sheet, section: str) -> None:
    with st.container(key=f"group-{section}", gap=None):
        st.header(TITLES[section], anchor=False)
        own = list(_applicable(sheet, section))
        if section == "data" and sheet.values.get("data.source") == "table" and not sheet.tables:
            sheet.problems.append("There is no table yet.")
            if sheet.columns:  # on the Data page itself
                st.caption("No table is stored yet. Add one on the right.")
            else:
                st.caption("No table is stored yet. Upload one on the Data page.")
                st.page_link("views/data.py", label="Go to Data", icon=":material/arrow_forward:")
            return
        for item in own:
            if item.name not in LESS_USED:
                _draw(sheet, item)
        rest = [item for item in own if item.name in LESS_USED and _has_effect(sheet, item)]
        if rest:
            with (
                st.expander("More", key=f"more-{section}", type="compact"),
                st.container(key=f"rest-{section}", gap=None),
            ):
                for item in rest:
                    _draw(sheet, item)
        _check_section(sheet, section)


def _applicable(sheet: _Sheet, section: str) -> Iterator[Setting]:
    """Draw the choice of variant where the section has one, and yield the variant's other settings."""
    tags: dict[str, Any] = {}
    if section in TAGS:
        tag = f"{section}.{TAGS[section][0]}"
        _draw(sheet, all_settings()[tag])
        tags = {tag: sheet.values.get(tag, _preset_value(sheet, tag))}
    yield from (item for item in settings(configure(tags)) if item.section == section and item.name not in tags)


def _has_effect(sheet: _Sheet, item: Setting) -> bool:
    """Return whether a setting does anything with what else is chosen."""
    if item.name == "split.by":
        return bool(sheet.values.get("data.source") == "table")  # generated tracks have no segments
    return all(sheet.values.get(f"{item.section}.{sibling}") == value for sibling, value in (item.when or {}).items())


def _check_table(sheet: _Sheet, item: Setting, value: Any) -> None:
    if item.name == "data.table" and value not in sheet.tables:
        raise ConfigError("This table is not stored here. Choose another." if value else "Choose a table to train on.")


def _check_section(sheet: _Sheet, section: str) -> None:
    """Say under a group what is wrong with its settings together."""
    own = {name: value for name, value in sheet.values.items() if name.startswith(f"{section}.")}
    if sheet.problems:
        return
    try:
        configure(own)
    except ConfigError as error:
        _complain(sheet, str(error))


def _complain(sheet: _Sheet, sentence: str) -> None:
    sheet.problems.append(sentence)
    st.markdown(f":material/error: :red[{plain(sentence)}]")


def _preset_value(sheet: _Sheet, name: str) -> Any:
    return sheet.base.get(name, _default(name))


def _draw(sheet: _Sheet, item: Setting) -> None:
    """Draw one setting: its name and exact value, a slider where that helps, and a way back to the preset's value."""
    base = _preset_value(sheet, item.name)
    with st.container(key=f"setting-{item.name}", gap=None):
        row = st.container(key=f"row-{item.name}", horizontal=True, vertical_alignment="center", gap=None)
        with row:
            value = fields.exact(item, base, _options(sheet, item), sheet.hidden)
        try:
            value = sheet.values[item.name] = validate(item.name, value)
            _check_table(sheet, item, value)
        except ConfigError as error:
            _complain(sheet, str(error).replace(item.name, item.title))
        if value != base and fields.typed(item, value) != fields.typed(item, base):
            was = item.label(base) or "empty"
            row.button(
                f"{item.title} differs from the preset ({was}): reset it",
                key=f"reset {item.name}",
                icon=":material/undo:",
                type="tertiary",
                help=f"Back to the preset: {was}",
                width="content",
                on_click=_reset,
                args=(item, base),
            )
        if item.kind in ("int", "float") and item.name in sheet.values:
            fields.slider(item, value)


def _options(sheet: _Sheet, item: Setting) -> Mapping[str, str]:
    """Return what can be chosen for a setting, as value → words; nothing where it is typed."""
    if item.name == "data.table":
        return {"": "choose one", **sheet.tables}
    if item.name in ("data.label", "data.group") and sheet.columns:
        names = sheet.columns(sheet.values.get("data.table", "")).get(item.name, ())
        return {"": "found by itself", **{name: name for name in names}}
    return {option: item.label(option) for option in item.choices}


def _reset(item: Setting, base: Any) -> None:
    st.session_state[item.name] = fields.typed(item, base)
