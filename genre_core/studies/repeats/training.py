"""A worker's work on a repetition: it trains the runs that belong to it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property

from genre_core.errors import GenreLabError
from genre_core.store.openings import open_test
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run, Study
from genre_core.studies.members import MOST_TOGETHER, Member
from genre_core.studies.repeats.config import Folds, RepeatsConfig
from genre_core.studies.study import Result
from genre_core.studies.train_members import train_members
from genre_core.training.events import TrainEnd
from genre_core.training.experiment import make_trainer, prepare_once


class Repetition:
    """A repetition as a study: a piece is a stack of runs, by their numbers; those of one shape are trained together.

    What it comes to is in its runs. Whoever judges by a held-out fold looks at a test part.
    """

    def __init__(self, config: RepeatsConfig, store: RunStore, study: Study) -> None:
        self._config, self._store, self._study = config, store, study

    def plan(self) -> Result:
        """Return nothing: the configuration says all."""
        return {}

    def pieces(self, results: Sequence[Result] = ()) -> list[list[int]]:
        """Return the numbers of all runs in stacks, one for each worker; runs that are finished are not trained again.

        Runs that are trained one by one are a stack each, unless there is one worker.
        """
        n = len(self._config.configs)
        n_workers = self._store.studies.study(self._study.id).n_workers
        size = 1 if n_workers > 1 and self._one_by_one else min(-(-n // n_workers), MOST_TOGETHER)
        return [list(range(first, min(first + size, n + 1))) for first in range(1, n + 1, size)]

    @cached_property
    def _one_by_one(self) -> bool:
        """Whether runs like the first are not computed together."""
        config = self._config.configs[0]
        with suppress(GenreLabError):  # that is said of the run
            return make_trainer(config, prepare_once(config.data, config.split, self._store)).side_by_side is None
        return False

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
        if len(runs) == len(configs) and all(run.state == "failed" for run in runs):
            raise GenreLabError(next(run.error for run in runs if run.error))

    def _open(self, run: Run) -> None:
        if isinstance(self._config.what, Folds) and run.state == "complete":
            open_test(self._store, run)
