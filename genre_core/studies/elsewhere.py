"""A run judged on other data, as a study: their clips are measured first, and a worker answers for them."""

from collections.abc import Iterator

from genre_core.data.sources import load_dataset
from genre_core.judging.elsewhere import ElsewhereConfig, judge_elsewhere
from genre_core.judging.fitted import fit_again
from genre_core.store.runs import RunStore
from genre_core.studies.study import OnePiece, Result


class JudgedElsewhere(OnePiece):
    """A run judged on other data as a study, of one piece."""

    def __init__(self, config: ElsewhereConfig, store: RunStore) -> None:
        self._config, self._store = config, store

    def do(self, piece: str) -> Iterator[Result | None]:
        """Let the run answer for the other data."""
        run = self._store.run(self._config.run)
        fitted = fit_again(self._store, run)
        yield None
        other = load_dataset(self._config.data, self._store)
        yield judge_elsewhere(self._store, run, fitted, self._config, other).to_json()
