"""Tracks that two runs answer otherwise: what each says of them, and the way to each track's page."""

import numpy as np
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.components.cell_tracks import Chosen as Tracks
from dashboard.components.cell_tracks import choices, tracks_of
from dashboard.components.csv_download import Columns, csv_download
from dashboard.components.file_names import named
from dashboard.components.listening import Listed, listen
from dashboard.components.table import table
from dashboard.components.tracks import TRACK_WIDTH, draw_choices, look_at_one_of
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text.track_names import short_names
from dashboard.views.compare.chosen import Chosen
from dashboard.views.compare.comparing import Side
from genre_core.data.dataset import Dataset

ROWS_SHOWN, ROWS_BESIDE_A_TRACK = 10, 5


def draw(chosen: Chosen, here: Tracks) -> None:
    """Draw the list of tracks with both answers, and the one of them that the address names."""
    import pyarrow as pa

    rows = chosen.compared.first.outcome.rows[here].tolist()
    listed = columns(chosen, here)
    row = _looked_at(chosen.compared.data, rows)
    first = chosen.compared.first
    listen(first.run, _heard(chosen, rows, listed), "player moved", unit=first.outcome.unit)
    shown = {name: [100 * one for one in values] if "sure" in name else values for name, values in listed.items()}
    shown["track"] = short_names([str(name) for name in listed["track"]])
    table(
        pa.table(shown),
        f"moved {chosen.part} {chosen.number} {len(rows)} {st.query_params.get('cell')}",
        "Tracks with different predictions: the true genre, and what each run predicts.",
        n=len(rows),
        file=None,
        most=ROWS_SHOWN if row is None else ROWS_BESIDE_A_TRACK,
        columns=_titles([name for name in listed if "sure" in name]),
        on_pick=look_at_one_of(chosen.compared.data, rows),
        at=None if row is None else rows.index(row),
    )
    csv_download(lambda: listed, f"{named('moved tracks')}.csv", "moved")
    if row is not None:
        _one(chosen, row)


def _heard(chosen: Chosen, rows: list[int], listed: Columns) -> list[Listed]:
    first, second = chosen.compared.first.letter, chosen.other.letter
    said = zip(rows, listed["true"], listed[first], listed[second], strict=True)
    return [Listed(row, str(true), f"{first}: {one}, {second}: {other}") for row, true, one, other in said]


def _titles(sure: list[str]) -> dict[str, ColumnConfig]:
    column = st.column_config
    about = "The probability that it gives to its prediction."
    titles: dict[str, ColumnConfig] = {name: column.NumberColumn(name, format="%.0f %%", help=about) for name in sure}
    return {"track": column.TextColumn("Track", width=TRACK_WIDTH), "true": column.TextColumn("True")} | titles


def columns(chosen: Chosen, here: Tracks) -> Columns:
    """Return the tracks of a mask (n,) by column: true genre, and each run's answer with its probability."""
    of, sides = chosen.compared, (chosen.compared.first, chosen.other)
    names, genres = of.data.names(of.first.outcome.unit), of.first.outcome.genres
    rows = of.first.outcome.rows[here]
    found: Columns = {
        "track": [names[row] for row in rows.tolist()],
        "true": [genres[number] for number in of.first.outcome.y_true[here].tolist()],
    }
    sure: Columns = {}
    for side in sides:
        listed = tracks_of(side.outcome, names, here)
        back = np.argsort(listed.rows, kind="stable")
        found[side.letter] = [genres[number] for number in listed.predicted[back].tolist()]
        sure[f"{side.letter} sure"] = listed.confidence[back].round(4).tolist()
    return found | sure


def _looked_at(data: Dataset, rows: list[int]) -> int | None:
    """Return the track that the address names, if it is in the list."""
    text = st.query_params.get("track", "")
    row = data.row_at(text)
    if text and row not in rows:
        address.note("The link names a track that did not move here, so none is selected.")
    return row if row in rows else None


def _one(chosen: Chosen, row: int) -> None:
    """Draw what each of the two gives a track, with a link to its page."""
    of = chosen.compared
    with st.container(key="moved-track", gap="small"):
        for side in (of.first, chosen.other):
            _answer_of(side, chosen, row)


def _answer_of(side: Side, chosen: Chosen, row: int) -> None:
    st.markdown(f"**{plain(side.title)}**")
    draw_choices(choices(side.outcome, row), f"choices {side.letter}")
    part = None if chosen.part == "validation" else chosen.part
    right = "true" if chosen.clean else None
    label = f"Why {side.letter} predicts this"
    address.page_link(
        "views/track/page.py",
        label,
        ":material/arrow_forward:",
        run=side.run.id,
        track=chosen.compared.data.address_of(row),
        part=part,
        right=right,
        unit=st.query_params.get("unit"),
    )
