"""Findings about completed runs."""

from dashboard.services.caching import cached_by_run
from dashboard.services.datasets import dataset
from dashboard.services.outcomes import outcome
from dashboard.services.workers import store
from genre_core.data.dataset import Part
from genre_core.findings import Finding, find
from genre_core.store import Run
from genre_core.store.run_result import JUDGE, Judge, facts_of


@cached_by_run(128)
def findings(of: Run, part: Part, *, judge: Judge = JUDGE) -> tuple[Finding, ...]:
    """Return what stands out in a completed run on one part, the most important first; `judge` as in `outcome`.

    Raises DataError where its data are gone.
    """
    seen = outcome(of, part, judge=judge)
    if seen is None:
        return ()
    validation = outcome(of, "validation", judge=judge) if part != "validation" else None
    return find(facts_of(store(), of, part, dataset(of.config.data), seen, validation))
