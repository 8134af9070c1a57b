"""The filter of a list of tracks: by a word, and by a range of one number. The address says both."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import streamlit as st

from dashboard.components.cell_tracks import Chosen, ListedTracks
from dashboard.shell import address
from genre_core.data.dataset import FloatArray
from genre_core.evaluation.glossary import GLOSSARY

Measure = Literal["sure", "margin", "loss"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
TITLES: dict[Measure, str] = {"sure": "Confidence", "margin": "Margin", "loss": "Loss"}
FIND, MEASURE, RANGE = "tracks find", "tracks measure", "tracks range"


@dataclass(frozen=True)
class TrackFilter:
    """Filter of listed tracks: a word in their name, genres or group, and a range of a number.

    `low` and `high` are in the units of the screen: sureness in percent, margin in [0, 1], loss in nats.
    """

    find: str = ""
    measure: Measure = "sure"
    low: float = 0.0
    high: float = float("inf")

    @property
    def only(self) -> str | None:
        """Return the range as the address says it; None: there is none."""
        if self.low <= 0 and self.high == float("inf"):
            return None
        return f"{self.measure}:{self.low:g}-{'' if self.high == float('inf') else f'{self.high:g}'}"

    @classmethod
    def of(cls, find: str | None, only: str | None) -> "TrackFilter":
        """Read what the address says, checked before: `only` is such as `sure:20-60` or `loss:1.5-`."""
        if not only:
            return cls(find or "")
        name, _, span = only.partition(":")
        low, _, high = span.partition("-")
        measure = next(measure for measure in MEASURES if measure == name)
        return cls(find or "", measure, float(low), float(high) if high else float("inf"))

    def fitting(self, found: ListedTracks) -> ListedTracks:
        """Return the tracks that fit."""
        kept = np.ones(len(found), dtype=np.bool_)
        if self.only is not None:
            values = values_of(found, self.measure)
            kept &= (values >= self.low) & (values <= self.high)
        if self.find.strip():
            kept &= _mentions(found, self.find.strip().casefold())
        return found if kept.all() else found.where(kept)


def values_of(found: ListedTracks, measure: Measure) -> FloatArray:
    """Return the numbers (n,) of a measure in the units of the screen."""
    match measure:
        case "sure":
            return 100 * found.confidence
        case "margin":
            return found.margin
        case "loss":
            return found.loss


def _mentions(found: ListedTracks, text: str) -> Chosen:
    """Return which tracks have the text in their name, one of their genres or their group."""
    genres = np.array([text in genre.casefold() for genre in found.genres])
    kept: Chosen = genres[found.true] | genres[found.predicted] | genres[found.second]
    kept |= np.fromiter((text in name.casefold() for name in found.names), np.bool_, len(found))
    for words in filter(None, (found.called, found.titled)):
        own = (text == word.casefold() or (text in word.casefold() and not word.isdecimal()) for word in words)
        kept |= np.fromiter(own, np.bool_, len(found))
    return kept


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
        st.text_input("Name, genre or group", key=FIND, max_chars=60, placeholder="a part of it", on_change=_find)
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
                on_change=address.look,
                kwargs={"only": None},
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


def _between(measure: Measure, top: float) -> None:
    low, high = (round(value, 2) for value in st.session_state[RANGE])
    address.look(only=TrackFilter("", measure, low, high if high < top else float("inf")).only)
