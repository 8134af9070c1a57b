"""One of several ways to look at something, in a quiet menu, kept in the address by its short name."""

from collections.abc import Mapping

import streamlit as st

from dashboard.components.address_choice import NOTHING, Name
from dashboard.shell import address


def address_menu(
    label: str, name: str, options: Mapping[Name, str], *, width: int = 170, on_change: Mapping[str, None] = NOTHING
) -> Name:
    """Draw a menu of options (value → text) and return the one that `?name=` says, by default the first.

    A choice is one Back step; `on_change` names what else it takes out of the address.
    """
    default = next(iter(options))
    given = st.query_params.get(name) or default  # empty where it was just taken out
    key = f"menu {name}"
    st.session_state[key] = next((option for option in options if option == given), default)

    def choose() -> None:
        value = st.session_state[key]
        address.look(**{name: None if value == default else value}, **on_change)

    chosen = st.selectbox(
        label,
        list(options),
        format_func=lambda value: options[value],
        key=key,
        label_visibility="collapsed",
        width=width,
        on_change=choose,
    )
    if given not in options:
        allowed = " or ".join(options)
        st.caption(
            f":material/link_off: {address.plain(f'{name} is “{given[:40]}” in this link')}; it can be {allowed}."
        )
    return chosen or default
