"""A number that the address says."""

import streamlit as st

from dashboard.shell import address


def address_number(name: str, low: float, high: float, what: str) -> float | None:
    """Return the number of `?name=`; None where it says none, or, with a note, one that is not from low to high."""
    text = st.query_params.get(name)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if low <= value <= high:
        return value
    address.note(f"{name} is “{text[:40]}” in this link; it can be {what}, ignored.")
    return None
