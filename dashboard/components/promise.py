"""The promise of prediction sets: its level and for whom, kept in the address, on each page that shows a set."""

from collections.abc import Mapping

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.services.prediction_sets import Promise
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.prediction_sets import LEVELS
from genre_core.text import percent

SHARES: Mapping[str, str] = {str(round(100 * level)): percent(level, decimals=0) for level in sorted(LEVELS)}
USUAL = str(round(100 * LEVELS[0]))
WHOM: Mapping[str, str] = {"tracks": "All tracks", "genre": "Each genre"}


def promise_choice() -> Promise:
    """Draw the choices of a promise, and return it."""
    with st.container(key="promise-choices", horizontal=True, vertical_alignment="top", gap="small"):
        share = address_choice("Promise", "level", SHARES, help=GLOSSARY["prediction set"], default=USUAL)
        whom = address_choice("For", "promise", WHOM, help=GLOSSARY["promise by genre"])
    return _promise(share, whom)


def promised() -> Promise:
    """Return the promise that the address says, the usual one unless it does."""
    return _promise(st.query_params.get("level", ""), st.query_params.get("promise", ""))


def _promise(share: str, whom: str) -> Promise:
    return Promise(float(share) / 100 if share in SHARES else LEVELS[0], whom == "genre")
