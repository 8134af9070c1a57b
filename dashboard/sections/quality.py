"""What a person should know about the data before trusting a score on them."""

import streamlit as st

from dashboard.address import plain
from genre_core.config import DatasetConfig
from genre_core.dataset import Dataset


def draw(config: DatasetConfig, data: Dataset) -> None:
    """Draw what loading did to the data."""
    if data.notes:
        st.markdown("\n".join(f"- {plain(note)}" for note in data.notes))
