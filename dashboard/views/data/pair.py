"""Two genres to look at, or all of them, kept in the address."""

from collections.abc import Sequence

import streamlit as st

from dashboard.shell import address

ALL = "all genres"


def chosen_pair(n_genres: int) -> tuple[int, int] | None:
    """Return the two genres that `?pair=` says (`2-5`, counted from 0), None for all."""
    one, _, other = st.query_params.get("pair", "").partition("-")
    if one.isdecimal() and other.isdecimal() and len(one) < 5 and len(other) < 5:
        pair = int(one), int(other)
        if max(pair) < n_genres and pair[0] != pair[1]:
            return pair
    return None


def choose_pair(genres: Sequence[str]) -> tuple[int, int] | None:
    """Draw the choice of two genres and return it; None: all of them."""
    pair = chosen_pair(len(genres))
    names = dict(enumerate(genres))
    st.session_state["pair one"] = None if pair is None else pair[0]
    st.session_state["pair other"] = None if pair is None else pair[1]
    with st.container(key="pair", horizontal=True, vertical_alignment="center", gap="small"):
        for key, label in (("pair one", "One genre"), ("pair other", "against another")):
            st.selectbox(
                label,
                list(names),
                index=None,
                key=key,
                placeholder=ALL if key == "pair one" else "against …",
                format_func=lambda number: names[number],
                label_visibility="collapsed",
                width=170,
                on_change=_choose,
                args=(key, len(genres)),
            )
        if pair is not None:
            st.button(ALL.capitalize(), key="all genres", type="tertiary", on_click=address.look, kwargs={"pair": None})
    return pair


def _choose(key: str, n_genres: int) -> None:
    """Take over one of the two; the other, where it is not chosen yet, becomes the next genre."""
    one, other = st.session_state["pair one"], st.session_state["pair other"]
    changed = one if key == "pair one" else other
    if changed is None:
        address.look(pair=None)
        return
    beside = other if key == "pair one" else one
    if beside is None or beside == changed:
        beside = (changed + 1) % n_genres
    address.look(pair=(changed, beside) if key == "pair one" else (beside, changed))
