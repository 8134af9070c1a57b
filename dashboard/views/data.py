"""Data: what the tracks are, how they differ from genre to genre, and what a table was taken for."""

import streamlit as st

from dashboard import address, forms, services
from dashboard.address import plain
from dashboard.components.plot import plot
from dashboard.components.upload import upload, upload_problem
from dashboard.figures.data import counts_figure, distribution_figure, projection_figure
from dashboard.sentences import data as sentences
from genre_core.config import DatasetConfig, TableConfig
from genre_core.dataset import Dataset
from genre_core.errors import DataError
from genre_core.exploration import Method, spreads
from genre_core.presets import PRESETS

PLANES: dict[Method, str] = {"lda": "what separates genres (LDA)", "pca": "what varies most (PCA)"}
PREVIEW_ROWS = 20
MOST_RUNS = 10_000


def main() -> None:
    """Draw the page: the answer, counts and planes, one feature by genre, and for a table what it was taken for."""
    form = forms.sidebar_settings(PRESETS, services.tables(), sections=("data",), columns=_columns)
    config = form.config.data if form.config else None
    data, problem = _load(config)
    head = st.container(key="data-answer", gap="small")
    with head:
        _answer(config, data, problem)
    if data is None or config is None:
        return
    left, right = st.columns([1, 1.35], gap="medium")
    with left:
        _counts(data)
        _feature(config, data)
    with right:
        _plane(config, data)
    if isinstance(config, TableConfig):
        _table(config, data)


def _columns(table: str) -> dict[str, tuple[str, ...]]:
    """Return the columns of a table that can be chosen as genre and as group."""
    seen = services.inspection(table) if table else None
    return {"data.label": seen.candidates, "data.group": seen.names} if seen else {}


def _load(config: DatasetConfig | None) -> tuple[Dataset | None, str]:
    if config is None:
        return None, ""
    try:
        return services.dataset(config), ""
    except DataError as error:
        return None, str(error)


def _answer(config: DatasetConfig | None, data: Dataset | None, problem: str) -> None:
    """Draw the sentence that answers the page's question, and what to do next."""
    if config is None or data is None:
        st.header("These data cannot be used yet." if problem else "No table is chosen yet.", anchor=False)
        st.caption(plain(problem) or "Add one here, or choose a stored one in the settings.")
        upload_problem()
        upload()
        if problem and isinstance(config, TableConfig):
            _delete_button(config)
        return
    name = _name(config)
    st.header(plain(sentences.answer(data, name, services.limit(config))), anchor=False)
    st.caption(plain(sentences.second(data)))
    with st.container(key="data-actions", horizontal=True, vertical_alignment="center", gap="small"):
        label = "Train on this table" if name else "Train on these tracks"
        address.page_link("views/train.py", label, icon=":material/play_arrow:")
        with st.popover("Add a table", icon=":material/upload_file:"):
            upload()
        if isinstance(config, TableConfig):
            _delete_button(config)
    upload_problem()


def _name(config: DatasetConfig) -> str:
    """Return the name of a stored table, nothing for generated tracks."""
    if not isinstance(config, TableConfig):
        return ""
    return next((table.name for table in services.store().tables() if table.content_hash == config.table), "")


def _delete_button(config: TableConfig) -> None:
    if st.button("Delete this table", icon=":material/delete:", key="delete table"):
        _ask(config.table, _name(config))


@st.dialog("Delete this table?")
def _ask(content_hash: str, name: str) -> None:
    users = sentences.used_by(content_hash, services.store().runs(limit=MOST_RUNS))
    st.write(plain(f"{sentences.deletion(name, users)} This cannot be undone."))
    with st.container(horizontal=True):
        if st.button(
            "Delete table", type="primary", key="delete table for good", on_click=_delete, args=(content_hash,)
        ):
            st.rerun()
        if st.button("Keep it", key="keep table"):
            st.rerun()


def _delete(content_hash: str) -> None:
    services.delete_table(content_hash)
    forms.choose_table("")


def _counts(data: Dataset) -> None:
    height = 44 + min(22, max(12, 420 // len(data.genres))) * len(data.genres)
    plot(counts_figure(data.counts.tolist(), data.genres), key="counts", height=height, alt=sentences.counts_alt(data))


def _feature(config: DatasetConfig, data: Dataset) -> None:
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


def _plane(config: DatasetConfig, data: Dataset) -> None:
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


def _table(config: TableConfig, data: Dataset) -> None:
    """Draw what each column was taken for and why, the notes, and the first rows."""
    st.subheader("What the table was taken for", anchor=False)
    st.caption(plain(sentences.columns_sentence(data)))
    stored = next((t for t in services.store().tables() if t.content_hash == config.table), None)
    notes = (*(stored.notes if stored else ()), *data.notes)
    if notes:
        st.markdown("\n".join(f"- {plain(note)}" for note in notes))
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        st.markdown("**Columns**")
        config_of = {
            "column": st.column_config.TextColumn(width=150),
            "taken for": st.column_config.TextColumn(width=85),
        }
        st.dataframe(sentences.columns_table(data), hide_index=True, height=300, column_config=config_of)
    with right:
        st.markdown(f"**First rows** :gray[of {stored.n_rows if stored else len(data):,}]")
        st.dataframe(services.first_rows(config.table, PREVIEW_ROWS), hide_index=True, height=300)


main()
