"""Tracks that a person chose, as a table to read, to sort and to take away."""

import numpy as np
import streamlit as st

from dashboard.components.csv_download import Columns, csv_download
from dashboard.components.file_names import named
from dashboard.components.listening import Listed, listen
from dashboard.components.table import table
from dashboard.shell import address
from dashboard.shell.address import plain
from genre_core.data.dataset import PARTS, Dataset, IntArray
from genre_core.data.splitting import Split
from genre_core.settings.config import DatasetConfig

FEATURES_SHOWN = 20


def draw(config: DatasetConfig, data: Dataset, rows: IntArray, split: Split | None, sentence: str) -> None:
    """Draw the rows of the data to hear and as a table, with their number, a download, and a way to let go of them."""
    with st.container(key="chosen-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**Chosen {data.noun}s**", width="content")
        if len(rows):
            meaning = "Download these tracks with all their features."
            csv_download(lambda: columns(data, rows, split), f"{named('chosen tracks')}.csv", "chosen", help=meaning)
        address.close_button("close chosen", "area", "genre")
    st.caption(plain(sentence))
    if not len(rows):
        return
    listen(config, [Listed(row, data.genres[data.y[row]]) for row in rows.tolist()], "chosen player")
    alt = "The selected tracks with their genre, groups, part of the split and features."
    table(columns(data, rows, split, FEATURES_SHOWN), "chosen tracks", alt, n=len(rows), most=8, file=None)
    if len(data.features) > FEATURES_SHOWN:
        st.caption(f"The first {FEATURES_SHOWN} of {len(data.features):,} features are shown; the CSV has all.")


def columns(data: Dataset, rows: IntArray, split: Split | None, most: int | None = None) -> Columns:
    """Return rows of the data by column: name, genre, what they belong to, part of the split, then `most` features."""
    found: Columns = {"track": [data.tracks[row] for row in rows.tolist()]}
    found["genre"] = [data.genres[number] for number in data.y[rows].tolist()]
    if data.y_clean is not None:
        found["true genre"] = [data.genres[number] for number in data.y_clean[rows].tolist()]
    for level, numbers in data.groups.items():
        found[f"of {level}" if level == "track" else level] = [
            data.called(level, number) for number in numbers[rows].tolist()
        ]
    if split is not None:
        found["part"] = _parts(rows, split)
    for at, name in enumerate(data.features[:most]):
        free = name if name not in found else f"{name} (feature)"
        found[free] = [None if value != value else value for value in data.X[rows, at].tolist()]
    return found


def _parts(rows: IntArray, split: Split) -> list[str]:
    parts = np.full(len(rows), "", dtype=object)
    for part in PARTS:
        parts[np.isin(rows, split[part])] = part
    return parts.tolist()
