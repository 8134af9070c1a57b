"""A map of tracks as a study: t-SNE takes seconds, so a worker places them and the store keeps where."""

from collections.abc import Iterator, Sequence

from genre_core.data.sources import Tables, load_dataset
from genre_core.inspection.projection import MapConfig, place_neighbours
from genre_core.studies.study import Result

DECIMALS = 3


class Map:
    """A map as a study, of one piece."""

    def __init__(self, config: MapConfig, tables: Tables | None = None) -> None:
        self._config, self._tables = config, tables

    def plan(self) -> Result:
        """Return nothing: all is known when it is done."""
        return {}

    def pieces(self, results: Sequence[Result] = ()) -> list[str]:
        """Return the whole, unless it is there."""
        return [] if results else ["all"]

    def do(self, piece: str) -> Iterator[Result | None]:
        """Place the tracks."""
        points = place_neighbours(load_dataset(self._config.data, self._tables))
        yield {"points": points.round(DECIMALS).tolist()}
