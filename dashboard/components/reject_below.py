"""The field for the confidence below which a run says that it does not know, which the address says as `reject`."""

import streamlit as st

from dashboard.components.address_number import address_number
from dashboard.components.percent_input import percent_input
from dashboard.shell import address


def reject_below(key: str, help: str) -> float:
    """Draw the field, whose percentage stands in the session at `key`, and return the confidence in [0, 1]."""
    given = address_number("reject", 0.0, 1.0, "a threshold from 0 to 1") or 0.0
    st.session_state[key] = 100 * given
    percent_input("“Don't know” below", key, 0.0, 100.0, step=5.0, on_change=_reject, args=(key,), help=help, width=190)
    return given


def _reject(key: str) -> None:
    value = st.session_state[key] / 100
    address.look(reject=f"{value:.4g}" if value else None)
