"""Answers to the questions of lessons: `python -m tests.benchmarks.lessons [LESSON …]` trains every run of them.

A text explains what came without naming it, so whoever changes a lesson reads here whether the explanation still fits.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from dashboard.text.lessons import cell_name, commonest, unit_of, written
from genre_core.data.sources import load_dataset
from genre_core.lessons.figures import Result, value_of
from genre_core.lessons.lesson import Cell, Choice, Lesson, Step
from genre_core.lessons.reading import lessons
from genre_core.store.run_result import JUDGE, Judge, Outcome, outcome_of
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import Run
from genre_core.workers.run import execute
from tests.benchmarks.report import print_table


def main(names: Sequence[str]) -> None:
    """Print one row for each question of these lessons, or of all."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{Path(folder) / 'store.sqlite'}")
        rows = [row for name, lesson in lessons().items() if not names or name in names
                for row in rows_of(store, name, lesson)]  # fmt: skip
        store.close()
    print_table(("lesson", "step", "seconds", "what came"), rows)


def rows_of(store: RunStore, name: str, lesson: Lesson) -> list[tuple[str, ...]]:
    """Return what came in each step of a lesson, and how long its training took."""
    results, rows = dict[str, Result](), list[tuple[str, ...]]()
    for step in lesson.step:
        begun = time.perf_counter()
        if step.trains:
            results[step.name] = result_of(store, trained(store, step))
        if step.ask:
            seconds = f"{time.perf_counter() - begun:.1f}" if step.trains else ""
            rows.append((name, step.name, seconds, came(step, results)))
    return rows


def trained(store: RunStore, step: Step) -> Run:
    """Train the run of a step."""
    run_id = new_run_id()
    store.submit(run_id, step.config, step.name)
    execute(run_id, 1, store.url)
    run = store.run(run_id)
    assert run.state == "complete", run.error
    return run


def result_of(store: RunStore, run: Run) -> Result:
    """Return what came of a run."""
    data = load_dataset(run.config.data, store)

    def outcome(part: str, judge: Judge = JUDGE) -> Outcome:
        found = outcome_of(store, run, part, data, judge)
        assert found is not None
        return found

    return Result(run, store.epochs(run.id), outcome)


def came(step: Step, results: dict[str, Result]) -> str:
    """Return what a question comes to, in words."""
    ask, result = step.ask, results[step.of or step.name]
    if isinstance(ask, Cell):
        most = commonest(result.matrix)
        return f"{cell_name(result.matrix.genres, most)}: {result.matrix.counts[most]}"
    value = value_of(ask.figure, result, results.get(ask.compared_with))
    said = f"{ask.figure}: {written(value, unit_of(ask), signed=unit_of(ask) == 'points')}"
    return f"{said} ({ask.answers[ask.answer(value)]})" if isinstance(ask, Choice) else said


if __name__ == "__main__":
    main(sys.argv[1:])
