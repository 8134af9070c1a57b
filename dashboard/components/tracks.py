"""The tracks of a cell as a list to choose from, and one track against the averages of its genres."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard import address
from dashboard.cell_tracks import Choice, ListedTrack
from dashboard.components.plot import plot
from dashboard.components.tables import Columns, as_csv
from dashboard.figures.profile import profile_figure
from dashboard.services import StandardScores
from dashboard.theme import percent
from genre_core.evaluation.glossary import GLOSSARY

ROWS_SHOWN, ROWS_BESIDE_A_TRACK, ROW_HEIGHT = 12, 5, 33
CHOICES_SHOWN = 8


def track_list(found: Sequence[ListedTrack], predicted: str, chosen: int | None, key: str, file_name: str) -> None:
    """Draw the tracks of a cell, sortable, with a button that downloads them; choosing one puts it into the address."""
    rows = tuple(track.row for track in found)
    most = ROWS_SHOWN if chosen is None else ROWS_BESIDE_A_TRACK
    # The table takes its first selection from the address, so it is a new one whenever the address says another.
    table = f"{key} {chosen}"
    st.dataframe(
        columns(found),
        hide_index=True,
        key=table,
        height=38 + ROW_HEIGHT * min(len(rows), most),
        row_height=ROW_HEIGHT,
        on_select=partial(_choose, table, rows),
        selection_mode="single-row",
        selection_default={"selection": {"rows": [rows.index(chosen)]}} if chosen in rows else None,
        column_config=_shown(predicted),
        alt="Tracks of the chosen cell, the surest first: confidence, margin and second choice.",
    )
    st.download_button(
        "Tracks as CSV",
        as_csv(columns(found)),
        file_name,
        "text/csv",
        key="tracks download",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def columns(found: Sequence[ListedTrack]) -> Columns:
    """Return the tracks of a cell by column; probabilities in [0, 1]."""
    table: Columns = {
        "track": [track.name for track in found],
        "confidence": [round(track.confidence, 6) for track in found],
        "margin": [round(track.margin, 6) for track in found],
        "second choice": [track.second for track in found],
    }
    if found and found[0].group is not None:
        table["group"] = [track.group for track in found]
    return table


def _shown(predicted: str) -> dict[str, ColumnConfig]:
    column = st.column_config
    return {
        "track": column.TextColumn("Track"),
        "confidence": column.NumberColumn(f"Sure of {predicted}", format="percent", help=GLOSSARY["confidence"]),
        "margin": column.NumberColumn("Margin", format="%.2f", help=GLOSSARY["margin"], width="small"),
        "second choice": column.TextColumn("Second choice"),
        "group": column.TextColumn("Group", help="Tracks of one group belong together, such as segments of a song."),
    }


def _choose(table: str, rows: tuple[int, ...]) -> None:
    chosen = st.session_state[table]["selection"]["rows"]
    address.look(track=str(rows[chosen[0]]) if chosen else None)


def one_track(
    track: ListedTrack, likely: Sequence[Choice], scores: StandardScores, true: tuple[int, str], guess: tuple[int, str]
) -> None:
    """Draw one track: its genres, true and predicted (number, name), all probabilities, and its features."""
    taken = "recognised" if true == guess else f"taken for {guess[1]}"
    with st.container(key="track-head", horizontal=True, vertical_alignment="center", gap="small"):
        head = f"Track {address.plain(track.name)}: {address.plain(true[1])} {address.plain(taken)}"
        st.subheader(head, anchor=False, width="content")
        st.button("Close", icon=":material/close:", type="tertiary", key="close track", on_click=_close)
    _choices(likely)
    height = 96 + 17 * min(20, len(scores.features))
    plot(
        profile_figure(
            scores.X[track.row],
            scores.means[true[0]],
            scores.means[guess[0]],
            scores.features,
            true_genre=true[1],
            predicted_genre=guess[1],
        ),
        key="profile",
        height=height,
        alt=f"Standard scores of track {track.name} beside the training averages of {true[1]} and {guess[1]}.",
    )


def _close() -> None:
    address.look(track=None)


def _choices(likely: Sequence[Choice]) -> None:
    """Draw the genres with their probabilities, the likeliest first; the true one always."""
    shown = [choice for at, choice in enumerate(likely) if at < CHOICES_SHOWN or choice.role]
    lines = "".join(
        f'<li class="{"predicted" if "predicted" in choice.role else ""}"><span>{escape(choice.genre)}</span>'
        f'<span class="bar"><i style="width:{100 * choice.probability:.1f}%"></i></span>'
        f'<span class="share">{percent(choice.probability)}</span><span class="role">{choice.role}</span></li>'
        for choice in shown
    )
    left = sum(choice.probability for choice in likely) - sum(choice.probability for choice in shown)
    rest = len(likely) - len(shown)
    more = f"<li><span>{rest} others</span><span></span><span class='share'>{percent(left)}</span></li>" if rest else ""
    st.html(f'<ul class="gl-choices" aria-label="Probability of each genre">{lines}{more}</ul>')
