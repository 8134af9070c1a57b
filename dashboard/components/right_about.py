"""Choice of truth where some labels are wrong: the labels, or the true genres behind them."""

from collections.abc import Mapping

import streamlit as st

from dashboard.components.address_choice import NOTHING, address_choice
from dashboard.services import datasets
from genre_core.errors import GenreLabError
from genre_core.settings.config import DatasetConfig, labels_are_noisy
from genre_core.store.run_result import Judge
from genre_core.training.predictions import Unit

ABOUT_WHAT = {"label": "right about the labels", "true": "right about the true genres"}
HELP = (
    "The same predictions, judged by the labels, some of which are wrong, or by the true genres. Training and the "
    "choice of the best epoch use only the labels."
)

UNITS: dict[Unit, str] = {"track": "by track", "row": "by segment"}
UNIT_HELP = (
    "Each row of these data is a segment of a track. By track, a track gets one answer: the genre with the highest "
    "mean log-probability over its segments. By segment, each segment counts by itself."
)


def about_true_genres(config: DatasetConfig, on_change: Mapping[str, None] = NOTHING) -> bool:
    """Draw the choice where data have noisy labels, and return whether it is the true genres.

    `on_change` names what else a choice takes out of the address.
    """
    if not labels_are_noisy(config):
        return False
    return address_choice("Judged by", "right", ABOUT_WHAT, help=HELP, on_change=on_change) == "true"


def choose_judge(config: DatasetConfig, on_change: Mapping[str, None] = NOTHING) -> Judge:
    """Draw what predictions are judged by, where there is a choice, and return it."""
    return Judge(about_true_genres(config, on_change), choose_unit(config, on_change))


def named_unit() -> Unit:
    """Return what counts as one prediction by the address, for pages that draw no choice."""
    return "row" if st.query_params.get("unit") == "row" else "track"


def choose_unit(config: DatasetConfig, on_change: Mapping[str, None] = NOTHING) -> Unit:
    """Draw what counts as one prediction where rows are segments of tracks, and return it."""
    try:
        in_segments = datasets.dataset(config).in_segments
    except GenreLabError:  # the page says that they are gone
        return "track"
    return address_choice("Counted", "unit", UNITS, help=UNIT_HELP, on_change=on_change) if in_segments else "track"
