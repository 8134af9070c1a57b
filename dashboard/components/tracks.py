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
from dashboard.theme import count, percent
from genre_core.evaluation.glossary import GLOSSARY

ROWS_SHOWN, ROWS_BESIDE_A_TRACK, ROW_HEIGHT = 12, 4, 33
CHOICES_SHOWN, FEATURES_SHOWN = 3, 14


def track_list(found: Sequence[ListedTrack], predicted: str, chosen: int | None, key: str) -> None:
    """Draw the tracks of a cell, sortable; choosing one puts it into the address."""
    rows = tuple(track.row for track in found)
    most = ROWS_SHOWN if chosen is None else ROWS_BESIDE_A_TRACK
    # The table takes its first selection from the address, so it is a new one whenever the address says another.
    table = f"{key} {chosen}"
    st.dataframe(
        _percentages(columns(found), "confidence"),
        hide_index=True,
        key=table,
        height=36 + ROW_HEIGHT * min(len(rows), most),
        row_height=ROW_HEIGHT,
        on_select=partial(_choose, table, rows),
        selection_mode="single-row",
        selection_default={"selection": {"rows": [rows.index(chosen)]}} if chosen in rows else None,
        column_config=_shown(predicted),
        alt="Tracks of the chosen cell, the surest first: confidence, margin and second choice.",
    )


def download(found: Sequence[ListedTrack], file_name: str) -> None:
    """Draw the button that downloads the tracks of a cell."""
    st.download_button(
        "CSV",
        as_csv(columns(found)),
        file_name,
        "text/csv",
        key="tracks download",
        help="Download these tracks as a table.",
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


def _percentages(table: Columns, *rates: str) -> Columns:
    return {name: [100 * rate for rate in values] if name in rates else values for name, values in table.items()}


def _shown(predicted: str) -> dict[str, ColumnConfig]:
    column = st.column_config
    return {
        "track": column.TextColumn("Track"),
        "confidence": column.NumberColumn("Sure", format="%.1f %%", help=f"Of {predicted}. {GLOSSARY['confidence']}"),
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
        st.subheader(head, anchor=False)
        st.button(
            "Close",
            icon=":material/close:",
            type="tertiary",
            key="close track",
            help="Show more tracks.",
            on_click=_close,
        )
    _choices(likely)
    height = 125 + 17 * min(FEATURES_SHOWN, len(scores.features))
    plot(
        profile_figure(
            scores.X[track.row],
            scores.means[true[0]],
            scores.means[guess[0]],
            scores.features,
            true_genre=true[1],
            predicted_genre=guess[1],
            most=FEATURES_SHOWN,
        ),
        key="profile",
        height=height,
        alt=f"Standard scores of track {track.name} beside the training averages of {true[1]} and {guess[1]}.",
    )


def _close() -> None:
    address.look(track=None)


def _choices(likely: Sequence[Choice]) -> None:
    """Draw the likeliest genres and the true one with their probabilities; the others unfold."""
    shown = [choice for at, choice in enumerate(likely) if at < CHOICES_SHOWN or choice.role]
    rest = [choice for choice in likely if choice not in shown]
    html = f'<ul class="gl-choices" aria-label="Probability of each genre">{"".join(map(_bar, shown))}</ul>'
    if rest:
        together = percent(sum(choice.probability for choice in rest))
        others = f'<ul class="gl-choices">{"".join(map(_bar, rest))}</ul>'
        summary = f"{count(len(rest), 'other genre')}, {together} together"
        html += f'<details class="gl-others"><summary>{summary}</summary>{others}</details>'
    st.html(html)


def _bar(choice: Choice) -> str:
    return (
        f'<li class="{"predicted" if "predicted" in choice.role else ""}"><span>{escape(choice.genre)}</span>'
        f'<span class="bar"><i style="width:{100 * choice.probability:.1f}%"></i></span>'
        f'<span class="share">{percent(choice.probability)}</span><span class="role">{choice.role}</span></li>'
    )
