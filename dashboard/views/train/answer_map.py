"""The map of the validation tracks: what a network answers to them, and its boundaries between the genres."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard.components.picture import pictured
from dashboard.theme import PALETTE, TWINS, genre_colour

_mount = pictured(__file__)


def answer_map(
    part: Mapping[str, str], always: Mapping[str, Any], key: str, *, how: str, on_pick: Callable[[int], None]
) -> None:
    """Draw the map of a part of `watching.part`; it moves with the drawing. `on_pick` gets a track that was pressed.

    `how` explains the picture.
    """
    n = len(always["genres"])
    colours = [(genre_colour(genre, n), TWINS[genre_colour(genre, n)]) for genre in range(n)]
    hues = {name: PALETTE[name] for name in ("ink", "muted", "axis", "background", "right", "wrong")}
    data = {**part, **always, "how": how, "colours": colours, "hues": hues, "live": "watch map", "many": n > 8}
    _mount(key=key, data=data, on_pick_change=lambda: on_pick(int(st.session_state[key]["pick"]["track"])))
