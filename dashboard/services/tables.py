"""Stored data to train on: tables, imports of FMA and published splits, and what a person says of columns."""

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.services.commands import act
from dashboard.services.datasets import check_split, dataset, findings_soon, gaps, sound_shape
from dashboard.services.workers import store
from genre_core.data import sources
from genre_core.data.clips.collection import KIND as CLIPS
from genre_core.data.clips.collection import collect
from genre_core.data.clips.sounds import Location
from genre_core.data.clips.uploads import keep, root_of, write
from genre_core.data.dataset import Column, Part, Role
from genre_core.data.fma.importing import KIND as FMA
from genre_core.data.genres import counted_anew, counted_as, write_counted
from genre_core.data.published import KIND as SPLIT
from genre_core.data.published import read_split
from genre_core.data.sources.fma import PLAIN
from genre_core.data.sources.table import Inspection, inspect, rows_as_read
from genre_core.data.splitting import to_balance
from genre_core.data.tables.how import FOUND_OUT, How
from genre_core.data.tables.meaning import numbers_read
from genre_core.data.tables.reading import read_table, read_with, reader_in
from genre_core.data.tables.roles import changed_roles, read_names, write_names
from genre_core.errors import DataError
from genre_core.settings.config import DatasetConfig, TableConfig
from genre_core.store.schema import StoredTable

"""Endings of files that may list the tracks of a part."""
_SINGLE, _LISTS = ("label", "group", "name"), ("left_out", "taken")


def tables() -> dict[str, list[tuple[str, str]]]:
    """Return what is stored of each kind (table, fma, split) as (content hash, title), newest first."""
    found, units = store().tables_by_kind(), {"table": "rows", FMA: "", CLIPS: "clips", SPLIT: "tracks"}
    return {kind: [(table.content_hash, _title(table, unit)) for table in found[kind]] for kind, unit in units.items()}


def _title(table: StoredTable, unit: str) -> str:
    return f"{table.name} · {table.n_rows:,} {unit}" if unit else table.name


def stored(config: DatasetConfig) -> StoredTable | None:
    """Return the stored table or import of FMA that a configuration names."""
    tables = store().tables(config.source) if config.stored else ()
    return next((table for table in tables if table.content_hash == config.stored[0]), None)


@st.cache_resource(show_spinner=False, max_entries=4)
def _inspected(content_hash: str, _parquet: bytes | None = None) -> Inspection:
    """Return what a table would be taken for as it is: one that is at hand, or stored; raises DataError if neither."""
    return inspect(store().read_table(content_hash) if _parquet is None else _parquet)


def inspection(content_hash: str) -> Inspection | None:
    """Return what a stored table would be taken for as it is; None where it is not stored."""
    try:
        return _inspected(content_hash)
    except DataError:
        return None


def columns(content_hash: str) -> dict[str, tuple[str, ...]]:
    """Return the columns of a table that each setting can name: its genre, its groups, its names, and lists of them."""
    seen = inspection(content_hash) if content_hash else None
    if seen is None:
        return {}
    return {"data.label": seen.candidates} | dict.fromkeys(
        ("data.group", "data.name", "data.left_out", "data.taken"), seen.names
    )


@st.cache_resource(show_spinner=False, max_entries=4)
def first_rows(content_hash: str, n_rows: int, features: Collection[str] = ()) -> Any:
    """Return the first rows of a stored table, features as numbers where their text says so; raises DataError.

    Of FMA they have the columns that are no features.
    """
    import pandas as pd
    from pyarrow import parquet

    with store().open_table(content_hash) as source:
        file = parquet.ParquetFile(source)
        names = [name for name in PLAIN if name in file.schema_arrow.names]
        columns = names if len(names) == len(PLAIN) else None
        rows = next(file.iter_batches(n_rows, columns=columns)).to_pandas(types_mapper=pd.ArrowDtype)
    others = [name for name in rows.columns if name not in features]
    return numbers_read(rows, others, reader_in(file.schema_arrow.metadata) or {})[0]


def begins(source: str, content_hash: str) -> dict[str, Any]:
    """Return the settings that go with stored tracks when they are chosen: artists are dealt in balanced parts."""
    seen = inspection(content_hash) if source == "table" else None
    by_artist = source == FMA or (seen is not None and seen.dataset is not None and to_balance(seen.dataset))
    return {"split.balanced": True} if by_artist else {}


def genres(config: DatasetConfig) -> Sequence[str]:
    """Return the genres that a source has, whichever are chosen of them; none where they are not few."""
    if not config.few_genres:
        return ()
    with suppress(DataError):
        return tuple(genre_sizes(config))
    return ()


def genre_sizes(config: DatasetConfig) -> Mapping[str, int]:
    """Return how many rows or clips each genre of stored tracks has, whichever are used; raises DataError."""
    unchosen = {"genres": "", "min_tracks": 1, "published": ""}
    return _genre_sizes(config.model_copy(update={n: v for n, v in unchosen.items() if n in type(config).model_fields}))


def genres_anew(config: DatasetConfig, change: Mapping[str, str]) -> str:
    """Return the setting by which those genres are used that `change` names, as it says; raises DataError."""
    return counted_anew(genre_sizes(config), _chosen_genres(config), change)


def genres_text(config: DatasetConfig, counted: Mapping[str, str]) -> str:
    """Return the setting by which genres of stored tracks count as these names; raises DataError."""
    return write_counted(genre_sizes(config), counted)


def genres_counted(config: DatasetConfig) -> Mapping[str, str]:
    """Return the genres of stored tracks that are used, each with the name that it counts as; raises DataError."""
    return counted_as(genre_sizes(config), _chosen_genres(config))


def _chosen_genres(config: DatasetConfig) -> str:
    return str(getattr(config, "genres", ""))


@st.cache_resource(show_spinner=False, max_entries=8)
def _genre_sizes(config: DatasetConfig) -> Mapping[str, int]:
    return sources.genre_sizes(config, store())


def add_table(files: Sequence[tuple[str, bytes]], how: How = FOUND_OUT) -> str:
    """Read one table from files, as somebody says, and store it; return its content hash.

    Raises DataError where it is no table or holds no genre to choose, and StoreError where it could not be saved.
    """
    reading = read_table(files, how)
    seen = _inspected(reading.content_hash, reading.parquet)
    if seen.dataset is None and not (seen.candidates or seen.kept):
        raise DataError(f"{reading.name}: {seen.problem}")
    store().put_table(
        reading.content_hash, reading.name, reading.parquet, reading.n_rows, reading.n_columns, reading.notes
    )
    return reading.content_hash


def how_read(table: str) -> How:
    """Return how somebody said that a stored table's files are read."""
    said = (read_with(store().read_table(table)) or {}).get("said", "")
    return How.from_json(said) if said else FOUND_OUT


@dataclass(frozen=True, eq=False)
class Preview:
    """A preview of files read in some way: the first rows, notes on them, and what the table would be taken for."""

    rows: Any
    notes: tuple[str, ...]
    seen: Inspection


@st.cache_resource(show_spinner=False, max_entries=8)
def preview(digest: str, said: str, _files: Sequence[tuple[str, bytes]], _how: How, n_rows: int) -> Preview:
    """Return what comes of files, which a digest names, read as somebody says; raises DataError where nothing does."""
    reading = read_table(_files, _how)
    return Preview(rows_as_read(reading.parquet, n_rows), reading.notes, inspect(reading.parquet))


def keep_uploaded(folder: Path, name: str, added_to: str, progress: Callable[[int, int], None]) -> str:
    """Store the sounds of an uploaded folder as a collection of that name, or add them to a stored one.

    Returns the collection's hash. `progress` is told how many files are done, of how many.

    Raises DataError where none of them can be used or kept, and StoreError where they could not be saved.
    """
    found, locations = collect(root_of(folder), progress)
    if found.clips.empty:
        raise DataError(f"None of these files can be used. {found.refused['problem'].iloc[0]}")
    collection = replace(found, name=name)
    if added_to:
        collection = store().read_collection(added_to).add(collection)
    kept = keep(locations, uploads())
    store().clips.put({clip: Location(str(path)) for clip, path in kept.items()})
    store().put_collection(collection)
    return collection.content_hash


def names(kind: str) -> list[str]:
    """Return what stored data of a kind are called, newest first."""
    return [table.name for table in store().tables(kind)]


def keep_sound(name: str, data: bytes, genre: str, collection: str) -> str:
    """Store one sound of a genre in the collection of that name, a new one where there is none; return its hash.

    Raises DataError where it cannot be used or kept, and StoreError where it could not be saved.
    """
    added_to = next((table.content_hash for table in store().tables(CLIPS) if table.name == collection), "")
    folder = write([(name, data)], uploads(), genre)
    try:
        return keep_uploaded(folder, collection, added_to, lambda done, total: None)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def uploads() -> Path:
    """Return the folder of uploaded sounds; raises StoreError where none is known."""
    return store().clips.uploads


def is_there(config: DatasetConfig) -> bool:
    """Say whether what a configuration reads is stored, or nothing has to be."""
    return not config.imported or stored(config) is not None


def rename_table(content_hash: str, name: str) -> None:
    """Give a stored table or collection another name."""
    act(lambda: store().rename_table(content_hash, name))


def add_split(files: Sequence[tuple[str, bytes]], parts: Sequence[Part | None] = ()) -> str:
    """Read a published split from lists of names and store it; return its content hash.

    Raises DataError where a file is no list of names, or a part has none, and StoreError where it could not be saved.
    """
    split = read_split(files, parts)
    n_tracks = sum(split.counts.values())
    store().put_table(split.content_hash, split.name, split.parquet, n_tracks, 2, split.notes, SPLIT)
    return split.content_hash


def changed(columns: Sequence[Column], roles: Mapping[str, Role | None], config: TableConfig) -> dict[str, Any]:
    """Return the settings by which columns get other roles, None to have one judged anew, by their dotted names.

    Raises DataError where a column cannot be that, or no tracks with genres are left; the sentence says why.
    """
    wanted = config
    for name, role in roles.items():
        if role is None:
            wanted = _unsaid(wanted, name)
    wanted = changed_roles(columns, {name: role for name, role in roles.items() if role}, wanted)
    dataset(wanted)  # what cannot be loaded is refused while it can still be
    values = {f"data.{name}": getattr(wanted, name) for name in (*_SINGLE, *_LISTS)}
    return values | ({"split.balanced": True} if wanted.group not in ("", config.group) else {})


def chosen(config: TableConfig) -> frozenset[str]:
    """Return the columns whose role a person chose."""
    single = (getattr(config, name) for name in _SINGLE)
    return frozenset({*single, *read_names(config.left_out), *read_names(config.taken)} - {""})


def _unsaid(config: TableConfig, column: str) -> TableConfig:
    """Return the configuration that says nothing of a column."""
    single = {name: "" for name in _SINGLE if getattr(config, name) == column}
    lists = {
        name: write_names(other for other in read_names(getattr(config, name)) if other != column) for name in _LISTS
    }
    return TableConfig.model_validate({**dict(config), **single, **lists})


def delete_table(content_hash: str) -> None:
    """Forget a stored table and what is cached of it; uploaded sounds go that no other collection has."""
    own = _clips_of(content_hash)
    act(lambda: store().delete_table(content_hash))
    if own:
        forget_uploads(own)
    for cached in (_inspected, first_rows, dataset, sound_shape, check_split, findings_soon, gaps):
        cached.clear()


def forget_uploads(clips: set[str]) -> None:
    """Remove the uploaded files of clips that are in no collection any more."""
    others = set().union(*(_clips_of(table.content_hash) for table in store().tables(CLIPS)))
    folder = uploads()
    for location in store().clips.locations(sorted(clips - others)).values():
        path = Path(location.path)
        if path.parent == folder:
            path.unlink(missing_ok=True)


def _clips_of(content_hash: str) -> set[str]:
    """Return the clips of a stored collection, none of another table."""
    if not any(table.content_hash == content_hash for table in store().tables(CLIPS)):
        return set()
    return set(store().read_collection(content_hash).clips["clip"])
