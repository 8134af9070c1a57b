"""The table twin of a picture, folded beneath it, to read and to take away."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.components.csv_download import csv_download
from dashboard.components.file_names import named
from dashboard.components.folded import folded
from dashboard.components.table import COUNT, table
from dashboard.theme import HasLimits
from genre_core.text import told


def limits(interval: HasLimits) -> tuple[float | None, float | None]:
    """Return the limits of a rate in percent, as cells of a table; None where nothing is told."""
    return (100 * interval.low, 100 * interval.high) if told(interval) else (None, None)


def twin(
    rows: Sequence[Mapping[str, Any]],
    key: str,
    alt: str,
    percent: Sequence[str] = (),
    *,
    name: str = "",
    title: str = "As a table",
) -> None:
    """Draw the folded table of a picture, and a button that downloads it; the `percent` columns hold percentages.

    `name` is what a file of it holds, where its key does not say so; `title` names what does not stand right above.
    """
    folded(title, f"{key} twin", unfolded, rows, key, alt, percent, name=name)


def unfolded(
    rows: Sequence[Mapping[str, Any]], key: str, alt: str, percent: Sequence[str] = (), *, name: str = ""
) -> None:
    """Draw the table, and a button that downloads it, where the page itself folds it."""
    number = st.column_config.NumberColumn
    columns = {name: number(format="%.1f %%") for name in percent} | {"tracks": number(format=COUNT)}
    table(list(rows), f"{key} table", alt, n=len(rows), file=None, row_height=35, columns=columns)
    if any(row[name] is None for row in rows for name in percent):
        st.caption("Empty: undefined, or too few for an interval.")
    listed = {name: [row[name] for row in rows] for name in rows[0]} if rows else {}
    csv_download(listed, f"{named(name or key)}.csv", key)
