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
    """Draw the button that downloads a table; one that takes long to make is made when it is pressed.

    Others are written with the page: what is made when it is pressed is lost where the page runs again meanwhile.
    """
    st.download_button(
        label,
        (lambda: as_csv(table())) if callable(table) else as_csv(table),
        f"{safe(file_name.removesuffix('.csv'))}.csv",
        "text/csv",
        key=f"{key} download",
        help=help,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )
