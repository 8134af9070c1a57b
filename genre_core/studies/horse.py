"""Is it a horse? as a study: a worker changes clips and lets the run answer for them."""

from collections.abc import Iterator

from genre_core.judging.horse import HorseConfig, asking
from genre_core.store.runs import RunStore
from genre_core.studies.study import OnePiece, Result


class AskedHorse(OnePiece):
    """Answers of a run before and after changes as a study, of one piece."""

    def __init__(self, config: HorseConfig, store: RunStore) -> None:
        self._config, self._store = config, store

    def do(self, piece: str) -> Iterator[Result | None]:
        """Let the run answer for one clip after the other."""
        for found in asking(self._store, self._store.run(self._config.run), self._config.clips):
            yield None if found is None else found.to_json()
