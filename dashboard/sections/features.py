"""How the features differ from genre to genre."""

import streamlit as st

from dashboard import services
from dashboard.address import plain
from dashboard.components.plot import plot
from dashboard.figures.data import distribution_figure
from dashboard.sentences import data as sentences
from genre_core.config import DatasetConfig
from genre_core.dataset import Dataset
from genre_core.exploration import spreads


def draw(config: DatasetConfig, data: Dataset) -> None:
    """Draw one feature by genre; the first is the one that tells genres apart best."""
    found = services.separations(config)
    names = [item.feature for item in found]
    with st.container(key="feature-by-genre", gap="small"):
        st.markdown("**One feature by genre** :gray[best separating first]")
        feature = st.selectbox("Feature", names, key=f"feature of {hash(data.features)}", label_visibility="collapsed")
        rank = names.index(feature)
        sentence = sentences.feature_sentence(found[rank], len(names), rank + 1)
        figure = distribution_figure(data.X[:, data.features.index(feature)], data.y, data.genres, feature)
        figure["layout"]["title"] = {"text": ""}
        figure["layout"]["margin"] = {"l": 8, "r": 8, "t": 8, "b": 8}
        height = 70 + min(26, max(12, 420 // len(data.genres))) * len(data.genres)
        plot(figure, key="feature", height=height, alt=sentence)
        st.caption(plain(sentence))
        with st.expander("As a table", type="compact"):
            st.dataframe(sentences.spread_table(spreads(data, feature)), hide_index=True)
