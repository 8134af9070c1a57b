"""Check that tracks have features, and a sentence where they do not, such as a spectrogram."""

import streamlit as st

from genre_core.data.dataset import Dataset


def has_features(data: Dataset, what: str) -> bool:
    """Return whether the tracks are lists of features; where they are not, say on the page that `what` needs them."""
    if not data.features:
        st.caption(f"{what} needs features, and these data hold {data.inputs.noun}.")
    return bool(data.features)
