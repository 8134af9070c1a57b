"""What is folded under its title, and drawn only once a person opens it."""

from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

Given = ParamSpec("Given")


def folded(title: str, key: str, draw: Callable[Given, object], /, *args: Given.args, **kwargs: Given.kwargs) -> None:
    """Draw the title of what `draw` draws, given the rest, where it is open."""
    fold = st.expander(title, key=key, type="compact", on_change="rerun")
    if fold.open:
        with fold:
            draw(*args, **kwargs)
