"""Numbers that the address says, and fields for percentages."""

from typing import Any

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


def percent_input(label: str, key: str, low: float, high: float, *, step: float = 1.0, **more: Any) -> None:
    """Draw a field for a percentage with one decimal, whose value stands in the session at `key`."""
    st.number_input(f"{label}, in %", low, high, step=step, format="%.1f", key=key, **more)


def reject_below(key: str, help: str) -> float:
    """Draw the field for the confidence below which a run says that it does not know, which `?reject=` says.

    Its percentage stands in the session at `key`; returns the confidence in [0, 1].
    """
    given = address_number("reject", 0.0, 1.0, "a threshold from 0 to 1") or 0.0
    st.session_state[key] = 100 * given
    percent_input("“Don't know” below", key, 0.0, 100.0, step=5.0, on_change=_reject, args=(key,), help=help, width=190)
    return given


def _reject(key: str) -> None:
    value = st.session_state[key] / 100
    address.look(reject=f"{value:.4g}" if value else None)
