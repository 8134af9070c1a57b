"""Add data: tables, FMA and published splits are read, stored once and chosen; a bad file gets its sentence."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components.safely import refreshing
from dashboard.services import datasets, server_files, sounds, tables
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.theme import count
from dashboard.views.data import importing_text as sentences
from dashboard.views.data import imports, otherwise
from dashboard.views.data.imports import Import
from genre_core.data.clips.uploads import MAX_BYTES as MOST_BYTES
from genre_core.data.clips.uploads import MAX_FILES, check, is_sound, says_genre
from genre_core.data.dataset import PARTS, Part
from genre_core.data.published import are_lists, parts_of
from genre_core.data.tables.formats import MAX_BYTES
from genre_core.errors import DataError, GenreLabError
from genre_core.settings.config import ClipsConfig, DatasetConfig, SoundConfig, TableConfig
from genre_core.text import joined

_PROBLEM, _COUNT, _OWN = "upload problem", "uploads so far", "own imports"
_MEGABYTES = MAX_BYTES // 1024**2
KINDS = {"table": "A table", "folder": "A folder of sounds", "sounds": "Sound files"}
POLL_SECONDS = 0.5
SOON_SECONDS = 3.0
"""How long an upload waits for an import before the page shows its progress."""

Files = Sequence[tuple[str, bytes]]

LISTED = {"train": "the training tracks", "test": "the test tracks"}
"""The tracks that a published split has to list, by their part; those of validation can be cut from training."""


def closing(label: str, icon: str = ":material/upload_file:") -> DeltaGenerator:
    """Draw a button that opens where files are dropped; it closes once they were taken."""
    return st.popover(label, icon=icon, key=f"{label} {st.session_state.get(_COUNT, 0)}")


def upload() -> None:
    """Draw where files are dropped, and what the server offers."""
    config = forms.said_config().data
    usual = "folder" if isinstance(config, SoundConfig) else "table"
    number = st.session_state.get(_COUNT, 0)
    kind = st.segmented_control(
        "What to add", list(KINDS), default=usual, required=True, format_func=KINDS.__getitem__,
        key=f"what to add {usual} {number}", label_visibility="collapsed",
    )  # fmt: skip
    if kind == "table":
        _upload_table(f"upload {number}")  # a fresh one after each upload lets go of the bytes
    else:
        sounds_upload(config, kind == "folder", f"{kind} {number}")
    if offered := server_files.offered():
        name = st.selectbox(
            "Or from this server", offered, index=None, key="offered", format_func=server_files.title,
            placeholder="choose a table, FMA's folder or a folder of clips",
        )  # fmt: skip
        st.button(
            "Import", icon=":material/download:", key="import offered", disabled=name is None,
            on_click=_import_offered, args=(name,),
        )  # fmt: skip


def _upload_table(key: str) -> None:
    st.file_uploader(
        "A table with a row for each track or each segment of one, and a column for its genre: CSV, Parquet, Feather, "
        "Excel, ARFF or JSON, packed or not. Files chosen together are joined; choose FMA's files together too.",
        accept_multiple_files=True,
        max_upload_size=_MEGABYTES,
        key=key,
        on_change=_read,
        args=(key,),
    )
    st.caption(sentences.all_of_fma(_MEGABYTES))


def sounds_upload(config: DatasetConfig, is_folder: bool, key: str) -> None:
    """Draw where sounds are dropped, and what has to be said of them: their genre, and which collection they are in."""
    what = "A folder of sounds, with a folder for each genre in it." if is_folder else "Sound files of one genre."
    files = st.file_uploader(
        f"{what} WAV, FLAC, MP3, OGG or AIFF.",
        accept_multiple_files="directory" if is_folder else True,
        max_upload_size=_MEGABYTES,
        key=key,
    )
    st.caption(sentences.sounds_limits(MAX_FILES, MOST_BYTES // 1024**2))
    names = [file.name for file in files if is_sound(file.name)]
    try:
        check(file.size for file in files)
    except DataError as error:
        st.caption(f":material/error: {plain(str(error))}")
        return
    if not names:
        if files:
            st.caption(":material/error: None of these is a sound file.")
        return
    lacks_genre = not is_folder and not all(map(says_genre, names))
    genre = _genre(config, key) if lacks_genre else ""
    stored = tables.stored(config) if config.source == "clips" else None
    added_to = stored and st.checkbox(f"Add to the collection {plain(stored.name)}", value=True, key=f"{key} add")
    if stored and added_to:
        name = stored.name
    else:
        usual = names[0].partition("/")[0] if is_folder else "uploaded clips"
        name = st.text_input("Name of the collection", usual, max_chars=100, key=f"{key} name").strip()
    st.button(
        f"Add {count(len(names), 'clip')}", type="primary", key=f"{key} take",
        disabled=not name or (lacks_genre and not genre), on_click=_take_sounds,
        args=(key, name, genre, stored.content_hash if stored and added_to else ""),
    )  # fmt: skip


def _genre(config: DatasetConfig, key: str) -> str:
    """Draw the choice of a genre for files that lie in no genre's folder, one of those that are there or another."""
    known = sounds.genres(config) if isinstance(config, SoundConfig) and tables.is_there(config) else []
    genre = st.selectbox(
        "Genre of these files", known, index=None, accept_new_options=True, key=f"{key} genre",
        placeholder="choose a genre or type one",
    )  # fmt: skip
    return (genre or "").strip()[:100]


def upload_problem() -> None:
    """Say what was wrong with the last files, until others are chosen."""
    place = st.empty()  # a sentence that no longer holds is gone before the rest of the page is drawn
    if problem := st.session_state.get(_PROBLEM, ""):
        place.error(plain(problem, 1000), icon=":material/error:")
        otherwise.menu("", read_otherwise)


def is_refused() -> bool:
    """Say whether the last files were refused and are kept: they are what can be read otherwise."""
    return bool(st.session_state.get(_PROBLEM)) and otherwise.has_files()


def split_upload() -> None:
    """Draw where the lists of a published split are dropped, and which part each of them is."""
    key = f"split {st.session_state.get(_COUNT, 0)}"
    files = st.file_uploader(
        "Text files with one track name per line, for training, test and, if there is one, validation.",
        accept_multiple_files=True,
        max_upload_size=_MEGABYTES,
        key=key,
    )
    parts: list[Part | None] = []
    for number, (file, found) in enumerate(zip(files, parts_of([file.name for file in files]), strict=True)):
        at = PARTS.index(found) if found else None
        parts.append(
            st.selectbox(file.name, PARTS, index=at, placeholder="which part is it?", key=f"{key} part {number}")
        )
    if missing := lacking(parts):
        st.caption(missing)
    st.button(
        "Use this split", type="primary", key="use split", disabled=bool(missing), on_click=_take_split,
        args=(key, parts),
    )  # fmt: skip


def lacking(parts: Sequence[Part | None]) -> str:
    """Say what a published split lacks, whose files list these parts; empty where it has all."""
    if None in parts:
        return "Choose the part of each file."
    missing = [LISTED[part] for part in LISTED if part not in parts]
    return f"Still to add: {joined(missing)}." if missing else ""


def import_progress() -> None:
    """Draw imports of the server's files and of one's own: how far they are, and the way to what came of them."""
    own = st.session_state.get(_OWN, ())
    known = {key: item for key, item in imports.imports().items() if key in own or not item.is_uploaded}
    if any(not item.ended for item in known.values()):
        refreshing(_progress, POLL_SECONDS)(tuple(known), tuple(known.values()))
    for number, (key, item) in enumerate(known.items()):
        if item.ended:
            _ended(number, key, item)


def show_imported() -> None:
    """Choose what came of the last of one's own uploads, once it is there: before settings are drawn."""
    for key in st.session_state.get(_OWN, ()):
        if table := imports.imported_soon(key, 0):
            _show(key, table, imports.imports()[key].source)


def _progress(keys: Collection[str], before: Sequence[Import]) -> None:
    """Draw what is under way; the page is drawn anew when one of them has ended."""
    known = [item for key, item in imports.imports().items() if key in keys]
    if sum(item.ended for item in known) != sum(item.ended for item in before):
        st.rerun()
    for item in known:
        if not item.ended:
            st.progress(item.done, plain(sentences.import_sentence(item)))


def _ended(number: int, key: str, item: Import) -> None:
    with st.container(key=f"import {number}", horizontal=True, vertical_alignment="center", gap="small"):
        icon = ":material/error:" if item.problem else ":material/check_circle:"
        st.markdown(f"{icon} {plain(sentences.import_sentence(item), 1000)}", width="content")
        if item.table:
            st.button("Show it", key=f"show import {number}", on_click=_show, args=(key, item.table, item.source))
        st.button("Dismiss", key=f"dismiss import {number}", on_click=imports.put_away, args=(key,))


def _show_soon(key: str, source: str) -> None:
    """Choose what comes of an upload now if it does not take long, and otherwise once it is there."""
    st.session_state[_OWN] = (*st.session_state.get(_OWN, ()), key)
    if table := imports.imported_soon(key, SOON_SECONDS):
        _show(key, table, source)


def _show(key: str, table: str, source: str = "fma") -> None:
    imports.put_away(key)
    _choose(table, source)


def _choose(table: str, source: str = "table", *, again: bool = False) -> None:
    """Choose what was stored, in the address as well, and show what it was taken for."""
    st.session_state[_PROBLEM] = ""
    forms.choose_table(table, source, again=again, begins=tables.begins)
    address.look(section=None)


def _read(key: str) -> None:
    """Store what was dropped and choose it."""
    files = _dropped(key)
    if files:
        _saying(lambda: _take(files))


def _take(files: Files) -> None:
    names = [name for name, _ in files]
    if are_lists(names):
        _use_split(files)
    elif imports.is_fma(files):
        _show_soon(imports.import_uploaded(files), "fma")
    else:
        otherwise.keep(files)
        _choose(table := tables.add_table(files))
        otherwise.keep(files, table)


def read_otherwise() -> None:
    """Store the last files as a person says that they are to be read: for callbacks."""

    def store() -> None:
        files, how = otherwise.chosen_how()
        _choose(table := tables.add_table(files, how), again=True)
        otherwise.keep(files, table)

    _saying(store)


def read_again(table: str, said: Mapping[str, Any]) -> None:
    """Read a table's files anew with what is said now, or ask for them where they are not kept: for callbacks."""

    def store() -> None:
        if found := otherwise.choose(table, said):
            _choose(new := tables.add_table(*found), again=True)
            otherwise.keep(found[0], new)

    _saying(store)


def _take_sounds(key: str, name: str, genre: str, added_to: str) -> None:
    def start() -> None:
        files = _dropped(key)
        if files:
            _show_soon(imports.import_sounds(files, name, genre, added_to), "clips")

    _saying(start)


def _import_offered(name: str) -> None:
    def start() -> None:
        _close()
        if table := imports.import_offered(name):
            _choose(table)

    _saying(start)


def _take_split(key: str, parts: Sequence[Part | None]) -> None:
    files = _dropped(key)
    if files:
        _saying(lambda: _use_split(files, parts))


def _use_split(files: Files, parts: Sequence[Part | None] = ()) -> None:
    data = forms.said_config().data
    if not isinstance(data, TableConfig | ClipsConfig) or not data.table:
        raise DataError(
            "These files list the tracks of a published split, which belongs to a table: add the table first, then "
            "these files under its published split."
        )
    found = tables.add_split(files, parts)
    datasets.dataset(data.model_copy(update={"published": found}))  # a split of other tracks is refused
    forms.take({"values": {"data.published": found}})


def _dropped(key: str) -> list[tuple[str, bytes]]:
    """Return what was dropped, and let go of it."""
    files = [(file.name, file.getvalue()) for file in st.session_state[key] or ()]
    if files:
        _close()
    return files


def _close() -> None:
    st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1


def _saying(body: Callable[[], None]) -> None:
    """Do it, and keep the sentence of what was wrong."""
    st.session_state[_PROBLEM] = ""
    try:
        body()
    except GenreLabError as error:
        st.session_state[_PROBLEM] = str(error)
