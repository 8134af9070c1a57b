"""One thing that a person should know about data: how serious it is, a sentence with its counts, and where to look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from genre_core.data.dataset import Dataset
from genre_core.data.tables.delimited import count_of

Kind = Literal[
    "gives the genre away",
    "says nothing about the sound",
    "missing in a genre",
    "missing by genre",
    "missing",
    "copies under several genres",
    "copies",
    "near copies",
    "too small to split",
    "small",
    "one group",
    "alike names",
    "imbalance",
    "constant",
    "copied column",
    "code for missing",
    "outliers",
    "long tails",
    "left out",
    "rows left out",
    "rows without values",
    "rows without a genre",
    "encoding",
    "read in part",
    "not taken",
    "several genres",
    "coarser genres",
    "unbalanced parts",
    "may belong together",
    "names and numbers",
    "one feature",
    "recorded another way",
    "faulty recordings",
]
Severity = Literal["serious", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Serious: a score on these data means something else than it says. Warning: look. Note: good to know."""

MAX_LISTED = 1000
"""Most rows that a finding lists; its sentence counts all."""


@dataclass(frozen=True)
class Finding:
    """A finding: `sentence` says it, and `columns`, `rows` (at most `MAX_LISTED`) and `genres` say where to look.

    Of copies, those of one row stand beside each other in `rows`.
    """

    kind: Kind
    severity: Severity
    sentence: str
    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    genres: tuple[str, ...] = ()


def listed(names: Sequence[str]) -> str:
    """Return `a, b and c`, or the first three and how many more."""
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3:,} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def rows_of(rows: Iterable[int]) -> tuple[int, ...]:
    """Return row numbers as a finding lists them."""
    return tuple(map(int, rows))[:MAX_LISTED]


def tracks(dataset: Dataset, n: int) -> str:
    """Return `12 tracks`, or `12 rows` where a track has several."""
    return count_of(n, dataset.noun)


def percent(share: float) -> str:
    """Return a share as whole per cents, never 0 or 100 where it is not quite."""
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"
