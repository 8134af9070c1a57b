"""Genres: how far they lie apart, and which of them lie together."""

import streamlit as st

from dashboard.components.has_features import has_features
from dashboard.components.many_genres import tall
from dashboard.components.plot import plot
from dashboard.components.twin import twin
from dashboard.figures.written import shortened
from dashboard.services import exploring
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.views.data import counts
from dashboard.views.data import exploration_text as sentences
from dashboard.views.data.genres_figure import distances_figure
from genre_core.data.dataset import Dataset
from genre_core.errors import DataError
from genre_core.inspection.relations import GenreDistances
from genre_core.settings.config import DatasetConfig

NEAREST = 5


def draw(config: DatasetConfig, data: Dataset) -> None:
    """Draw the distances between genres with their tree, the nearest pairs, and the number of tracks of each."""
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        if not has_features(data, "How far genres lie apart"):
            counts.draw(config, data)
            return
        st.markdown("**How far apart genres are** :gray[in standard deviations within genres; darker is closer]")
        try:
            found = exploring.genre_distances(config)
        except DataError as error:
            st.caption(plain(str(error)))
            return
        sentence = sentences.distance_sentence(found, len(data))
        height = 130 + min(46, max(11, 500 // len(found.genres))) * len(found.genres)
        with tall(height):
            plot(distances_figure(found), key="distances", height=height, alt=sentence)
        st.caption(plain(sentence))
        twin(sentences.distance_table(found), "distances", "All pairs of genres, closest first.", ("wrong side",))
    with right:
        _nearest(found, data)
        counts.draw(config, data)


def _nearest(found: GenreDistances, data: Dataset) -> None:
    """Draw the nearest pairs, each leading to what tells the two apart."""
    st.markdown("**Hardest to tell apart** :gray[see their features]")
    with st.container(key="nearest-genres", gap=None):
        for one, other, _, error in sentences.genre_pairs(found)[:NEAREST]:
            st.button(
                plain(f"{shortened(one)} and {shortened(other)}: {sentences.wrong_side(error)} on the wrong side"),
                key=f"near {one} {other}",
                icon=":material/arrow_forward:",
                type="tertiary",
                on_click=address.look,
                kwargs={"section": "features", "pair": (data.genres.index(one), data.genres.index(other))},
            )
