"""The way from settings to the same with other seeds or on folds: one click, and the page that shows it."""

import streamlit as st

from dashboard.services import classroom, repetitions, studies
from dashboard.shell import address
from genre_core.errors import GenreLabError
from genre_core.settings.config import ExperimentConfig
from genre_core.store.runs import new_run_id
from genre_core.studies.kinds import REPEATS
from genre_core.studies.repeats.config import Folds, OtherSeeds

PAGE = "views/repeat/page.py"
FEWEST, MOST, USUAL = 2, 20, 5
"""How many seeds or folds can be chosen here; more on the page of repetitions."""
_STARTED = "repetition just started"


def repeat_menu(config: ExperimentConfig | None) -> None:
    """Draw the menu; a click starts the repetition of these settings and leads to it."""
    if not classroom.has_page("repeat"):
        return
    if study_id := st.session_state.pop(_STARTED, ""):
        st.switch_page(PAGE, query_params={**address.settings_named(), "study": study_id})
    with st.popover("Repeat", icon=":material/repeat:", key="repeat menu", disabled=config is None,
                    help="Train these settings again and see how much the score varies by chance."):  # fmt: skip
        n = st.number_input("How many", FEWEST, MOST, USUAL, key="repeat times")
        for label, way in ((f"With {n} other seeds", OtherSeeds(times=n)), (f"On {n} folds", Folds(k=n))):
            st.button(label, key=f"repeat {label}", on_click=_start, args=(new_run_id(), config, way))
        address.page_link(PAGE, "More options and earlier repetitions", icon=":material/arrow_forward:")


def _start(study_id: str, config: ExperimentConfig, way: OtherSeeds | Folds) -> None:
    try:
        studies.start_study(REPEATS, study_id, repetitions.repeats_config(config, way))
    except GenreLabError as error:  # there is nothing to look at
        st.toast(f"Nothing was started. {error}", icon=":material/error:", duration="long")
        return
    st.session_state[_STARTED] = study_id
