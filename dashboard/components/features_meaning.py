"""Meanings of features, and their sound, where their names are usual ones."""

import streamlit as st

from dashboard.components.table import table
from genre_core.data.feature_words import NO_UNIT, meaning
from genre_core.settings.config import DatasetConfig


def features_meaning(config: DatasetConfig, features: tuple[str, ...]) -> None:
    """Draw a button that lists what the features mean; of synthetic ones it says that they have no unit."""
    rows = [{"feature": name, "meaning": said} for name in features if (said := meaning(name))]
    if rows:
        label, icon = "What the features mean", ":material/hearing:"
        menu = st.popover(label, icon=icon, type="tertiary", key="features meaning", on_change="rerun")
        if not menu.open:
            return
        with menu:
            if config.generator:
                st.caption(NO_UNIT)
            alt = "What each feature measures, and what one hears of it."
            titles = {"feature": "Feature", "meaning": "Meaning"}
            table(rows, "meaning of features", alt, n=len(rows), columns=titles, file="meaning of features")
