"""Judge on other data: the same genres in other recordings, perhaps under other names."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard.components.judged import Judged
from dashboard.components.judged_elsewhere import judged_elsewhere
from dashboard.components.study_page import ask_or_wait, study_progress
from dashboard.components.table import table
from dashboard.services import elsewhere
from dashboard.shell import address
from dashboard.shell.address import plain
from genre_core.errors import DataError
from genre_core.judging.elsewhere import ElsewhereConfig
from genre_core.judging.partners import read_pairs
from genre_core.text import count

MANY = 12
"""Genres up to which each has its own menu."""
NOBODY = "none: leave it out"
ABOUT = (
    "Does what this run learned hold for other recordings? Choose data with the same genres. Tracks of its own data "
    "are left out, so its test part stays closed."
)


def draw(judged: Judged) -> None:
    """Draw the choice of data and of what their genres are called, and how the run does on them."""
    left, right = st.columns([1, 1.9], gap="large")
    with left:
        config = _choose(judged)
    if config is None:
        return
    study = elsewhere.STUDIES.find(config)
    if study is not None and study.state == "complete":
        with right:
            judged_elsewhere(judged.run, elsewhere.result(study))
        return
    with left:
        ask_or_wait(elsewhere.STUDIES, config, "Judge on these data", partial(_wait, config))


def _choose(judged: Judged) -> ElsewhereConfig | None:
    st.subheader("Judge on other data", anchor=False)
    st.caption(ABOUT)
    address.page_link("views/predict/page.py", "Predict new tracks", ":material/playlist_add_check:", run=judged.run.id)
    offered, name = elsewhere.offered(judged.run), st.query_params.get("on", "")
    if not offered:
        st.caption("No other data are stored yet.")
        address.page_link("views/data/page.py", "Add data", icon=":material/upload_file:")
        return None
    if name and name not in offered:
        address.note("The data in this link are not in this store, or are the run's own; choose others.")
    st.session_state["other data"] = name if name in offered else None
    st.selectbox("Other data", list(offered), key="other data", format_func=offered.__getitem__, index=None,
                 placeholder="choose data", label_visibility="collapsed", on_change=_take)  # fmt: skip
    if name not in offered:
        return None
    try:
        data = elsewhere.data_of(judged.run, name)
        theirs = elsewhere.genres(data)
        said = read_pairs(st.query_params.get("pairs", ""), judged.outcome.genres, theirs)
    except DataError as error:
        st.caption(f":material/error: {plain(str(error))}")
        return None
    _genres(judged, theirs, said)
    return elsewhere.config_of(judged.run, data, said, judged.outcome.unit)


def _take() -> None:
    address.look(on=st.session_state["other data"], pairs=None)


def _genres(judged: Judged, theirs: list[str], said: Mapping[str, str]) -> None:
    """Draw which genre of the run each of theirs is, as it was found and to be changed."""
    found = elsewhere.paired(judged.run, theirs, said)
    without = len(theirs) - len(found)
    label = f"{count(len(found), 'genre')} in common" + (f", {without:,} left out" if without else "")
    with st.expander(label, expanded=len(found) < 2, icon=":material/compare_arrows:"):
        st.caption("Match each genre of these data with one of the run. Different spellings are matched already.")
        shown = theirs if len(theirs) <= MANY else _looked_up(theirs, found)
        options = [NOBODY, *judged.outcome.genres]
        with st.container(key="pairs", horizontal=True, gap="small"):
            for genre in shown:
                key = f"partner of {genre}"
                st.session_state[key] = found.get(genre, NOBODY)
                st.selectbox(
                    plain(genre), options, key=key, width=170, on_change=_pair, args=(judged, theirs, said, genre)
                )


def _looked_up(theirs: list[str], found: Mapping[str, str]) -> list[str]:
    """Draw all matches as a table, and the search for the genre whose match is to be changed: at most one."""
    rows = [{"their genre": genre, "genre of the run": found.get(genre, "")} for genre in theirs]
    alt = "Each genre of these data and the run's genre that it is matched with, empty where it is left out."
    table(rows, "matched genres", alt, n=len(rows), most=8, file="matched genres")
    genre = st.selectbox("Change the match of", theirs, index=None, key="their genre", placeholder="find a genre",
                         format_func=plain, width=260)  # fmt: skip
    return [genre] if genre else []


def _pair(judged: Judged, theirs: list[str], said: Mapping[str, str], genre: str) -> None:
    """Take over a person's word on a genre, unless it says what is found anyway."""
    chosen = st.session_state[f"partner of {genre}"]
    ours = "" if chosen == NOBODY else chosen
    rest = {name: partner for name, partner in said.items() if name != genre}
    if elsewhere.paired(judged.run, theirs, rest).get(genre, "") != ours:
        rest[genre] = ours
    address.look(pairs=", ".join(f"{partner}={name}" for name, partner in rest.items()) or None)


def _wait(config: ElsewhereConfig) -> None:
    study = elsewhere.STUDIES.find(config)
    if study is None or not study.active:
        st.rerun()
    if study.measuring:
        done, total = study.measuring
        study_progress(study, min(1.0, done / max(1, total)), f"{done:,} of {count(total, 'window')} measured.")
    else:
        st.caption("The run predicts these tracks …")
