"""A table as it was taken: what each column is for and why, to be changed; a published split; and the first rows."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.table import table
from dashboard.services import sounds, tables
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.views.data import collection, genre_choice, quality
from dashboard.views.data import importing_text as sentences
from dashboard.views.data import text as said
from dashboard.views.data.columns import columns_list
from dashboard.views.data.upload import closing, split_upload
from genre_core.data.dataset import Column, Dataset, Role
from genre_core.data.tables.labels import UNLABELED
from genre_core.errors import DataError, NoFeatureError
from genre_core.settings.config import ClipsConfig, ExperimentConfig, FmaConfig, SoundConfig, TableConfig

PREVIEW_ROWS, PREVIEW_COLUMNS = 20, 200


def draw(config: ExperimentConfig, data: Dataset) -> None:
    """Draw the columns beside what there is to know, then the published split and the first rows."""
    taken = "Clips" if isinstance(config.data, SoundConfig) else "Columns and rows"
    phone_parts({"check": "Data check", "taken": taken})  # what is wrong comes first
    left, right = st.columns([1.1, 1], gap="medium")
    with left, part("taken"), st.container(key="table-columns"):
        if isinstance(config.data, TableConfig):
            _columns(config.data, data.columns, said.columns_sentence(data))
            genre_choice.draw(config.data)
            preview(config.data, [column.name for column in data.columns if column.role == "feature"])
        elif isinstance(config.data, FmaConfig):
            _fma(config.data)
            genre_choice.draw(config.data)
            preview(config.data)
        elif isinstance(config.data, SoundConfig):
            collection.listen(config.data, sounds.clips(config.data))
            genre_choice.draw(config.data)
        _published(config, data)
    with right, part("check"):
        quality.draw(config, data)
        if isinstance(config.data, SoundConfig):
            collection.describe(config.data, sounds.clips(config.data))


def unusable(config: TableConfig, why: DataError | None) -> None:
    """Draw what a person can choose where a table cannot be used as it is, and its first rows."""
    seen = tables.inspection(config.table)
    if seen is None:
        return
    if seen.kept and not tables.chosen(config):
        st.button(
            f"Keep the {seen.kept:,} commonest genres", key="keep commonest", on_click=forms.take,
            args=({"values": {"data.min_tracks": seen.least}},),
        )  # fmt: skip
    if UNLABELED in seen.problem:
        st.button(
            "Keep them as a genre of their own", key="keep unlabeled", on_click=forms.take,
            args=({"values": {"data.unlabeled": "keep"}},),
        )  # fmt: skip
    if tables.chosen(config):
        st.button(
            "Reset all columns",
            icon=":material/restart_alt:",
            key="judge all anew",
            on_click=forms.take,
            args=({"values": dict.fromkeys(forms.OF_COLUMNS)},),
        )
    elif seen.candidates and not isinstance(why, NoFeatureError):
        st.pills(
            "Which column names the genre?", seen.candidates[:30], format_func=plain, key="choose genre column",
            on_change=_choose_genre,
        )  # fmt: skip
    if isinstance(why, NoFeatureError):
        _columns(config, why.columns)
    else:
        genre_choice.draw(config)
    preview(config)


def preview(config: TableConfig | FmaConfig, features: Sequence[str] = ()) -> None:
    """Draw the first rows, with features as they are read."""
    stored = tables.stored(config)
    if stored is None:
        return
    rows = tables.first_rows(config.table, PREVIEW_ROWS, features)
    n_columns = len(rows.columns)
    wide = f", the first {PREVIEW_COLUMNS:,} of {n_columns:,} columns" if n_columns > PREVIEW_COLUMNS else ""
    st.markdown(f"**First rows** :gray[of {stored.n_rows:,}{wide}]")
    shown = rows.iloc[:, :PREVIEW_COLUMNS]
    table(shown, "first rows", "The first rows, as they are read.", n=len(rows), most=5, file="first rows")


def _choose_genre() -> None:
    if chosen := st.session_state["choose genre column"]:
        forms.take({"values": {"data.label": chosen}})


def _columns(config: TableConfig, columns: Sequence[Column], sentence: str = "") -> None:
    """Draw what each column was taken for; a change that cannot be is not taken and says why."""

    def change(name: str, role: Role | None) -> None:
        before = address.settings_named()
        try:
            values = tables.changed(columns, {name: role}, config)
        except DataError as error:
            quality.refuse(name, str(error), before)
            return
        forms.take({"values": values})

    column, problem = quality.refusal(address.settings_named())
    st.markdown("**Role of each column**")
    if sentence:
        st.caption(plain(sentence, 1000))
    problems = {column: problem} if column else {}
    columns_list(columns, "columns", change, chosen=tables.chosen(config), problems=problems)
    stored = tables.stored(config)
    for note in stored.notes if stored else ():
        st.caption(plain(note, 1000))


def _fma(config: FmaConfig) -> None:
    """Say what was imported and where it comes from."""
    stored = tables.stored(config)
    st.markdown(f"**{stored.name if stored else 'FMA'}**")
    for note in stored.notes if stored else ():
        st.caption(plain(note, 1000))
    st.caption("Choose the subset, feature families and statistics in the settings.")
    st.caption(sentences.FMA_SOURCE)


def _published(config: ExperimentConfig, data: Dataset) -> None:
    """Draw what a published split comes to and the way to use it; of a table, the way to add one."""
    with st.container(key="published-split", gap="small"):
        if data.published is None:
            if isinstance(config.data, TableConfig | ClipsConfig):
                st.markdown("**Published split** :gray[none]")
                _add_split()
            return
        title = "Official split" if isinstance(config.data, FmaConfig) else "Published split"
        used = config.split.by == "published"
        st.markdown(f"**{title}** :gray[{'in use' if used else 'not in use'}]")
        st.caption(plain(sentences.published_sentence(data)))
        if unknown := sentences.unknown_tracks(data):
            st.caption(plain(unknown))
        with st.container(key="published-actions", horizontal=True, vertical_alignment="center", gap="small"):
            by = None if used else "published"
            label = "Split another way" if used else "Split as published"
            if not (empty := sentences.empty_part(data)):
                st.button(label, key="use published", on_click=forms.take, args=({"values": {"split.by": by}},))
            else:
                st.caption(f"It cannot be used: none of its {empty} tracks is in these data.")
            if isinstance(config.data, TableConfig | ClipsConfig):
                _add_split("Another split")


def _add_split(label: str = "Add a published split") -> None:
    with closing(label, ":material/call_split:"):
        split_upload()
