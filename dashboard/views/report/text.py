"""Sentences of Report."""

from collections.abc import Sequence

from dashboard.text.evaluate_states import RUNS, TRAIN, Step
from dashboard.text.train import Headline
from genre_core.store.run_result import distinct_names
from genre_core.store.schema import Run
from genre_core.text import joined

MARKS = "An empty line begins a paragraph, `-` a point; write `**bold**` and `*italic*`."
UNSAVED = "Not saved yet: {}"


def answer(runs: Sequence[Run]) -> str:
    """Say what is reported on."""
    first, *others = distinct_names(runs)
    return f"Report on {first}" + (f", compared with {joined(others)}" if others else "")


def how(runs: Sequence[Run]) -> str:
    """Say where own paragraphs are kept, and what may stand in them."""
    whose = "the first of these runs" if len(runs) > 1 else "the run"
    return f"What you write is kept with {whose} and stands at the end of its section. {MARKS}"


def none_of(run: Run, problem: str) -> tuple[Headline, Step]:
    """Say why there is no report of a run, and where to go on."""
    step = Step(TRAIN, "Open it on Train") if run.state != "complete" else Step(RUNS, "Choose another run")
    return Headline("There is no report of this run.", problem), step
