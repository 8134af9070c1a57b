"""Every feature as a small picture, in as many columns as there is room for; pressing one chooses its feature."""

from collections.abc import Callable

import streamlit as st

from dashboard.components.picture import pictured

_mount = pictured(__file__)


def small_multiples(html: str, key: str, *, chosen: str, on_pick: Callable[[str], None]) -> None:
    """Draw what `figures.features.multiples` returned; `on_pick` is given the name of the feature that was pressed."""
    data = {"file": "features by genre", "html": html, "chosen": chosen}
    _mount(key=key, data=data, on_pick_change=lambda: on_pick(str(st.session_state[key]["pick"])))
