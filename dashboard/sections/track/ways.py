"""The ways from one track to the others of the selection that it was opened from, and back to it."""

import streamlit as st

from dashboard import address, services
from dashboard.cell_tracks import ListedTracks, in_cells, tracks_of
from dashboard.components.track_filter import given_filter
from dashboard.sections.track.listed import PASSED_ON
from dashboard.sections.track.looked_at import LookedAt
from dashboard.sentences.selection import drawn_matrix, selection_title
from dashboard.sentences.track import where
from dashboard.services import Outcome


def draw(track: LookedAt) -> None:
    """Draw the link back, and those to the previous and the next track of the selection."""
    outcome = _outcome(track)
    k = len(track.data.genres)
    chosen = None if outcome is None else address.selection(k)
    merges = address.merges(k) if chosen else ()
    found = None
    if outcome is not None and chosen is not None:
        found = given_filter().fitting(tracks_of(outcome, track.data.tracks, in_cells(outcome, chosen, merges)))
    with st.container(key="track-ways", horizontal=True, vertical_alignment="center", gap="medium"):
        label = (
            "Evaluate"
            if outcome is None or chosen is None
            else selection_title(drawn_matrix(outcome, merges), chosen, merges)
        )
        passed = {name: st.query_params.get(name) for name in PASSED_ON}
        back = {**passed, "track": str(track.row) if chosen else None}
        address.page_link("views/evaluate.py", label, ":material/arrow_back:", **back)
        if found is not None:
            _steps(track, found)


def _steps(track: LookedAt, found: ListedTracks) -> None:
    at = found.position(track.row)
    if at is None:
        st.markdown("not in this selection")
        return
    _step("Previous", ":material/chevron_left:", int(found.rows[at - 1]) if at else None)
    st.markdown(where(at, len(found)))
    _step("Next", ":material/chevron_right:", int(found.rows[at + 1]) if at + 1 < len(found) else None)


def _step(label: str, icon: str, row: int | None) -> None:
    # A button: a link from a page to itself leaves the address as it was.
    st.button(
        label,
        icon=icon,
        type="tertiary",
        key=f"track {label}",
        disabled=row is None,
        on_click=_open,
        args=(row,),
    )


def _open(row: int) -> None:
    address.look(track=str(row), what=None)


def _outcome(track: LookedAt) -> Outcome | None:
    """Return what the run says of the part that the track is in; of the training part nothing is kept."""
    return None if track.part in {None, "train"} else services.outcome(track.run, track.part, clean=track.clean)
