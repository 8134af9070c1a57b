"""A genre at a glance: what it is confused with, what sets it apart, from where on it is answered, and its tracks."""

import streamlit as st

from dashboard.sections.genre import exchange, features, threshold, tracks
from dashboard.sections.genre.one_genre import OneGenre

FEATURES = 8


def draw(one: OneGenre) -> None:
    """Draw the three pictures beside each other, and the most and least typical tracks under them."""
    left, middle, right = st.columns([1.1, 1, 1], gap="medium")
    with left:
        exchange.draw(one)
    with middle:
        st.subheader("What sets it apart", anchor=False)
        features.apart_chart(one, FEATURES, folded=False)
    with right:
        threshold.curves(one, both=False)
    tracks.both_ends(one)
