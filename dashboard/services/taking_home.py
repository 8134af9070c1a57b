"""What is taken home of runs: made by a worker, and kept until it is downloaded."""

from collections.abc import Sequence

from dashboard.services.asking import Asked, ask, ask_again
from genre_core.store.schema import Run
from genre_core.takehome.made import Made
from genre_core.workers.takehome import make


def made_of(name: str, runs: Sequence[Run]) -> Asked[Made]:
    """Have a worker make a thing of runs, unless one has, and return what came of it by now."""
    return ask(make, *_question(name, runs))


def forget(name: str, runs: Sequence[Run]) -> None:
    """Forget what came of it, so that it is made anew."""
    ask_again(make, *_question(name, runs))


def _question(name: str, runs: Sequence[Run]) -> tuple[str, tuple[str, ...], tuple[object, ...]]:
    return name, tuple(run.id for run in runs), tuple((run.attempt, run.revision, run.opened) for run in runs)
