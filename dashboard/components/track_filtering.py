"""Which of the listed tracks are shown: by a word, and by a range of one number. The address says both."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from dashboard.components.cell_tracks import Chosen, ListedTracks
from genre_core.data.dataset import FloatArray

Measure = Literal["sure", "margin", "loss"]
MEASURES: tuple[Measure, ...] = get_args(Measure)


@dataclass(frozen=True)
class TrackFilter:
    """Filter of listed tracks: a word in their name, genres or group, and a range of a number.

    `low` and `high` are in the units of the screen: sureness in percent, margin in [0, 1], loss in nats.
    """

    find: str = ""
    measure: Measure = "sure"
    low: float = 0.0
    high: float = float("inf")

    @property
    def only(self) -> str | None:
        """Return the range as the address says it; None: there is none."""
        if self.low <= 0 and self.high == float("inf"):
            return None
        return f"{self.measure}:{self.low:g}-{'' if self.high == float('inf') else f'{self.high:g}'}"

    @classmethod
    def of(cls, find: str | None, only: str | None) -> "TrackFilter":
        """Read what the address says, checked before: `only` is such as `sure:20-60` or `loss:1.5-`."""
        if not only:
            return cls(find or "")
        name, _, span = only.partition(":")
        low, _, high = span.partition("-")
        measure = next(measure for measure in MEASURES if measure == name)
        return cls(find or "", measure, float(low), float(high) if high else float("inf"))

    def fitting(self, found: ListedTracks) -> ListedTracks:
        """Return the tracks that fit."""
        kept = np.ones(len(found), dtype=np.bool_)
        if self.only is not None:
            values = values_of(found, self.measure)
            kept &= (values >= self.low) & (values <= self.high)
        if self.find.strip():
            kept &= _mentions(found, self.find.strip().casefold())
        return found if kept.all() else found.where(kept)


def values_of(found: ListedTracks, measure: Measure) -> FloatArray:
    """Return the numbers (n,) of a measure in the units of the screen."""
    match measure:
        case "sure":
            return 100 * found.confidence
        case "margin":
            return found.margin
        case "loss":
            return found.loss


def _mentions(found: ListedTracks, text: str) -> Chosen:
    """Return which tracks have the text in their name, one of their genres or their group."""
    genres = np.array([text in genre.casefold() for genre in found.genres])
    kept: Chosen = genres[found.true] | genres[found.predicted] | genres[found.second]
    kept |= np.fromiter((text in name.casefold() for name in found.names), np.bool_, len(found))
    if found.groups is not None:
        kept |= np.fromiter((text == str(number + 1) for number in found.groups.tolist()), np.bool_, len(found))
    return kept
