"""Tracks on a plane."""

import streamlit as st

from dashboard import services
from dashboard.address import plain
from dashboard.components.plot import plot
from dashboard.figures.data import projection_figure
from dashboard.sentences import data as sentences
from genre_core.config import DatasetConfig
from genre_core.dataset import Dataset
from genre_core.errors import DataError
from genre_core.exploration import Method

PLANES: dict[Method, str] = {"lda": "what separates genres (LDA)", "pca": "what varies most (PCA)"}


def draw(config: DatasetConfig, data: Dataset) -> None:
    """Draw tracks on a plane in their genres' colours."""
    with st.container(key="plane-block", gap="small"):
        st.markdown("**Tracks on a plane**")
        chosen = st.segmented_control(
            "Plane", list(PLANES), key="plane", default="lda", required=True, format_func=PLANES.__getitem__,
            label_visibility="collapsed",
        )  # fmt: skip
        method: Method = chosen or "lda"
        try:
            found = services.projection(config, method)
        except DataError as error:
            st.caption(plain(str(error)))
            return
        lifted = _lifted(data)
        sentence = sentences.projection_sentence(found, data)
        figure = projection_figure(found.points, found.y, data.genres, sentences.axes(found), lifted=lifted)
        if lifted and len(lifted) <= 4:
            figure["layout"]["margin"]["t"] = 40  # its legend is one line
        plot(figure, key="plane plot", height=500, alt=sentence, revision=method)
        st.caption(plain(sentence))
        with st.expander("As a table", type="compact"):
            st.dataframe(sentences.centres_table(found, data), hide_index=True)


def _lifted(data: Dataset) -> list[int]:
    """Draw the choice of genres that stand out, where there are more than there are colours."""
    if len(data.genres) <= 8:
        return []
    names = st.multiselect(
        "Genres that stand out", data.genres, data.genres[:3], max_selections=8, key=f"lifted of {hash(data.genres)}"
    )
    return [data.genres.index(name) for name in names]
