"""A quiet button over a list of tracks that unfolds what to filter it by."""

import math

import streamlit as st

from dashboard.components.cell_tracks import ListedTracks
from dashboard.components.track_filtering import Measure, TrackFilter, values_of
from dashboard.shell import address
from genre_core.evaluation.glossary import GLOSSARY

TITLES: dict[Measure, str] = {"sure": "Confidence", "margin": "Margin", "loss": "Loss"}
FIND, MEASURE, RANGE = "tracks find", "tracks measure", "tracks range"


def given_filter() -> TrackFilter:
    """Return the filter that the address says."""
    return TrackFilter.of(st.query_params.get("find"), st.query_params.get("only"))


def track_filter(found: ListedTracks) -> ListedTracks:
    """Draw the filter of a list of tracks, and return the tracks that fit it."""
    given = given_filter()
    shown = given.fitting(found)
    label = f"{len(shown):,} of {len(found):,}" if len(shown) < len(found) else "Filter"
    with st.popover(label, icon=":material/filter_list:", type="tertiary", help="Show only some of these tracks."):
        st.session_state[FIND] = given.find
        st.text_input(
            "Name, genre or group",
            key=FIND,
            max_chars=60,
            placeholder="a part of it",
            on_change=_find,
        )
        if given.only is not None:
            st.session_state[MEASURE] = given.measure
        measure: Measure = (
            st.segmented_control(
                "By number",
                list(TITLES),
                format_func=lambda name: TITLES[name],
                key=MEASURE,
                default=None if MEASURE in st.session_state else "sure",
                required=True,
                help=f"Confidence: {GLOSSARY['confidence']} Margin: {GLOSSARY['margin']}",
                on_change=_any_number,
            )
            or "sure"
        )
        _range(found, given, measure)
    return shown


def _range(found: ListedTracks, given: TrackFilter, measure: Measure) -> None:
    top = {"sure": 100.0, "margin": 1.0, "loss": float(math.ceil(values_of(found, "loss").max(initial=1.0)))}[measure]
    mine = given.only is not None and given.measure == measure
    low, high = (min(given.low, top), min(given.high, top)) if mine else (0.0, top)
    st.session_state[RANGE] = (low, high)
    unit = {"sure": "%.0f %%", "margin": "%.2f", "loss": "%.1f nats"}[measure]
    step = {"sure": 1.0, "margin": 0.01, "loss": 0.1}[measure]
    st.slider(
        f"{TITLES[measure]} from … to …", 0.0, top, key=RANGE, step=step, format=unit, on_change=_between,
        args=(measure, top),
    )  # fmt: skip


def _find() -> None:
    address.look(find=st.session_state[FIND].strip() or None)


def _any_number() -> None:
    address.look(only=None)


def _between(measure: Measure, top: float) -> None:
    low, high = (round(value, 2) for value in st.session_state[RANGE])
    address.look(only=TrackFilter("", measure, low, high if high < top else float("inf")).only)
