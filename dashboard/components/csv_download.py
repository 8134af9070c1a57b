"""The button that takes a table away."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from genre_core.takehome.escaping import as_csv as as_csv
from genre_core.takehome.naming import safe

Columns = dict[str, list[Any]]


def csv_download(
    table: Columns | Callable[[], Columns], file_name: str, key: str, label: str = "CSV", help: str | None = None
) -> None:
    """Draw the button that downloads a table, which is written when it is pressed, beside what the page does."""
    st.download_button(
        label,
        lambda: as_csv(table() if callable(table) else table),
        f"{safe(file_name.removesuffix('.csv'))}.csv",
        "text/csv",
        key=f"{key} download",
        help=help,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )
