"""The parts of a long page: a large screen shows all of them, a phone the one that is chosen."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components.address_choice import address_choice
from dashboard.shell import address

HOLDERS = ':is([data-testid="stLayoutWrapper"], [data-testid="stColumn"])'
SHOWN = ':is([data-testid="stElementContainer"], [data-testid="stExpander"], [data-testid="stPopover"])'
"""What holds nothing that is shown takes no room either: neither does the column that a hidden part stands in."""


def phone_parts(titles: Mapping[str, str]) -> None:
    """Draw what chooses among parts, which a phone alone shows; a plain view has no parts."""
    if address.view():
        return
    with st.container(key="phone-parts"):
        chosen = address_choice("Part of the page", "shown", titles)
    hidden = ":is(" + ", ".join(f'[class*="st-key-part-{name}"]' for name in titles if name != chosen) + ")"
    st.html(
        f"<style>@media (max-width: 767px) {{ {HOLDERS}:has({hidden}):not(:has({SHOWN}:not({hidden} *))) "
        "{ display: none; } }</style>"
    )


def part(name: str, what: str = "") -> DeltaGenerator:
    """Return a container for (a piece of) the part of that name."""
    return st.container(key=f"part {name} {what}".rstrip(), gap="small")
