"""Is it a horse? as a study: a worker changes clips and lets the run answer for them."""

from collections.abc import Iterator, Sequence

from genre_core.judging.horse import HorseConfig, asking
from genre_core.store.runs import RunStore
from genre_core.studies.study import Result


class AskedHorse:
    """Answers of a run before and after changes as a study, of one piece."""

    def __init__(self, config: HorseConfig, store: RunStore) -> None:
        self._config, self._store = config, store

    def plan(self) -> Result:
        """Return nothing: all is known when it is done."""
        return {}

    def pieces(self, results: Sequence[Result] = ()) -> list[str]:
        """Return the whole, unless it is there."""
        return [] if results else ["all"]

    def do(self, piece: str) -> Iterator[Result | None]:
        """Let the run answer for one clip after the other."""
        for found in asking(self._store, self._store.run(self._config.run), self._config.clips):
            yield None if found is None else found.to_json()
