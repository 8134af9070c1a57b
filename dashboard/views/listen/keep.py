"""Keep a sound in a collection, where a person asks for that."""

import streamlit as st

from dashboard.services import tables
from dashboard.services.commands import act
from genre_core.data.clips.collection import KIND
from genre_core.store.schema import Run

USUAL = "my sounds"


def keep_it(run: Run, name: str, data: bytes) -> None:
    """Draw the button that keeps a sound: of which genre it is, and in which collection."""
    with st.popover("Keep it in a collection", icon=":material/library_add:", type="tertiary"):
        genre = st.selectbox("Genre", run.context["genres"], index=None, accept_new_options=True, key="kept genre",
                             placeholder="choose one or type another")  # fmt: skip
        there = list(dict.fromkeys([USUAL, *tables.names(KIND)]))
        collection = st.selectbox("Collection", there, accept_new_options=True, key="kept collection")
        st.button("Keep it", type="primary", key="keep it", disabled=not genre or not collection, on_click=_keep,
                  args=(name, data, genre, collection))  # fmt: skip


def _keep(name: str, data: bytes, genre: str, collection: str) -> None:
    def keep() -> bool:
        tables.keep_sound(name, data, genre.strip()[:100], collection.strip()[:100])
        st.toast(f"{name} is in the collection {collection}.", icon=":material/check:")
        return True

    act(keep)
