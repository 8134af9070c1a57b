"""Findings about completed runs."""

import streamlit as st

from dashboard.services.datasets import dataset
from dashboard.services.outcomes import outcome
from dashboard.services.runs import run
from dashboard.services.workers import store
from genre_core.data.dataset import Part
from genre_core.findings import Finding, find
from genre_core.store import Run
from genre_core.store.run_result import facts_of


@st.cache_resource(show_spinner=False, max_entries=128)
def _findings(run_id: str, attempt: int, part: Part, clean: bool) -> tuple[Finding, ...]:
    of = run(run_id)
    seen = None if of is None else outcome(of, part, clean=clean)
    if of is None or seen is None:
        return ()
    validation = outcome(of, "validation", clean=clean) if part != "validation" else None
    return find(facts_of(store(), of, part, dataset(of.config.data), seen, validation))


def findings(of: Run, part: Part, *, clean: bool = False) -> tuple[Finding, ...]:
    """Return what stands out in a completed run on one part, the most important first; `clean` as in `outcome`.

    Raises
    ------
    DataError
        Its data are gone.
    """
    return _findings(of.id, of.attempt, part, clean)
