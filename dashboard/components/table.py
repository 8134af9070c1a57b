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

    With `on_pick` one row can be chosen, `at` first: it is given the row's number, None where none is chosen any more.
    """
    looks: dict[str, Any] = {"hide_index": True, "key": key, "row_height": row_height, "placeholder": "–", "alt": alt}
    looks |= {"height": HEAD + row_height * min(most, max(1, n)), "column_config": columns}
    if on_pick is None:
        st.dataframe(data, **looks)
        return

    def pick() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        on_pick(rows[0] if rows else None)

    chosen: Any = None if at is None else {"selection": {"rows": [at]}}
    st.dataframe(data, **looks, on_select=pick, selection_mode="single-row", selection_default=chosen)
