"""Which genres are used: some are left out, renamed, or count as one; what that comes to is said before it is done."""

from collections.abc import Mapping

import streamlit as st

from dashboard.components.table import table
from dashboard.services import tables
from dashboard.shell import forms
from dashboard.shell.address import plain
from dashboard.theme import count
from dashboard.views.data import genre_choice_text as sentences
from genre_core.data.genres import in_order, merge_note, merged_as, one_name
from genre_core.errors import DataError
from genre_core.settings.config import DatasetConfig


def draw(config: DatasetConfig) -> None:
    """Draw the choice of genres of stored tracks, folded until it is needed."""
    try:
        sizes, counted = tables.genre_sizes(config), tables.genres_counted(config)
    except DataError:  # said where the page says why there are no tracks
        return
    if len(sizes) < 3:
        return
    with st.expander("Choose, merge or rename genres", type="compact", icon=":material/merge:", key="genre choice"):
        _taken(config, sizes, counted)
        _choice(config, sizes, counted)


def _choice(config: DatasetConfig, sizes: Mapping[str, int], counted: Mapping[str, str]) -> None:
    """Draw the genres to choose from, what can be done with those that are chosen, and what it comes to."""
    now = sentences.totals(sizes, counted)
    out = {genre: genre for genre in sizes if genre not in counted}
    key = f"chosen genres {forms.said_config().data.model_dump_json()}"  # none is chosen once the settings changed
    chosen = st.multiselect(
        "Genres", [*in_order(now), *out], key=key, placeholder="choose some",
        format_func=lambda name: sentences.option(name, now, sizes),
    )  # fmt: skip
    if not chosen:
        st.caption(plain(sentences.sizes_sentence(now)))
        alt = "The tracks of each genre that is used."
        table(sentences.sizes_table(now), "genres to use", alt, n=len(now), most=6, file="genres")
        return
    name = st.text_input("Name", one_name(chosen), key=f"{key} {chosen} name", max_chars=100).strip() or chosen[0]
    alone = {genre: to for genre, to in {**counted, **out}.items() if to in chosen}
    together = {**counted, **dict.fromkeys(alone, name)}
    rest = {genre: to for genre, to in counted.items() if to not in chosen}
    st.caption(plain(sentences.preview(name, alone, sizes, together)))
    with st.container(key="genre actions", horizontal=True, gap="small"):
        _button("Count as one genre" if len(chosen) > 1 else "Rename it", together, config, "merge genres")
        _button("Leave out", rest, config, "leave out genres")
        if len(chosen) > 1:
            _button("Use these alone", alone, config, "use genres alone")
    table(
        sentences.sizes_table(sentences.totals(sizes, together)), "genres after", "The tracks of each genre then.",
        n=len(set(together.values())), most=6, file="genres then",
    )  # fmt: skip


def _button(label: str, wanted: Mapping[str, str], config: DatasetConfig, key: str) -> None:
    """Draw a button by which genres count as wanted, where two are left."""
    change = {"values": {"data.genres": tables.genres_text(config, wanted) or None}}
    st.button(label, key=key, disabled=len(set(wanted.values())) < 2, on_click=forms.take, args=(change,))


def _taken(config: DatasetConfig, sizes: Mapping[str, int], counted: Mapping[str, str]) -> None:
    """Draw what was chosen, each with its way back."""
    for number, (name, members) in enumerate(merged_as(counted).items()):
        back = {genre: genre if to == name else to for genre, to in counted.items()}
        _back(merge_note(name, members), back, config, f"unmerge {number}")
    if n_out := len(sizes) - len(counted):
        note = f"{count(n_out, 'genre')} left out."
        _back(note, {**{genre: genre for genre in sizes}, **counted}, config, "use all genres")


def _back(note: str, wanted: Mapping[str, str], config: DatasetConfig, key: str) -> None:
    with st.container(key=f"way back {key}", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(plain(note, 1000), width="content")
        change = {"values": {"data.genres": tables.genres_text(config, wanted) or None}}
        st.button("Undo", icon=":material/undo:", type="tertiary", key=key, on_click=forms.take, args=(change,))
