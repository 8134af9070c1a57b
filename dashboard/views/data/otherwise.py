"""Read a table otherwise: what was found out of its file is chosen instead, beside a preview of what comes of it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.components.table import table
from dashboard.services import tables
from dashboard.shell.address import plain
from dashboard.views.data import importing_text as sentences
from genre_core.data.tables import how as known
from genre_core.data.tables.how import How
from genre_core.data.tables.roles import read_names
from genre_core.errors import DataError

MAX_KEPT = 50 * 1024**2
"""Most bytes of an upload that a session keeps to read them again."""
PREVIEW_ROWS, PREVIEW_COLUMNS = 4, 200
_FILES, _TABLE, _MENU = "files to read otherwise", "table of the files", "read otherwise"

Files = Sequence[tuple[str, bytes]]


def keep(files: Files, table: str = "") -> None:
    """Keep what was uploaded last, and which table it became, nothing where it was refused."""
    fits = sum(len(data) for _, data in files) <= MAX_KEPT
    st.session_state[_FILES], st.session_state[_TABLE] = (tuple(files) if fits else ()), table


def has_files(table: str = "") -> bool:
    """Say whether the files of a table are kept, or those that were refused."""
    return bool(st.session_state.get(_FILES)) and st.session_state.get(_TABLE, "") == table


def chosen_how() -> tuple[Files, How]:
    """Return the kept files and how they are to be read; raises DataError where that cannot be."""
    return st.session_state[_FILES], _how()


def choose(table: str, said: Mapping[str, Any]) -> tuple[Files, How] | None:
    """Return the files of a table and how to read them with what is said now: for callbacks.

    None where its files are not kept: then the menu opens with that chosen, and asks for them.
    """
    if has_files(table):
        return st.session_state[_FILES], replace(tables.how_read(table), **said)
    st.session_state[_MENU] = True
    for name, value in said.items():
        st.session_state[f"{_MENU} {name}"] = value
    return None


def menu(table: str, on_take: Callable[[], None]) -> None:
    """Draw the button under which a table is read otherwise; `table` is empty for files that were refused."""
    if not has_files(table) and not table:
        return
    popover = st.popover("Read it otherwise", icon=":material/translate:", key=_MENU, on_change="rerun")
    if not popover.open:
        return
    with popover:
        if not has_files(table):
            st.file_uploader(
                "Choose its files again: a table is kept as it was read, not its file.",
                accept_multiple_files=True, key=f"{_MENU} again", on_change=_keep_again, args=(table,),
            )  # fmt: skip
            return
        _choices()
        _preview(on_take)


def _keep_again(table: str) -> None:
    keep([(file.name, file.getvalue()) for file in st.session_state[f"{_MENU} again"] or ()], table)


def _choices() -> None:
    """Draw what can be said of a file."""
    left, middle, right = st.columns(3)
    with left:
        _choice("Encoding", "encoding", {name: name for name in known.ENCODINGS})
        _choice("Between columns", "separator", known.SEPARATORS)
    with middle:
        _choice("Before decimals", "decimal", known.DECIMALS)
        _choice("Between thousands", "thousands", known.THOUSANDS)
    with right:
        st.number_input(
            "Row of the header", 0, known.MAX_HEADER, value=None, key=f"{_MENU} header", placeholder="found",
            help="The row with the names of the columns; blank lines do not count. 0: the file has none.",
        )  # fmt: skip
        st.checkbox(
            "Keep rows that do not fit", key=f"{_MENU} keep_rows",
            help="Ragged rows are cut or filled, and of joined files those stay that the other lacks.",
        )  # fmt: skip
        st.text_input(
            "Also missing", key=f"{_MENU} missing", placeholder="such as -1, unknown",
            help="Further texts that mean a missing value, separated by commas.",
        )  # fmt: skip


def _choice(label: str, name: str, words: dict[str, str]) -> None:
    st.selectbox(
        label, list(words), index=None, key=f"{_MENU} {name}", placeholder="found", format_func=words.__getitem__
    )


def _how() -> How:
    said = {name: st.session_state.get(f"{_MENU} {name}") for name in ("encoding", "separator", "decimal", "thousands")}
    header = st.session_state.get(f"{_MENU} header")
    missing = read_names(st.session_state.get(f"{_MENU} missing") or "")
    return How(
        **{name: value or "" for name, value in said.items()},
        header=-1 if header is None else header,
        missing=missing,
        keep_rows=bool(st.session_state.get(f"{_MENU} keep_rows")),
    )


def _preview(on_take: Callable[[], None]) -> None:
    """Draw what comes of the files, and the button that takes it."""
    files = st.session_state[_FILES]
    digest = hashlib.sha256(b"".join(data for _, data in files)).hexdigest()
    try:
        how = _how()
        preview = tables.preview(digest, how.to_json(), files, how, PREVIEW_ROWS)
    except DataError as error:
        st.caption(f":material/error: {plain(str(error), 1000)}")
        return
    shown, alt = preview.rows.iloc[:, :PREVIEW_COLUMNS], "The first rows, as they are read so."
    table(shown, f"{_MENU} preview", alt, n=len(shown), file=f"first rows of {files[0][0]}")
    for sentence in sentences.preview(preview.notes, preview.seen):
        st.caption(plain(sentence, 1000))
    st.button("Use this reading", type="primary", key=f"{_MENU} take", on_click=on_take)
