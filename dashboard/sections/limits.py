"""What no classifier can beat on these tracks."""

import streamlit as st

from dashboard import services
from dashboard.address import plain
from dashboard.theme import percent
from genre_core.config import DatasetConfig
from genre_core.dataset import Dataset


def draw(config: DatasetConfig, data: Dataset) -> None:
    """Say the best that can be reached, or that it is not known."""
    limit = services.limit(config)
    if limit is None:
        st.caption("The best possible is not known: these tracks were measured, and no one knows the law behind them.")
        return
    st.caption(plain(f"No classifier can be right on more than {percent(limit.accuracy)} of such tracks."))
