"""The settings in the sidebar: the address says them, one component draws them, a change is one step of the address.

The address always says a configuration: a change that does not fit is not taken, and the panel says why.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any

import streamlit as st

from dashboard.shell import address
from dashboard.shell.fields import acts, described, plain, text, usual
from dashboard.shell.settings_panel import Note, Panel, Ticks, settings_panel
from genre_core.data.clips.gathering import SETS
from genre_core.data.genres import counted_as, items_of
from genre_core.data.tables.roles import write_names
from genre_core.errors import ConfigError, DataError
from genre_core.networks import ARCHITECTURES
from genre_core.settings.config import DatasetConfig, ExperimentConfig, SoundConfig
from genre_core.settings.names import SECTIONS, all_settings, configure, flatten, validate
from genre_core.settings.presets import OPENING, PRESETS, Preset

NO_TABLE = {
    "table": "No table is stored yet.",
    "fma": "FMA is not imported yet.",
    "clips": "No clips are imported yet.",
}
_WAYS = {"table": ("Add one", "Upload one"), "fma": ("Import it", "Import it"), "clips": ("Import some", "Import some")}
"""How stored tracks of a source are had: on the Data page, and from elsewhere."""
_NOT_HERE = "This table is not in this store. Add the same file on the Data page, or choose another table."
_NO_CLIPS_HERE = "This collection is not in this store. Import the same files on the Data page, or choose another one."
OF_COLUMNS = (
    "data.label",
    "data.group",
    "data.name",
    "data.left_out",
    "data.taken",
    "data.codes",
    "data.genres",
    "data.published",
)
"""Settings that name columns, genres or tracks of one table, and mean nothing for another."""
OF_ROWS = ("data.several", "data.unlabeled", "data.min_tracks", "data.sample", "split.by", "split.balanced")
"""Settings that were chosen for the rows of one table: another one is to be seen as it is."""
LISTS_OF_COLUMNS, MOST_TICKED = {"data.left_out", "data.taken"}, 300
"""Settings that list columns, which are ticked where a table has no more of them; they are typed otherwise."""

FEATURE_TICKS = Ticks(
    "gtzan57",
    "What is measured on each clip. More sets: the network knows more of it, and needs more clips to learn from. "
    "The 57 columns of GTZAN's tables are usual.",
    {name: (one.title, one.help) for name, one in SETS.items()},
    "sets",
)


Tables = Mapping[str, Sequence[tuple[str, str]]]
"""Stored data: kind (table, fma, clips, split) → (content hash, title)."""
Genres = Callable[[DatasetConfig], Sequence[str]]
"""Stored tracks → their genres, whichever are chosen of them; none where they are not known."""
Columns = Callable[[str], Mapping[str, Sequence[str]]]
"""Table → the columns that can be chosen for settings such as `data.label`."""
Begins = Callable[[str, str], Mapping[str, Any]]
"""Source and table → the settings that go with it when it is chosen."""

MOVES = "settings that may be changed"
"""Where the session keeps the names of the settings that may be changed; None where all may."""
_described = lru_cache(maxsize=64)(described)
_REFUSED, _SEQ = "refused setting", "last change of settings"


@dataclass(frozen=True)
class Form:
    """Reading of the settings: a configuration, or the sentence why there is none."""

    preset: Preset
    config: ExperimentConfig | None
    problem: str = ""
    changed: tuple[str, ...] = ()
    """Settings that differ from the preset."""


@dataclass(frozen=True)
class _Refusal:
    """A change that was not taken; it is shown as long as the address says `said`."""

    name: str
    typed: str
    sentence: str
    said: Mapping[str, str]


def sidebar_settings(
    tables: Tables = MappingProxyType({}),
    *,
    sections: Collection[str] = tuple(SECTIONS),
    columns: Columns | None = None,
    genres: Genres = lambda _: (),
    begins: Begins | None = None,
    looked_at: str = "run",
    first: Collection[str] = (),
) -> Form:
    """Draw the settings in the sidebar and return what they say; `tables` are those that can be chosen.

    Of sections that are not drawn, the form says the preset's values. With `columns` the columns of a table are chosen
    from lists, with `genres` the genres used; `begins` gives what a table begins with when it is chosen. `looked_at` is
    what the page looks at beside the settings, and `first` are settings that this page is about: they stand in front,
    where others have them behind "More".
    """
    said = address.settings_said(looked_at)
    preset = PRESETS[said.get("preset", OPENING.name)]
    config = configure({name: text for name, text in said.items() if name.partition(".")[0] in sections}, preset.config)
    values = flatten(config)
    changed = tuple(name for name, value in values.items() if value != _base(preset, name))
    problems = _table_problem(values, tables)
    refused: _Refusal | None = st.session_state.get(_REFUSED)
    if refused and refused.said != said:
        refused = None
    kind, moves = _kind(values), st.session_state.get(MOVES)
    panel = Panel(
        about=_described(tuple(sections), _offered(preset, moves), frozenset(first), moves),
        preset=preset.name,
        values={name: plain(values[name]) for name in changed},
        seq=st.session_state.get(_SEQ, 0),
        problems=problems | ({refused.name: refused.sentence} if refused else {}),
        refused={refused.name: refused.typed} if refused else {},
        options=_options(values, tables, columns),
        ticks=_ticks(config, () if problems else genres(config.data), {} if problems else _columns(values, columns)),
        titles={"data.table": "Collection"} if kind == "clips" else {},
        notes=() if tables.get(kind) else (_no_table(kind, "train" not in sections),),
    )
    with st.sidebar:
        if settings_panel(panel, partial(take, begins=begins)):
            st.switch_page("views/data/page.py", query_params=said)
    problem = " ".join(problems.values())
    return Form(preset, None if problem else config, problem, changed)


def _offered(chosen: Preset, moves: frozenset[str] | None) -> tuple[Preset, ...]:
    """Return the presets to choose from: where settings are locked, the one that was chosen stays."""
    return tuple(PRESETS.values()) if moves is None else (chosen,)


def lock_but(names: Collection[str]) -> None:
    """Let a page change no other settings than these, unless a class already says which."""
    if st.session_state.get(MOVES) is None:
        st.session_state[MOVES] = frozenset(names)


def may_change(name: str) -> bool:
    """Say whether a person may change a setting: in a class its teacher may have locked it."""
    moves = st.session_state.get(MOVES)
    return moves is None or name in moves


def take(change: Mapping[str, Any], *, begins: Begins | None = None) -> None:
    """Take over what a person changed, in one step of the address: for callbacks.

    `change` holds `values`, setting → value (None: the preset's), and where another preset was chosen its name as
    `preset`, which then says all settings that are not among the values.
    """
    st.session_state[_SEQ] = change.get("seq", st.session_state.get(_SEQ, 0))
    before = address.settings_named()
    given = dict(change.get("values", {}))
    preset = PRESETS.get(change.get("preset", before.get("preset", OPENING.name)), OPENING)
    texts: dict[str, Any] = {} if "preset" in change else {n: text for n, text in before.items() if n != "preset"}
    if begins is not None and (table := given.get("data.table")):
        given = {**begins(given.get("data.source", before.get("data.source", "")), table), **given}
    given = _forgotten(given) | _unneeded(before, given) | given
    refusals = list[tuple[str, str]]()
    for name, value in given.items():
        try:
            texts = _with(texts, name, value, preset)
        except ConfigError as error:
            refusals.append((name, str(error).replace(name, all_settings()[name].title).removeprefix("data: ")))
    config = configure(texts, preset.config)
    address.say_settings(parameters(config, preset))
    st.session_state.pop(_REFUSED, None)
    if refusals:
        name, sentence = refusals[-1]
        still = all_settings()[name].label(flatten(config).get(name, _base(preset, name)))
        sentence = f"{sentence.rstrip('.')}. Still using {still or 'none'}."
        st.session_state[_REFUSED] = _Refusal(name, str(given[name]), sentence, address.settings_named())


def _forgotten(given: Mapping[str, Any]) -> dict[str, None]:
    """Return the settings that mean nothing any more: tables of another source, columns of another table."""
    names = (*OF_COLUMNS, *OF_ROWS) if {"data.source", "data.table"} & given.keys() else ()
    names = ("data.table", *names) if "data.source" in given else names
    return {name: None for name in names if name not in given}


def _unneeded(before: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, None]:
    """Return the feature sets that were measured for the network before, where another takes its place."""
    needed = ARCHITECTURES[before["model.architecture"]].feature_set if "model.architecture" in before else ""
    is_needed = "model.architecture" in given and needed and before.get("data.features") == needed
    return {"data.features": None} if is_needed else {}


def choose_table(
    content_hash: str, source: str = "table", *, again: bool = False, begins: Begins | None = None
) -> None:
    """Train on a stored table or import of FMA, its columns found anew, the rows too unless it was read again."""
    said = address.settings_named()
    kept = {name: said.get(name) for name in OF_ROWS} if again else {}
    take({"values": {**kept, "data.source": source, "data.table": content_hash}}, begins=begins)


def said_config() -> ExperimentConfig:
    """Return the configuration that the address says, of sections that are not drawn as well."""
    said = address.settings_named()
    base = PRESETS.get(said.get("preset", OPENING.name), OPENING)
    return configure({name: text for name, text in said.items() if name != "preset"}, base.config)


def adopt(config: ExperimentConfig) -> None:
    """Set every setting to those of `config`, at the preset nearest to it: for callbacks."""
    address.say_settings(link(config))


def link(config: ExperimentConfig, origin: ExperimentConfig | None = None) -> dict[str, str]:
    """Return the parameters of an address that opens with the settings of `config`.

    They are said as what differs from the preset nearest to it, or to its `origin`, of which it is a variation.
    """
    nearest = min(PRESETS.values(), key=lambda preset: len(parameters(origin or config, preset).keys() - {"preset"}))
    return {"preset": nearest.name, **parameters(config, nearest)}


def parameters(config: ExperimentConfig, preset: Preset) -> dict[str, str]:
    """Return what an address says of `config` relative to a preset: only what differs."""
    changed = {name: text(value) for name, value in flatten(config).items() if value != _base(preset, name)}
    return changed if preset is OPENING else {"preset": preset.name, **changed}


def _with(texts: Mapping[str, Any], name: str, value: Any, preset: Preset) -> dict[str, Any]:
    """Return settings with one of them changed and those taken out that then do nothing.

    Raises ConfigError where the value does not fit, or not with the others.
    """
    changed = {other: validate(other, text) for other, text in texts.items() if other != name}
    if value is not None:
        changed[name] = validate(name, value)
    values = flatten(preset.config) | changed
    acting = {other: value for other, value in changed.items() if acts(other, values)}
    configure(acting, preset.config)
    return acting


def _base(preset: Preset, name: str) -> Any:
    """Return a setting's value in a preset, its default where the preset's source or network does not have it."""
    section, _, field = name.partition(".")
    return getattr(getattr(preset.config, section), field, usual(name))


def _kind(values: Mapping[str, Any]) -> str:
    """Return which kind of stored tables there is to choose from; of generated tracks, that of the next choice."""
    source: str = values["data.source"]
    return source if source in NO_TABLE else "table"


def _table_problem(values: Mapping[str, Any], tables: Tables) -> dict[str, str]:
    """Return what is wrong with the choice of table, where the source needs one."""
    table, own = values.get("data.table"), dict(tables.get(_kind(values), ()))
    if table is None or table in own:
        return {}
    if table:
        return {"data.table": _NO_CLIPS_HERE if _kind(values) == "clips" else _NOT_HERE}
    what = "collection" if _kind(values) == "clips" else "table"
    return {"data.table": f"Choose a {what} to train on." if own else NO_TABLE[_kind(values)]}


def _columns(values: Mapping[str, Any], columns: Columns | None) -> Mapping[str, Sequence[str]]:
    """Return the columns of the chosen table that settings can name."""
    table = values["data.table"] if values["data.source"] == "table" else ""
    return columns(table) if columns and table else {}


def _ticks(config: ExperimentConfig, genres: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[str, Ticks]:
    """Return the settings that list names which can be ticked."""
    found = {"data.features": FEATURE_TICKS} if isinstance(config.data, SoundConfig) else {}
    for name, (names, more, noun) in config.data.lists.items():
        about = type(config.data).model_fields[name].description or ""
        found[f"data.{name}"] = Ticks(", ".join(names), about, {one: (one, "") for one in (*names, *more)}, noun)
    for name in LISTS_OF_COLUMNS & columns.keys():
        if len(columns[name]) <= MOST_TICKED:
            options = {write_names([column]): (column, "") for column in columns[name]}
            found[name] = Ticks("", all_settings()[name].help, options, "columns")
    if len(genres) > 2 and (named := _genre_options(genres, flatten(config)["data.genres"])) is not None:
        is_plain = all(not help for _, help in named.values())
        usual = ", ".join(named) if is_plain else ""
        found["data.genres"] = Ticks(usual, all_settings()["data.genres"].help, named, "genres")
    return found


def _genre_options(genres: Sequence[str], chosen: str) -> dict[str, tuple[str, str]] | None:
    """Return the genres that can be ticked, merged ones with what counts as them; None where the choice is none."""
    try:
        items = items_of(genres, counted_as(genres, chosen))
    except DataError:
        return None
    return {item: (name, ", ".join(members)) for item, (name, members) in items.items()}


def _no_table(kind: str, on_data_page: bool) -> Note:
    """Return what stands in place of a table's settings while there is no table."""
    here, elsewhere = _WAYS[kind]
    if on_data_page:
        return Note("data.table", f"{NO_TABLE[kind]} {here} on the right.")
    return Note("data.table", f"{NO_TABLE[kind]} {elsewhere} on the Data page.", "Go to Data")


def _options(values: Mapping[str, Any], tables: Tables, columns: Columns | None) -> dict[str, dict[str, str]]:
    """Return what can be chosen from the store: tables and splits by their titles, columns by their names."""
    found = {name: own for name, own in _columns(values, columns).items() if name not in LISTS_OF_COLUMNS}
    chosen = {name: {"": "found by itself", **{column: column for column in own}} for name, own in found.items()}
    own = dict(tables.get(_kind(values), ()))
    if "data.published" in values:
        chosen["data.published"] = {"": "none", **dict(tables.get("split", ()))}
    return {"data.table": {"": "choose one", **own}, **chosen}
