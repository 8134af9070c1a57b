"""Which test parts were looked at: pages show a run's test score only once somebody has opened it."""

from collections.abc import Iterable

import streamlit as st

from dashboard.services.commands import act
from dashboard.services.workers import store
from genre_core.store.openings import Openings, last_look
from genre_core.store.openings import open_test as _open_test
from genre_core.store.openings import openings_of as _openings_of
from genre_core.store.schema import Run


def openings_of(runs: Iterable[Run]) -> dict[str, Openings]:
    """Return for each run, by its id, how often its test tracks were looked at."""
    runs = list(runs)
    return _found(last_look(store()), [(run.id, run.attempt, run.context.get("test_hash", "")) for run in runs], runs)


@st.cache_resource(show_spinner=False, max_entries=256)
def _found(looks: tuple[object, ...], of: list[tuple[str, int, str]], _runs: list[Run]) -> dict[str, Openings]:
    return _openings_of(store(), _runs)


def open_test(*run_ids: str) -> None:
    """Open the test parts of runs for their configurations, once and for all."""

    def look() -> bool:
        for run_id in run_ids:
            _open_test(store(), store().run(run_id))
        return True

    act(look)
