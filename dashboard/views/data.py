"""Data: what the tracks are, how they differ from genre to genre, and what to know before training on them."""

import streamlit as st

from dashboard import address, forms, services
from dashboard.address import plain
from dashboard.components.address_choice import address_choice
from dashboard.components.upload import upload, upload_problem
from dashboard.sections import counts, features, genres, importing, limits, quality, tracks_map
from dashboard.sentences import data as sentences
from genre_core.config import DatasetConfig, TableConfig
from genre_core.dataset import Dataset
from genre_core.errors import DataError
from genre_core.presets import PRESETS

SECTIONS = {
    "overview": "Tracks",
    "features": "Features",
    "genres": "Genres",
    "limits": "The best possible",
    "check": "What to know",
}
MOST_RUNS = 10_000


def main() -> None:
    """Draw the page: the answer, what to do next, and the section that the address names."""
    form = forms.sidebar_settings(PRESETS, services.tables(), sections=("data",), columns=_columns)
    config = form.config.data if form.config else None
    data, problem = _load(config)
    with st.container(key="data-answer", gap="small"):
        _answer(config, data, problem)
    if data is None or config is None:
        return
    _section(config, data)


def _section(config: DatasetConfig, data: Dataset) -> None:
    """Draw the chosen section; a table opens on what it was taken for."""
    first = {"check": "The table"} if isinstance(config, TableConfig) else {}
    match address_choice("Section", "section", {**first, **{n: t for n, t in SECTIONS.items() if n not in first}}):
        case "overview":
            left, right = st.columns([1, 1.35], gap="medium")
            with left:
                counts.draw(config, data)
            with right:
                tracks_map.draw(config, data)
        case "features":
            features.draw(config, data)
        case "genres":
            genres.draw(config, data)
        case "limits":
            limits.draw(config, data)
        case _:
            quality.draw(config, data)
            if isinstance(config, TableConfig):
                importing.draw(config, data)


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


main()
