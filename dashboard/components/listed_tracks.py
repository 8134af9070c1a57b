"""The list of chosen tracks on a page that judges a run, and the one of them that the address names."""

import streamlit as st

from dashboard.components.cell_tracks import ListedTracks, choices
from dashboard.components.has_features import has_features
from dashboard.components.judged import Judged
from dashboard.components.track_filter import track_filter
from dashboard.components.tracks import download, one_track, track_list
from dashboard.services import outcomes

PASSED_ON = (
    *("part", "right", "section", "among", "cell", "merge", "by", "order", "against", "diagonal", "find", "only"),
    *("answer", "score", "scaled", "target", "surely", "reject"),
)
"""Address of the next track, and of the way back."""


def draw(judged: Judged, chosen: ListedTracks, named: str, gone: str = "in this cell") -> None:
    """Draw chosen tracks with their filter and download, and the one of them that `?track=` names.

    `named` is what a file of them is called by; `gone` says where a track is not that a link names wrongly.
    """
    with st.container(key="track-tools", horizontal=True, vertical_alignment="center", gap="medium"):
        found = track_filter(chosen)
        download(found, f"{named}.csv")
    asked_for = st.query_params.get("track")
    row = int(asked_for) if asked_for and asked_for.isdecimal() and len(asked_for) < 10 else None
    at = None if row is None else chosen.position(row)
    if asked_for and at is None:
        st.caption(f":material/link_off: The link names a track that is not {gone}, so none is selected.")
        row = None
    track_list(found, row, f"tracks {named}")
    if at is not None:
        page = {name: st.query_params.get(name) for name in PASSED_ON}
        likely = choices(judged.outcome, int(chosen.rows[at]))
        one_track(chosen, at, likely, outcomes.standard_scores(judged.run), {**page, "track": str(row)})
        has_features(judged.data, "A track's profile")
