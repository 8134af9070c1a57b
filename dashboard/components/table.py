"""The table: rows to read, of which one can be chosen."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

HEAD = 36
"""Height of the line of titles, in pixels."""


def table(
    data: Any,
    key: str,
    alt: str,
    *,
    n: int,
    most: int = 10,
    row_height: int = 33,
    columns: Mapping[str, Any] | None = None,
    on_pick: Callable[[int | None], None] | None = None,
    at: int | None = None,
) -> None:
    """Draw `n` rows, at most `most` of them in sight; `alt` is its sentence for those who cannot see it.

    With `on_pick` a click anywhere in a row chooses it, `at` is chosen first: it is given the row's number, None where
    none is chosen any more.
    """
    looks: dict[str, Any] = {"hide_index": True, "key": key, "row_height": row_height, "placeholder": "–", "alt": alt}
    looks |= {"height": HEAD + row_height * min(most, max(1, n)), "column_config": columns}
    if on_pick is None:
        st.dataframe(data, **looks)
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
