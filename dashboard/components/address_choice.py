"""One of a few ways to look at something, kept in the address by its short name."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

from dashboard.shell import address

Name = TypeVar("Name", bound=str)
NOTHING: Mapping[str, None] = {}


def address_choice(
    label: str,
    name: str,
    options: Mapping[Name, str],
    *,
    help: str | None = None,
    on_change: Mapping[str, None] = NOTHING,
) -> Name:
    """Draw options (value → text) side by side and return the one that `?name=` says, by default the first.

    A choice is one Back step; `on_change` names what else it takes out of the address.
    """
    default = next(iter(options))
    given = st.query_params.get(name) or default  # empty where it was just taken out
    st.session_state[f"choice {name}"] = next((option for option in options if option == given), default)
    chosen = st.segmented_control(
        label,
        list(options),
        required=True,
        format_func=lambda value: options[value],
        key=f"choice {name}",
        help=help,
        label_visibility="collapsed",
        wrap=True,
        on_change=_chooser(name, default, on_change),
    )
    if given not in options:
        allowed = " or ".join(options)
        st.caption(
            f":material/link_off: {address.plain(f'{name} is “{given[:40]}” in this link')}; it can be {allowed}."
        )
    return chosen or default


def _chooser(name: str, default: str, also: Mapping[str, None]) -> Callable[[], None]:
    def choose() -> None:
        value = st.session_state[f"choice {name}"]
        address.look(**{name: None if value == default else value}, **also)

    return choose
