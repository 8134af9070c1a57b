"""One of a few ways to look at something, side by side or in a quiet menu, kept in the address by its short name."""

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
    default: Name | None = None,
) -> Name:
    """Draw options (value → text) side by side and return the one that `?name=` says, else `default` or the first.

    A choice is one Back step; `on_change` names what else it takes out of the address.
    """
    key = f"choice {name}"
    chosen = st.segmented_control(
        label,
        list(options),
        required=True,
        format_func=lambda value: options[value],
        key=key,
        help=help,
        label_visibility="collapsed",
        wrap=True,
        on_change=_chooser(name, options, key, on_change, default),
    )
    return _chosen(name, options, chosen, default)


def address_menu(
    label: str, name: str, options: Mapping[Name, str], *, width: int = 170, on_change: Mapping[str, None] = NOTHING
) -> Name:
    """Draw options as `address_choice` does, in a menu."""
    key = f"menu {name}"
    chosen = st.selectbox(
        label,
        list(options),
        format_func=lambda value: options[value],
        key=key,
        label_visibility="collapsed",
        width=width,
        on_change=_chooser(name, options, key, on_change),
    )
    return _chosen(name, options, chosen)


def _chooser(
    name: str, options: Mapping[Name, str], key: str, also: Mapping[str, None], usual: Name | None = None
) -> Callable[[], None]:
    """Let the widget of that key show what the address says, and return what puts a choice into the address."""
    default, given = usual or next(iter(options)), st.query_params.get(name)
    st.session_state[key] = next((option for option in options if option == given), default)

    def choose() -> None:
        value = st.session_state[key]
        address.look(**{name: None if value == default else value}, **also)

    return choose


def _chosen(name: str, options: Mapping[Name, str], chosen: Name | None, usual: Name | None = None) -> Name:
    """Return the choice, with a note where the address says another one; it is empty where it was just taken out."""
    given = st.query_params.get(name)
    if given and given not in options:
        last = len(options) - 1
        can_be = f"0 to {last}" if set(options) == set(map(str, range(last + 1))) else " or ".join(options)
        address.note(f"{name} is “{given[:40]}” in this link; it can be {can_be}.")
    return chosen or usual or next(iter(options))
