"""Data: what the tracks are, how they differ from genre to genre, and what to know before training on them."""

from contextlib import suppress

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.deleting import delete_or_keep
from dashboard.components.extraction import extraction
from dashboard.components.file_names import about
from dashboard.components.safely import refreshing
from dashboard.components.tagger import tagger_offer
from dashboard.components.view import beyond_plain, numbers, numbers_part
from dashboard.services import datasets, sounds, tables, tagger, workers
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.text.limits import unheard
from dashboard.views.data import (
    collection,
    collection_text,
    counts,
    features,
    genres,
    importing,
    limits,
    otherwise,
    quality,
    tracks_map,
)
from dashboard.views.data import importing_text as said
from dashboard.views.data import text as sentences
from dashboard.views.data.upload import (
    closing,
    import_progress,
    is_refused,
    read_otherwise,
    show_imported,
    upload,
    upload_problem,
)
from genre_core.data.dataset import Dataset
from genre_core.errors import DataError, NotExtractedError
from genre_core.settings.config import (
    ClipsConfig,
    DatasetConfig,
    ExperimentConfig,
    FmaConfig,
    MusicConfig,
    SoundConfig,
    TableConfig,
)

SECTIONS = {
    "overview": "Tracks",
    "features": "Features",
    "genres": "Genres",
    "limits": "The best possible",
    "check": "Data check",
}
MOST_RUNS = 10_000
LOOK_SECONDS = 0.5
MOST_LISTED = 8


def main() -> None:
    """Draw the page: the answer, what to do next, and the section that the address names."""
    st.html(quality.CSS)
    show_imported()
    form = forms.sidebar_settings(
        tables.tables(), genres=tables.genres, sections=("data",), columns=tables.columns, begins=tables.begins
    )
    data = _load(form.config.data if form.config else None)
    config = forms.said_config()
    about(config.data.called(workers.store().table_names()))
    with st.container(key="data-answer", gap="small"):
        if isinstance(data, NotExtractedError) and isinstance(config.data, SoundConfig):
            _to_measure(config.data, data)
        elif not isinstance(data, Dataset):
            _nothing(config.data, data, form.problem)
        else:
            _answer(config, data)
    if isinstance(data, Dataset):
        _section(config, data)
    elif isinstance(data, DataError) and isinstance(config.data, SoundConfig) and tables.is_there(config.data):
        with suppress(DataError):  # said above
            collection.draw(config.data)


def _section(config: ExperimentConfig, data: Dataset) -> None:
    """Draw the chosen section; stored tracks open on what they were taken for."""
    numbers(numbers_part(sentences.three(data, datasets.limit(config.data))))
    with beyond_plain("data sections"):
        section = address_choice("Section", "section", _sections(config.data, data.noun))
    match section:
        case "overview":
            tracks_map.draw(config.data, data)
        case "features":
            features.draw(config.data, data)
        case "genres":
            genres.draw(config.data, data)
        case "limits":
            limits.draw(config.data, data)
        case _ if not _is_shown_first(config.data):
            quality.draw(config, data)
            counts.draw(config.data, data)
        case _:
            importing.draw(config, data)


def _sections(config: DatasetConfig, noun: str) -> dict[str, str]:
    """Return the sections by their names in the address, the first one first; what cannot be known has none."""
    known = {name: title for name, title in SECTIONS.items() if name != "limits" or datasets.has_limit(config)}
    known["overview"] = f"{noun.capitalize()}s"
    if not _is_shown_first(config):
        return known
    first = f"The {_short(config) or 'music'}"
    return {"check": first, **{name: title for name, title in known.items() if name != "check"}}


def _is_shown_first(config: DatasetConfig) -> bool:
    """Say whether the page opens with the tracks as they came: as a file, or as sound."""
    return bool(config.imported) or isinstance(config, SoundConfig)


def _short(config: DatasetConfig) -> str:
    """Return what was imported, in one word."""
    return config.imported.partition(" ")[0]


def _load(config: DatasetConfig | None) -> Dataset | DataError | None:
    """Return the tracks, or why there are none."""
    if config is None:
        return None
    try:
        return datasets.dataset(config)
    except DataError as error:
        return error


def _to_measure(config: SoundConfig, missing: NotExtractedError) -> None:
    """Say which clips there are and what comes next, before anything is measured on them."""
    st.header(plain(collection_text.found(sounds.clips(config), _name(config))), anchor=False)
    can_train, lacks_tagger = len(sounds.genres(config)) > 1, tagger.lacks_tagger(config)
    if can_train:
        st.caption(plain(collection_text.next_step(config, missing.n_missing, missing.n_windows)))
    else:
        st.caption(collection_text.ONE_GENRE)
    with st.container(key="data-actions", horizontal=True, vertical_alignment="center", gap="small"):
        if can_train and not lacks_tagger:
            extraction(config)
        if can_train:
            address.page_link("views/train/page.py", "Train on these clips", icon=":material/play_arrow:")
        _add_button()
        _rename_button(config)
        _delete_button(config)
    if lacks_tagger:
        tagger_offer()
    upload_problem()
    import_progress()


def _nothing(config: DatasetConfig, why: DataError | None, problem: str) -> None:
    """Say why there are no tracks, and what to do."""
    is_stored = not config.imported or tables.stored(config) is not None
    stored = [] if is_stored else tables.tables()[config.source]
    answer, reason = sentences.nothing(config.imported, bool(config.stored), bool(stored))
    st.header(sentences.UNUSABLE if is_stored else answer, anchor=False)
    st.caption(plain(str(why or problem), 1000) if is_stored else reason)
    upload_problem()
    import_progress()
    if not is_stored:
        if stored:
            _stored(dict(stored[:MOST_LISTED]), config.source)
        upload()
        return
    if isinstance(config, TableConfig):
        importing.unusable(config, why)
    with st.container(horizontal=True, gap="small"):
        _add_button()
        _otherwise(config)
        _rename_button(config)
        _delete_button(config)


def _stored(titles: dict[str, str], source: str) -> None:
    """Draw the newest stored tables or imports, to choose one."""

    def choose() -> None:
        if chosen := st.session_state[key]:
            forms.choose_table(chosen, source, begins=tables.begins)

    key = f"stored {source}"
    st.pills("Stored", list(titles), format_func=lambda name: plain(titles[name]), key=key, on_change=choose)


def _answer(config: ExperimentConfig, data: Dataset) -> None:
    """Draw the sentence that answers the page's question, and what to do next."""
    name = config.data.title if isinstance(config.data, MusicConfig) else _name(config.data)
    st.header(plain(sentences.answer(data, name)), anchor=False)
    st.caption(plain(sentences.second(data, datasets.limit(config.data), unheard(config.data))))
    with st.container(key="data-actions", horizontal=True, vertical_alignment="center", gap="small"):
        label = "Train on this table" if config.data.imported == "table" else "Train on these tracks"
        label = "Train on these clips" if isinstance(config.data, SoundConfig) else label
        address.page_link("views/train/page.py", label, icon=":material/play_arrow:")
        _add_button()
        _otherwise(config.data)
        _rename_button(config.data)
        _delete_button(config.data)
        _to_know(config)
    upload_problem()
    import_progress()


def _add_button() -> None:
    with closing("Add data"):
        upload()


def _otherwise(config: DatasetConfig) -> None:
    if isinstance(config, TableConfig) and tables.stored(config) and not is_refused():
        otherwise.menu(config.table, read_otherwise)


def _to_know(config: ExperimentConfig) -> None:
    """Link to what there is to know about stored tracks, once it is found, wherever else one looks."""
    if not _is_shown_first(config.data) or (st.query_params.get("section") or "check") == "check":
        return
    waiting = not datasets.findings_soon(config.data, config.split).done()
    refreshing(_findings_link, LOOK_SECONDS if waiting else None)(config, waiting)


def _findings_link(config: ExperimentConfig, waiting: bool) -> None:
    found = datasets.findings_soon(config.data, config.split)
    if not found.done():
        return
    if waiting:
        st.rerun()
    if sentence := said.to_know(found.result().findings):
        with st.container(key="to-know"):
            address.same_page_link(sentence, "what to know", ":material/flag:")


def _name(config: DatasetConfig) -> str:
    """Return the name of stored tracks, nothing for generated ones."""
    if not config.imported:
        return ""
    stored = tables.stored(config)
    return config.called({}) if stored is None or isinstance(config, FmaConfig) else stored.name


def _delete_button(config: DatasetConfig) -> None:
    stored = tables.stored(config)
    if stored is None:
        return
    if st.button(f"Delete this {_short(config)}", icon=":material/delete:", key="delete table"):
        _ask(config, stored.name)


def _rename_button(config: DatasetConfig) -> None:
    """Draw the way to another name of a collection."""
    stored = tables.stored(config)
    if stored is None or not isinstance(config, ClipsConfig):
        return
    key = f"new name of {stored.content_hash} {stored.name}"

    def rename() -> None:
        tables.rename_table(config.table, st.session_state[key])

    with st.popover("Rename", icon=":material/edit:"):
        st.text_input("Name of the collection", stored.name, max_chars=100, key=key, on_change=rename)


@st.dialog("Delete for good?")
def _ask(config: DatasetConfig, name: str) -> None:
    users = sentences.used_by(config.stored[0], workers.store().runs(limit=MOST_RUNS))
    st.write(plain(f"{sentences.deletion(name, users)} This cannot be undone."))
    delete_or_keep("Delete", "table", _delete, config)


def _delete(config: DatasetConfig) -> None:
    tables.delete_table(config.stored[0])
    forms.choose_table("", config.source)


main()
