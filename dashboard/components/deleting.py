"""The two buttons of a question whether to delete something: the one that does is red, and never the first choice."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def delete_or_keep(label: str, what: str, delete: Callable[..., None], *args: Any) -> None:
    """Draw the button that calls `delete`, and the one that leaves all as it is; `what` is such as `run`."""
    with st.container(key=f"deleting-{what}", horizontal=True):
        if st.button(label, icon=":material/delete:", key=f"delete {what} for good", on_click=delete, args=args):
            st.rerun()
        if st.button("Keep it", key=f"keep {what}"):
            st.rerun()
