"""Results of the runs of lessons: figures of training and validation, never of a test part."""

from typing import Literal

from dashboard.services import outcomes, runs
from genre_core.errors import DataError
from genre_core.lessons.figures import Result
from genre_core.store.run_result import JUDGE, Judge, Outcome
from genre_core.store.schema import Run


def complete_run(run_id: str) -> Run | None:
    """Return a run that is complete and can be read; None where there is none of that identifier."""
    run = runs.run(run_id)
    return run if run and run.state == "complete" and run.known_config else None


def result(run: Run) -> Result:
    """Return what came of a complete run; asking it raises DataError where its answers are not stored."""

    def outcome(part: Literal["train", "validation"], judge: Judge = JUDGE) -> Outcome:
        found = outcomes.outcome(run, part, judge=judge)
        if found is None:
            raise DataError(f"The answers of the run {run.name} are not stored.")
        return found

    return Result(run, runs.progress(run).epochs, outcome)
