"""The pretrained tagger is offered: what it is, its size, source and license, the button, and how far fetching is."""

import streamlit as st

from dashboard.components.safely import refreshing
from dashboard.services import tagger
from dashboard.shell.address import plain
from genre_core.data.clips.tagger.about import ABOUT, KEPT_BYTES, LICENSE, SOURCE, WARNING, WHEEL_BYTES

LOOK_SECONDS = 0.5
SIZES = f"Fetching loads {WHEEL_BYTES / 10**6:.0f} MB from {SOURCE} and keeps {KEPT_BYTES / 10**6:.0f} MB."


def tagger_offer(also: str = "") -> None:
    """Draw what the tagger is and the way to fetch it: to do what is asked for, or `also` something.

    The page is drawn anew when it is there.
    """
    with st.container(key="tagger-offer", border=True, gap="small"):
        st.markdown(f"**{also or 'These features need a pretrained tagger, which is not here yet'}**")
        st.caption(plain(f"{ABOUT} {WARNING}"))
        st.caption(plain(f"{SIZES} License: {LICENSE}."))
        now = tagger.fetching()
        if now.active:
            refreshing(_progress, LOOK_SECONDS)()
            return
        label = f"Fetch the tagger ({WHEEL_BYTES / 10**6:.0f} MB)"
        st.button(label, icon=":material/download:", type="secondary" if also else "primary", key="fetch tagger",
                  on_click=tagger.fetch_tagger)  # fmt: skip
        if now.problem:
            st.caption(f":material/error: {plain(now.problem)}")


def _progress() -> None:
    now = tagger.fetching()
    if not now.active:
        st.rerun()
    megabytes = WHEEL_BYTES / 10**6
    st.progress(now.share, f"Fetching the tagger: {now.share * megabytes:.0f} of {megabytes:.0f} MB.")
