"""A table as it was taken: what each column is for and why, and its first rows."""

import streamlit as st

from dashboard import services
from dashboard.address import plain
from dashboard.sentences import data as sentences
from genre_core.config import TableConfig
from genre_core.dataset import Dataset

PREVIEW_ROWS = 20


def draw(config: TableConfig, data: Dataset) -> None:
    """Draw what each column was taken for and why, the notes, and the first rows."""
    st.caption(plain(sentences.columns_sentence(data)))
    stored = next((t for t in services.store().tables() if t.content_hash == config.table), None)
    if stored and stored.notes:
        st.markdown("\n".join(f"- {plain(note)}" for note in stored.notes))
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        st.markdown("**Columns**")
        config_of = {
            "column": st.column_config.TextColumn(width=150),
            "taken for": st.column_config.TextColumn(width=85),
        }
        st.dataframe(sentences.columns_table(data), hide_index=True, height=300, column_config=config_of)
    with right:
        st.markdown(f"**First rows** :gray[of {stored.n_rows if stored else len(data):,}]")
        st.dataframe(services.first_rows(config.table, PREVIEW_ROWS), hide_index=True, height=300)
