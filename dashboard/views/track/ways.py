"""The ways from one track to the others of the selection that it was opened from, and back to it."""

import streamlit as st

from dashboard.components.cell_tracks import in_cells, tracks_in
from dashboard.components.right_about import named_unit
from dashboard.components.track_filter import given_filter
from dashboard.components.tracks import PASSED_ON
from dashboard.services import labels as doubtful
from dashboard.services import outcomes
from dashboard.services.listening import can_listen
from dashboard.services.outcomes import Outcome
from dashboard.shell import address
from dashboard.text.cells import drawn_matrix, selection_title
from dashboard.views.track.looked_at import LookedAt
from dashboard.views.track.text import where
from genre_core.store.run_result import Judge


def draw(track: LookedAt) -> None:
    """Draw the link back, and those to the previous and the next track of the selection."""
    label, rows = _list(track)
    passed = {name: st.query_params.get(name) for name in PASSED_ON}
    with st.container(key="track-ways", horizontal=True, vertical_alignment="center", gap="medium"):
        back = {**passed, "track": None if rows is None else track.data.address_of(track.row)}
        address.page_link("views/evaluate/page.py", label, ":material/arrow_back:", **back)
        if rows is not None:
            _steps(track, rows)
        if track.data.heard and can_listen(track.run):
            clip = track.data.heard[track.row].clip
            address.page_link("views/listen/page.py", "Its answer along the clip", ":material/hearing:", clip=clip)


def _list(track: LookedAt) -> tuple[str, list[int] | None]:
    """Return what the list is called that the track was opened from, and its rows; None where there is none."""
    if st.query_params.get("section") == "labels":
        return "Doubtful labels", _doubtful(track)
    outcome, k = _outcome(track), len(track.data.genres)
    chosen = None if outcome is None else address.selection(k)
    if outcome is None or chosen is None:
        return "Evaluate", None
    merges = address.merges(k)
    found = given_filter().fitting(tracks_in(outcome, track.data, in_cells(outcome, chosen, merges)))
    return selection_title(drawn_matrix(outcome, merges), chosen, merges), found.rows.tolist()


def _doubtful(track: LookedAt) -> list[int] | None:
    """Return the rows with doubtful labels, of the part that the address names or of all tracks."""
    run, labels = track.run, None
    if st.query_params.get("among") == "all":
        crossed = doubtful.cross_predictions(run)
        if crossed is not None and crossed.study.state == "complete":
            labels = doubtful.doubtful_everywhere(run, crossed)
    elif track.part in ("validation", "test"):
        labels = doubtful.doubtful_labels(run, track.part)
    return None if labels is None else labels.rows[labels.order[: labels.found.n_doubtful]].tolist()


def _steps(track: LookedAt, rows: list[int]) -> None:
    if track.row not in rows:
        st.markdown("not in this selection")
        return
    at = rows.index(track.row)
    _step("Previous", ":material/chevron_left:", track.data.address_of(rows[at - 1]) if at else None)
    st.markdown(where(at, len(rows)))
    _step("Next", ":material/chevron_right:", track.data.address_of(rows[at + 1]) if at + 1 < len(rows) else None)


def _step(label: str, icon: str, named: str | None) -> None:
    # A button: a link from a page to itself leaves the address as it was.
    st.button(label, icon=icon, type="tertiary", key=f"track {label}", disabled=named is None, on_click=address.look,
              kwargs={"track": named, "what": None})  # fmt: skip


def _outcome(track: LookedAt) -> Outcome | None:
    """Return what the run says of the part that the track is in; of the training part nothing is kept."""
    if track.part is None or track.part == "train":
        return None
    return outcomes.outcome(track.run, track.part, judge=Judge(track.clean, named_unit()))
