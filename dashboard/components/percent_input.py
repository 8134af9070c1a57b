"""A field for a percentage."""

from typing import Any

import streamlit as st


def percent_input(label: str, key: str, low: float, high: float, *, step: float = 1.0, **more: Any) -> None:
    """Draw a field for a percentage with one decimal, whose value stands in the session at `key`."""
    st.number_input(f"{label}, in %", low, high, step=step, format="%.1f", key=key, **more)
