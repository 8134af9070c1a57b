"""The training tracks that are most like a track, as a list to open them from."""

import streamlit as st

from dashboard.components.csv_download import Columns
from dashboard.components.listening import Listed, listen
from dashboard.components.table import table
from dashboard.services import networks
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.views.track.looked_at import LookedAt
from dashboard.views.track.text import neighbours_sentence
from genre_core.explaining.neighbours import Neighbours

ROWS_SHOWN = 6


def draw(track: LookedAt) -> None:
    """Draw the nearest training tracks; choosing one opens its page."""
    if not track.data.features:
        return
    found = networks.neighbours(track.run, track.row)
    if found is None:
        return
    level = None if track.data.coarsest is None else track.data.coarsest[0]
    st.subheader("Nearest training tracks", anchor=False)
    st.caption(plain(neighbours_sentence(found, track.answers.y, track.data.genres, level)))
    genres = [track.data.genres[number] for number in track.answers.y[found.rows].tolist()]
    alike = [Listed(row, genre) for row, genre in zip(found.rows.tolist(), genres, strict=True)]
    listen(track.run, alike, "player nearest", "Sounds like")
    rows, meaning = found.rows.tolist(), "Euclidean distance in standard scores, over all features."

    def open_one(at: int | None) -> None:
        if at is not None:
            address.look(track=track.data.address_of(rows[at]), what=None, part=None, cell=None, find=None, only=None)

    table(
        _columns(track, found, level),
        f"nearest {track.run.id} {track.row}",
        "The nearest training tracks, with their genre, prediction and distance.",
        n=len(rows),
        most=ROWS_SHOWN,
        columns={"distance": st.column_config.NumberColumn("Distance", format="%.2f", help=meaning)},
        on_pick=open_one,
        file="nearest training tracks",
    )
    st.caption("Select one to open it.")


def _columns(track: LookedAt, found: Neighbours, level: str | None) -> Columns:
    genres, rows = track.data.genres, found.rows
    listed: Columns = {
        "Track": [track.data.tracks[row] for row in rows.tolist()],
        "Genre" if track.data.y_clean is None else "Label": [
            genres[number] for number in track.answers.y[rows].tolist()
        ],
        "Predicted": [genres[number] for number in track.answers.logits[rows].argmax(axis=1).tolist()],
        "distance": found.distances.round(4).tolist(),
    }
    if found.same_group is not None:
        word = {"track": "recording", None: "group"}.get(level, level)
        listed[f"Same {word}"] = ["yes" if same else "" for same in found.same_group.tolist()]
    return listed
