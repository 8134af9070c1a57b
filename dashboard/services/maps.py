"""Maps that take workers seconds to draw: placed once for the same tracks, and kept in the store."""

import numpy as np
import streamlit as st

from dashboard.services.commands import order
from dashboard.services.data import dataset
from dashboard.services.workers import store
from genre_core import jobs
from genre_core.config import DatasetConfig
from genre_core.errors import RunStateError, StoreError
from genre_core.exploration import MapConfig, Projection, neighbour_map
from genre_core.store import Study
from genre_core.studying import MAP


def _study_id(config: DatasetConfig) -> str:
    # Named by what it places: reloads and other sessions find the one that is there.
    return f"map-{MapConfig(data=config).fingerprint[:40]}"


def placing(config: DatasetConfig) -> Study:
    """Return the study that places tracks among their neighbours, started now if it never was.

    Raises
    ------
    StoreError
        It could not be saved.
    """
    name = _study_id(config)
    try:
        return store().studies.study(name)
    except RunStateError:
        order(lambda to: jobs.submit_study(store(), to, name, MAP, MapConfig(data=config)), raises=StoreError)
    return store().studies.study(name)


def place_again(config: DatasetConfig) -> None:
    """Place tracks whose study has failed."""
    order(lambda to: jobs.resume_study(store(), to, _study_id(config)))


def placed(config: DatasetConfig, study: Study) -> Projection:
    """Return the map of a complete study."""
    return _placed(study.id, study.attempt, config)


@st.cache_resource(show_spinner=False, max_entries=16)
def _placed(study_id: str, attempt: int, _config: DatasetConfig) -> Projection:
    (saved,) = store().studies.results(study_id)
    return neighbour_map(dataset(_config), np.array(saved["points"], dtype=np.float64))
