"""Diagnoses of runs that have ended, and all else that stands out in them."""

from dashboard.services import datasets, outcomes, runs
from dashboard.services.caching import cached_by_run
from genre_core.data.dataset import Part
from genre_core.diagnosis.rules import Diagnosis
from genre_core.findings.finding import Finding
from genre_core.findings.rules import find
from genre_core.store.diagnosed import diagnosis_of
from genre_core.store.run_result import JUDGE, Judge, facts_of
from genre_core.store.schema import Run


@cached_by_run(256)
def diagnosis(of: Run) -> Diagnosis | None:
    """Return what became of a run, with its remedy; None where nothing stands out, or before it has ended."""
    found, limit = runs.progress(of), datasets.limit(of.config.data)
    return diagnosis_of(of, found.epochs, found.matrix, limit.accuracy if limit else None)


@cached_by_run(128)
def findings(of: Run, part: Part, *, judge: Judge = JUDGE) -> tuple[Finding, ...]:
    """Return what stands out in a completed run on a part, the most important first. Raises as `outcome` does."""
    seen = outcomes.outcome(of, part, judge=judge)
    if seen is None:
        return ()
    validation = outcomes.outcome(of, "validation", judge=judge) if part != "validation" else None
    return find(facts_of(of, part, datasets.dataset(of.config.data), seen, validation, diagnosis(of)))
