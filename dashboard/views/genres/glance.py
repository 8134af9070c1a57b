"""A genre at a glance: what it is confused with, what sets it apart, from where on it is answered, and its tracks."""

import streamlit as st

from dashboard.components import findings
from dashboard.components.phone_parts import part
from dashboard.components.view import beyond_plain
from dashboard.services import diagnoses
from dashboard.shell.address import plain
from dashboard.views.genres import exchange, features, threshold, tracks
from dashboard.views.genres.one_genre import OneGenre
from genre_core.findings.rules import about

FEATURES = 8


def draw(one: OneGenre) -> None:
    """Draw the three pictures beside each other, under them the most and least typical tracks, and what stands out.

    A phone shows the first alone: the others are sections of their own.
    """
    left, middle, right = st.columns([1.1, 1, 1], gap="medium")
    with left:
        exchange.draw(one)
    with middle, beyond_plain("features", aside=True), part("apart"), st.container(key="glance-features", gap=None):
        st.subheader("What sets it apart", anchor=False)
        features.apart_chart(one, FEATURES, folded=False)
    with right, beyond_plain("threshold", aside=True), part("answered"):
        threshold.curves(one, both=False)
    with beyond_plain("tracks"):
        with part("ends"):
            tracks.both_ends(one)
        _what_stands_out(one)


def _what_stands_out(one: OneGenre) -> None:
    judged = one.judged
    found = about(diagnoses.findings(judged.run, judged.part, judge=judged.judge), one.number)
    if found:
        st.subheader(f"What stands out about {plain(one.name)}", anchor=False, help=findings.WHEN)
        findings.draw(judged, found, "genre findings", "views/genres/page.py")
