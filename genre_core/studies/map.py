"""A map of tracks as a study: t-SNE takes seconds, so a worker places them and the store keeps where."""

from collections.abc import Iterator

from genre_core.data.sources import Tables, load_dataset
from genre_core.inspection.projection import MapConfig, place_neighbours
from genre_core.studies.study import OnePiece, Result

DECIMALS = 3


class Map(OnePiece):
    """A map as a study, of one piece."""

    def __init__(self, config: MapConfig, tables: Tables | None = None) -> None:
        self._config, self._tables = config, tables

    def do(self, piece: str) -> Iterator[Result | None]:
        """Place the tracks."""
        points = place_neighbours(load_dataset(self._config.data, self._tables))
        yield {"points": points.round(DECIMALS).tolist()}
