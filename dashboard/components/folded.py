"""What is folded under its title, and drawn only once a person opens it."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def folded(title: str, key: str, draw: Callable[..., None], *args: Any) -> None:
    """Draw the title of what `draw` draws, given `args`, where it is open."""
    fold = st.expander(title, key=key, type="compact", on_change="rerun")
    if fold.open:
        with fold:
            draw(*args)
