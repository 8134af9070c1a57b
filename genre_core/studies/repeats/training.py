"""A worker's work on a repetition: it trains the runs that belong to it."""

from collections.abc import Iterator, Sequence

from genre_core.errors import GenreLabError
from genre_core.store.openings import open_test
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run, Study
from genre_core.studies.members import Member
from genre_core.studies.repeats.config import Folds, RepeatsConfig
from genre_core.studies.study import Result
from genre_core.studies.train_members import train_members
from genre_core.training.events import TrainEnd


class Repetition:
    """A repetition as a study of one piece, the numbers of its runs: those of one shape are trained together.

    What it comes to is in its runs. Whoever judges by a held-out fold looks at a test part.
    """

    def __init__(self, config: RepeatsConfig, store: RunStore, study: Study) -> None:
        self._config, self._store, self._study = config, store, study

    def plan(self) -> Result:
        """Return nothing: the configuration says all."""
        return {}

    def pieces(self, results: Sequence[Result] = ()) -> list[list[int]]:
        """Return the numbers of all runs; those that are finished are not trained again."""
        return [list(range(1, len(self._config.configs) + 1))]

    def do(self, piece: list[int]) -> Iterator[None]:
        """Train runs, by their numbers."""
        configs = self._config.configs
        members = [Member(number, self._config.name(number), configs[number - 1]) for number in piece]
        for run in self._store.members.runs(self._study.id).values():
            self._open(run)  # its worker may have died before it was counted
        for event in train_members(self._store, self._study, members):
            if isinstance(event.event, TrainEnd):
                self._open(self._store.run(event.run_id))
            yield
        runs = self._store.members.runs(self._study.id).values()
        if runs and all(run.state == "failed" for run in runs):
            raise GenreLabError(next(run.error for run in runs if run.error))

    def _open(self, run: Run) -> None:
        if isinstance(self._config.what, Folds) and run.state == "complete":
            open_test(self._store, run)
