"""How much of a page is in sight: all of it, what a first look needs, or that in large type for a projector.

A plain page is its answer, one picture and three numbers. The page draws all its parts as ever, and a style leaves out
those that are not needed: nothing chosen is lost, and what follows a run finds its parts.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components.copy_link import copy_link
from dashboard.components.words import words
from dashboard.shell import address
from dashboard.shell.mount import mount
from dashboard.theme import Numbers, percent

EVERYTHING, PLAIN, PROJECTOR = "", "plain", "projector"
VIEWS = {
    EVERYTHING: "Everything",
    PLAIN: "Plain: the answer, one picture, three numbers",
    PROJECTOR: "Projector: plain, in large type",
}
PAGES = ("train", "evaluate", "genres", "track", "compare", "data", "repeat", "tune", "lens", "listen", "ear")
"""Pages with a result, which have a plain view; the others are a list or a form."""
HERE = Path(__file__).parent
CSS = HERE / "view_plain.css"
_KEY, _AT_FIRST, _HAS_CHOSEN = "view of the page", "plain at first", "view was chosen"
_mount = mount(__file__, styled=False)


def leave_out(page: str) -> None:
    """Leave out of a page what the chosen view does not show."""
    chosen = address.view() if page in PAGES else EVERYTHING
    if chosen:
        st.html(CSS)
    if chosen == PROJECTOR:
        st.html(HERE / "view_projector.css")
        _mount(key="projector keys", data={}, height=0)


def plain_at_first() -> None:
    """Let a first visit see the plain view, until the person chooses one."""
    if not address.view() and not st.session_state.get(_HAS_CHOSEN):
        st.session_state[_AT_FIRST] = True
        st.html(CSS)


def numbers_part(shown: Numbers) -> dict[str, Any]:
    """Return the three numbers of a plain page, by what they are: rates in [0, 1], or as they are written."""
    said = {name: value if isinstance(value, str) else percent(_or_nan(value)) for name, value in shown.items()}
    return {"kind": "numbers", "numbers": said}


def _or_nan(rate: float | None) -> float:
    return math.nan if rate is None else rate


def numbers(part: Mapping[str, Any], live: str = "") -> None:
    """Draw the three numbers of a page, which its plain view alone shows; with `live` they follow a run."""
    with st.container(key="plain-numbers"):
        words(part, "plain numbers", live=live)


def beyond_plain(what: str, *, aside: bool = False) -> DeltaGenerator:
    """Return a container for what a plain page leaves out; with `aside` the column that it fills goes with it."""
    return st.container(key=f"beyond plain {'aside ' if aside else ''}{what}", gap="small")


def choose_view(page: str) -> None:
    """Draw the choice of a view, in the bar above the page, and what copies the link, which says the view too."""
    label, icon = ("View", ":material/visibility:") if page in PAGES else ("Link", ":material/link:")
    with st.container(key="view-choice"), st.popover(label, icon=icon, type="tertiary"):
        if page in PAGES:
            _views()
        copy_link()


def _views() -> None:
    at_first = PLAIN if st.session_state.pop(_AT_FIRST, False) else EVERYTHING
    st.session_state[_KEY] = chosen = address.view() or at_first
    st.radio("View", VIEWS, format_func=VIEWS.__getitem__, key=_KEY, label_visibility="collapsed", on_change=_choose)
    if chosen == PROJECTOR:
        st.caption("Space pauses and resumes, → trains one epoch, Esc opens this menu.")
        st.button("Everything", key="leave projector", on_click=address.look, kwargs={"view": None})


def _choose() -> None:
    st.session_state[_HAS_CHOSEN] = True
    address.look(view=st.session_state[_KEY] or None)
