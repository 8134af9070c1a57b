"""Scores of generated clips, as their recipes say: what was drawn, and what is played."""

from typing import NamedTuple

import streamlit as st

from dashboard.services.workers import store
from genre_core.data.music.composing import compose
from genre_core.data.music.piece import Piece
from genre_core.data.music.score import PianoRoll, piano_roll


class Composed(NamedTuple):
    """A generated clip: the piece that was drawn, and the piano roll of its score."""

    piece: Piece
    roll: PianoRoll


@st.cache_resource(show_spinner=False, max_entries=64)
def composed(clip: str) -> Composed | None:
    """Return the score of a clip by its identity; None of one that was recorded, or that is not known here."""
    found = store().clips.find(clip)
    if found is None or not found.recipe:
        return None
    piece = Piece.model_validate_json(found.recipe)
    return Composed(piece, piano_roll(compose(piece)))
