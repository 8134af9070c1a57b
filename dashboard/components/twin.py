"""The table twin of a picture, folded beneath it, to read and to take away."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.components.csv_download import csv_download

ROWS_SHOWN = 10


def twin(rows: Sequence[Mapping[str, Any]], key: str, alt: str, percent: Sequence[str] = ()) -> None:
    """Draw the folded table of a picture, and a button that downloads it; the `percent` columns hold percentages."""
    folded = st.expander("As a table", key=f"{key} twin", type="compact", on_change="rerun")
    if not folded.open:
        return
    with folded:
        number = st.column_config.NumberColumn
        st.dataframe(
            list(rows),
            hide_index=True,
            key=f"{key} table",
            height=36 + 35 * min(ROWS_SHOWN, max(1, len(rows))),
            column_config={name: number(format="%.1f %%") for name in percent},
            placeholder="–",
            alt=alt,
        )
        columns = {name: [row[name] for row in rows] for name in rows[0]} if rows else {}
        csv_download(columns, f"{key}.csv", key)
