"""Sentences and columns of the list of studies: pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.text import studies
from dashboard.theme import count
from genre_core.store.schema import Study

_SYMBOLS = {"queued": "○", "running": "▶", "complete": "✓", "failed": "✕", "cancelled": "❚❚"}
_PLURALS = {"search": "searches"}


@dataclass(frozen=True)
class Row:
    """A study in the list: the kind's name, what it is about, and the study itself."""

    kind: str
    about: str
    study: Study


def how_many(rows: Sequence[Row], most: int) -> str:
    """Return what stands over the list: `3 studies: 1 search, 2 repetitions`."""
    kinds = [row.kind for row in rows]
    each = ", ".join(count(kinds.count(kind), kind, _PLURALS.get(kind, "")) for kind in dict.fromkeys(kinds))
    return (
        f"The latest {most} studies: {each}" if len(rows) == most else f"{count(len(rows), 'study', 'studies')}: {each}"
    )


def columns(rows: Sequence[Row]) -> dict[str, list[object]]:
    """Return the list as columns."""
    return {
        "kind": [row.kind for row in rows],
        "about": [row.about for row in rows],
        "state": [f"{_SYMBOLS[row.study.state]} {studies.state(row.study)}" for row in rows],
        "ago": [row.study.created_at for row in rows],
    }


def what_goes(row: Row) -> str:
    """Say what is deleted with a study."""
    with_it = {"search": "its trials and their runs", "repetition": "its runs"}.get(row.kind, "its scores")
    stops = " Its work stops." if row.study.active else ""
    return f"It is deleted with {with_it}. This cannot be undone.{stops}"
