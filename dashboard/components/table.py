"""The table: rows to read, of which one can be chosen."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard.components.csv_download import Columns, csv_download
from dashboard.components.file_names import named

HEAD = 36
"""Height of the line of titles, in pixels."""
COUNT = "%,d"
"""Format of a column of counts, as sentences have them: 1,018."""


def table(
    data: Any,
    key: str,
    alt: str,
    *,
    n: int,
    file: str | None,
    most: int = 10,
    row_height: int = 33,
    columns: Mapping[str, Any] | None = None,
    on_pick: Callable[[int | None], None] | None = None,
    at: int | None = None,
) -> None:
    """Draw `n` rows, at most `most` of them in sight; `alt` is its sentence for those who cannot see it.

    A button below downloads it as a file that is named after the page's subject and `file`, which says what it holds;
    None where the page has a button that downloads more than is shown.

    With `on_pick` a click anywhere in a row chooses it, `at` is chosen first: it is given the row's number, None where
    none is chosen any more.
    """
    looks: dict[str, Any] = {"hide_index": True, "key": key, "row_height": row_height, "placeholder": "–", "alt": alt}
    looks |= {"height": HEAD + row_height * min(most, max(1, n)), "column_config": columns}
    if on_pick is None:
        st.dataframe(data, **looks)
        _download(data, n, file, key)
        return

    # A table takes its first choice once: it is a new one whenever another row is chosen.
    own = looks["key"] = f"{key} {at}"

    def pick() -> None:
        selection = st.session_state[own]["selection"]
        rows = selection["rows"]
        if rows == ([] if at is None else [at]):  # its mark is as it was: a cell was pressed
            rows = [row for row, _ in selection["cells"]]
        on_pick(rows[0] if rows else None)

    chosen: Any = None if at is None else {"selection": {"rows": [at]}}
    st.dataframe(data, **looks, on_select=pick, selection_mode=("single-row", "single-cell"), selection_default=chosen)
    _download(data, n, file, key)


def _download(data: Any, n: int, file: str | None, key: str) -> None:
    if file is not None and n:
        csv_download(_columns(data), f"{named(file)}.csv", key)


def _columns(data: Any) -> Columns:
    """Return a table by column: one of pyarrow or pandas, or plain values by column or by row."""
    if hasattr(data, "to_pydict"):
        return dict(data.to_pydict())
    if hasattr(data, "iloc"):
        return dict(data.to_dict("list"))
    by_column = data if isinstance(data, Mapping) else {name: [row.get(name) for row in data] for name in data[0]}
    return {name: list(column) for name, column in by_column.items()}
