"""New rows that a run is to answer for, wherever they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from genre_core.data.dataset import IntArray
from genre_core.data.inputs import Inputs
from genre_core.settings.config import DatasetConfig

if TYPE_CHECKING:
    from genre_core.data.clips.shards import Window


@dataclass(frozen=True, eq=False)
class NewRows:
    """Rows (n) with their `inputs`, each a track or a piece of one; their tracks are numbered in order of first rows.

    `names` (n,) are those of rows, `tracks` (n,) the numbers of their tracks, and `track_names` (n_tracks,) what those
    are called. `labels` (n,) are genres, empty where a row has none; without any, there are none at all. `groups` map
    levels such as `artist` to numbers (n,). `known` says of a track, by its number, what is to be known before it is
    answered, and `refused` why a track has no rows that could be answered. `notes` are about all of them.
    """

    inputs: Inputs
    config: DatasetConfig
    names: tuple[str, ...]
    tracks: IntArray
    track_names: tuple[str, ...]
    labels: tuple[str, ...] = ()
    groups: Mapping[str, IntArray] = field(default_factory=dict)
    heard: "tuple[Window, ...]" = ()
    known: Mapping[int, str] = field(default_factory=dict)
    refused: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)
