"""The button that takes a table away."""

import csv
import io
from collections.abc import Callable
from typing import Any

import streamlit as st

Columns = dict[str, list[Any]]


def csv_download(
    table: Columns | Callable[[], Columns], file_name: str, key: str, label: str = "CSV", help: str | None = None
) -> None:
    """Draw the button that downloads a table; one that takes long to make is made when it is pressed."""
    st.download_button(
        label,
        (lambda: as_csv(table())) if callable(table) else as_csv(table),
        file_name,
        "text/csv",
        key=f"{key} download",
        help=help,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def as_csv(columns: Columns) -> str:
    """Return columns as comma-separated text with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()
