"""Studies that are done as a whole: a map of tracks, which takes seconds, and a run judged on other data."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from genre_core.data.sources import Tables, load_dataset
from genre_core.inspection.projection import MapConfig, place_neighbours
from genre_core.judging.elsewhere import ElsewhereConfig, judge_elsewhere
from genre_core.judging.fitted import fit_again
from genre_core.store.runs import RunStore
from genre_core.studies.study import Result

DECIMALS = 3


@dataclass(frozen=True)
class AtOnce:
    """A study of one piece: its `work` yields what it comes to."""

    work: Callable[[], Iterator[Result | None]]

    def plan(self) -> Result:
        """Return nothing: all is known when it is done."""
        return {}

    def pieces(self, results: Sequence[Result] = ()) -> list[str]:
        """Return the whole, unless it is there."""
        return [] if results else ["all"]

    def do(self, piece: str) -> Iterator[Result | None]:
        """Do it."""
        return self.work()


def place_tracks(config: MapConfig, tables: Tables | None = None) -> Iterator[Result | None]:
    """Place tracks among their neighbors by t-SNE."""
    yield {"points": place_neighbours(load_dataset(config.data, tables)).round(DECIMALS).tolist()}


def judge_on_other_data(config: ElsewhereConfig, store: RunStore) -> Iterator[Result | None]:
    """Let a run answer for other data."""
    run = store.run(config.run)
    fitted = fit_again(store, run)
    yield None
    yield judge_elsewhere(store, run, fitted, config, load_dataset(config.data, store)).to_json()
