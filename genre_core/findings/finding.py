"""Definition of a finding: a kind, its numbers with their intervals, and where to look for the evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from genre_core.data.dataset import Part
from genre_core.evaluation.intervals import Interval

Kind = Literal[
    "all_right",
    "training",
    "leaky",
    "never_predicted",
    "few_tracks",
    "hardest",
    "confusion",
    "shortfall",
    "macro_f1",
    "part_gap",
    "block",
    "neighbours",
    "few_groups",
    "over_predicted",
    "under_predicted",
    "too_sure",
    "too_unsure",
    "label_noise",
    "one_way",
    "when_sure",
    "easiest",
    "majority",
]
"""The kinds of findings, in the order in which a person wants to know of them."""
Page = Literal["evaluate", "genres", "train", "lens"]
Section = Literal["", "matrix", "confidence", "reject", "groups"]
Side = int | tuple[int, ...] | None
Cells = tuple[Side, Side]
"""True and predicted genres, counted from 0: one of each, several, or None for all: whole rows or columns."""


@dataclass(frozen=True)
class Evidence:
    """Where a person sees what a finding says: a page, a section of it, and there cells or a genre of a part.

    With `clean` the true genres judge, where labels are wrong now and then.
    """

    page: Page
    part: Part
    section: Section = ""
    cells: tuple[Cells, ...] = ()
    genre: int | None = None
    clean: bool = False


@dataclass(frozen=True)
class Finding:
    """One thing that the numbers support, with rates in [0, 1], counts, and 95 % intervals by the name of the value.

    `genres` are those it is about, counted from 0, none where it is about the whole.
    """

    kind: Kind
    evidence: Evidence
    values: Mapping[str, float]
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    genres: tuple[int, ...] = ()
    diagnosis: str = ""
    """Sentence of the diagnosis, of the kind `training`."""

    def to_json(self, genres: tuple[str, ...]) -> dict[str, Any]:
        """Return the same as plain values, genres by their names."""
        return {
            "kind": self.kind,
            "genres": [genres[genre] for genre in self.genres],
            "values": dict(self.values),
            "intervals": {name: [interval.low, interval.high] for name, interval in self.intervals.items()},
        }
