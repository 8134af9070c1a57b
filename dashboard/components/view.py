"""How much of a page is in sight: all of it, what a first look needs, or that in large type for a projector."""

from pathlib import Path

import streamlit as st

from dashboard.shell import address
from dashboard.shell.mount import mount

EVERYTHING, PLAIN, PROJECTOR = "", "plain", "projector"
VIEWS = {
    EVERYTHING: "Everything",
    PLAIN: "Plain: the answer and one picture",
    PROJECTOR: "Projector: plain, in large type",
}
PAGES = ("train", "evaluate")
"""Pages that have a plain view."""
HERE = Path(__file__).parent
_KEY = "view of the page"
_mount = mount(__file__, styled=False)


def leave_out(page: str) -> None:
    """Leave out of a page what the chosen view does not show."""
    chosen = address.view() if page in PAGES else EVERYTHING
    for style in ("view_plain",) if chosen == PLAIN else ("view_plain", "view_projector") if chosen else ():
        st.html(HERE / f"{style}.css")
    if chosen == PROJECTOR:
        _mount(key="projector keys", data={}, height=0)


def choose_view(page: str) -> None:
    """Draw the choice of a view, in the bar above the page."""
    if page not in PAGES:
        return
    st.session_state[_KEY] = chosen = address.view()
    with st.container(key="view-choice"), st.popover("View", icon=":material/visibility:", type="tertiary"):
        st.radio(
            "View", VIEWS, format_func=VIEWS.__getitem__, key=_KEY, label_visibility="collapsed", on_change=_choose
        )
        if chosen == PROJECTOR:
            st.caption("Space pauses and resumes, → trains one epoch, Esc opens this menu.")
            st.button("Everything", key="leave projector", on_click=address.look, kwargs={"view": None})


def _choose() -> None:
    address.look(view=st.session_state[_KEY] or None)
