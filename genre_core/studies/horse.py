"""Is it a horse? as a study: a worker changes one clip after another and lets the run answer for it."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from genre_core.judging.horse import Asking, HorseConfig
from genre_core.store.runs import RunStore
from genre_core.studies.study import Result


class AskedHorse:
    """Answers of a run before and after changes as a study: a piece is a row of its data, and so the clip it is of."""

    def __init__(self, config: HorseConfig, store: RunStore) -> None:
        self._config, self._store = config, store

    @cached_property
    def _asking(self) -> Asking:
        return Asking(self._store, self._store.run(self._config.run), self._config.clips)

    def plan(self) -> Result:
        """Return which clips are asked about, and their genres."""
        return self._asking.known

    def pieces(self, results: Sequence[Result] = ()) -> list[int]:
        """Return the rows that have no answers yet."""
        done = {result["row"] for result in results}
        return [row for row in self._asking.rows if row not in done]

    def do(self, piece: int) -> Iterator[Result]:
        """Let the run answer for a clip before and after each change."""
        yield self._asking.answers(piece)
