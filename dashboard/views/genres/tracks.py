"""The tracks of a genre, from typical to least typical, each with a link to its page."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.components.csv_download import csv_download
from dashboard.components.file_names import named
from dashboard.components.listening import Listed, listen
from dashboard.components.table import table
from dashboard.components.tracks import look_at_one_of
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.theme import count, percent
from dashboard.views.genres.genre_tracks import GenreTrack, tracks_of_genre
from dashboard.views.genres.one_genre import TRACK, OneGenre, link
from genre_core.text import capitalized

ENDS = 3
ROWS_SHOWN = 11


def draw(one: OneGenre) -> None:
    """Draw all tracks of the genre as a table; the chosen one leads to its page."""
    found, noun = _found(one), one.judged.outcome.noun
    if not found:
        st.caption(f"No {one.judged.part} {noun} is {plain(one.name)}.")
        return
    n = count(len(found), f"{one.judged.part} {noun}")
    st.caption(
        f"{n} of {plain(one.name)}. Typical {noun}s get a high probability of it from the model. Select a "
        f"{noun} to open it."
    )
    said = [Listed(track.row, one.name, _said_of(track)) for track in found]
    listen(one.judged.run, said, f"{one.key} player", unit=one.judged.outcome.unit)
    rows, asked_for = [track.row for track in found], st.query_params.get("track", "")
    chosen = next((n for n, row in enumerate(rows) if row == one.judged.data.row_at(asked_for)), None)
    if asked_for and chosen is None:
        address.note(f"The link names a {noun} that is not a {one.name} {noun} of this part.")
    table(
        _columns(found),
        f"{one.key} tracks",
        f"{capitalized(noun)}s of {one.name}, the most typical first: probability, prediction, likeliest other genre.",
        n=len(found),
        file=None,
        most=ROWS_SHOWN,
        columns=_shown(one.name),
        on_pick=look_at_one_of(one.judged.data, rows),
        at=chosen,
    )
    with st.container(key="genre-tracks-foot", horizontal=True, vertical_alignment="center", gap="small"):
        if chosen is not None:
            _track(one, found[chosen], ":material/arrow_forward:")
        csv_download(_columns(found), f"{named('tracks')}.csv", "genre tracks")


def both_ends(one: OneGenre) -> None:
    """Draw the most and the least typical tracks of the genre as links."""
    found = _found(one)
    if not found:
        return
    ends = min(ENDS, len(found) // 2)
    left, right = st.columns(2, gap="medium")
    both = ((left, "Most typical", found[:ends]), (right, "Least typical", found[: -ends - 1 : -1]))
    for where, title, some in both if ends else ((left, f"Its only {one.judged.outcome.noun}", found),):
        with where, st.container(key=f"genre-{'least' if where is right else 'most'}", gap=None):
            st.markdown(f"**{title}**, by the probability of {plain(one.name)}")
            for track in some:
                _track(one, track)


def _found(one: OneGenre) -> list[GenreTrack]:
    return tracks_of_genre(one.judged.outcome, one.judged.data.names(one.judged.outcome.unit), one.number)


def _track(one: OneGenre, track: GenreTrack, icon: str | None = None) -> None:
    said = f"{capitalized(one.judged.outcome.noun)} {track.name} · {percent(track.probability, decimals=0)} {one.name}"
    if not track.recognised:
        said += f" · taken for {track.taken_for}, {percent(track.rival_probability, decimals=0)}"
    link(TRACK, said, icon, track=one.judged.data.address_of(track.row))


def _said_of(track: GenreTrack) -> str:
    taken = "" if track.recognised else f"taken for {track.taken_for}, "
    return f"{taken}{percent(track.probability, decimals=0)} for its genre"


def _columns(found: Sequence[GenreTrack]) -> dict[str, list[Any]]:
    return {
        "track": [track.name for track in found],
        "probability": [100 * track.probability for track in found],
        "taken for": [track.taken_for for track in found],
        "likeliest other": [track.rival for track in found],
        "its probability": [100 * track.rival_probability for track in found],
    }


def _shown(genre: str) -> dict[str, Any]:
    column = st.column_config
    return {
        "track": column.TextColumn("Track"),
        "probability": column.NumberColumn(
            f"P({genre})", format="%.1f %%", help="The probability that the model gives to the true genre."
        ),
        "taken for": column.TextColumn("Predicted"),
        "likeliest other": column.TextColumn("Most likely other genre"),
        "its probability": column.NumberColumn("P(other)", format="%.1f %%"),
    }
