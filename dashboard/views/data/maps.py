"""Maps that take workers seconds to draw: placed once for the same tracks, and kept in the store."""

import numpy as np
import streamlit as st

from dashboard.services.datasets import dataset
from dashboard.services.studies import Named
from dashboard.services.workers import store
from genre_core.inspection.projection import MapConfig, Projection, neighbour_map
from genre_core.settings.config import DatasetConfig
from genre_core.store.schema import Study
from genre_core.studies.kinds import MAP

STUDIES = Named(MAP, "map")


def placing(config: DatasetConfig) -> Study:
    """Return the study that places tracks among their neighbors, started now if it never was.

    Raises StoreError where it could not be saved.
    """
    wanted = MapConfig(data=config)
    if found := STUDIES.find(wanted):
        return found
    STUDIES.ask(wanted)
    return store().studies.study(STUDIES.name(wanted))


def placed(config: DatasetConfig, study: Study) -> Projection:
    """Return the map of a complete study."""
    return _placed(study.id, study.attempt, config)


@st.cache_resource(show_spinner=False, max_entries=16)
def _placed(study_id: str, attempt: int, _config: DatasetConfig) -> Projection:
    (saved,) = store().studies.results(study_id)
    return neighbour_map(dataset(_config), np.array(saved["points"], dtype=np.float64))
