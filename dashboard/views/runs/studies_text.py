"""Sentences and columns of the list of studies: pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.text import studies
from dashboard.theme import count
from genre_core.store.schema import Study
from genre_core.workers.commands import MOST_STUDIES

_SYMBOLS = {"queued": "○", "running": "▶", "complete": "✓", "failed": "✕", "cancelled": "❚❚"}
_PLURALS = {"search": "searches", "lens": "lenses"}


@dataclass(frozen=True)
class Row:
    """A study in the list: the kind's name, what it is about, and the study itself."""

    kind: str
    about: str
    study: Study


def how_many(rows: Sequence[Row], most: int, mine: int = 0) -> str:
    """Return what stands over the list: `3 studies: 1 search, 2 repetitions; 1 of your 4 at a time is under way`."""
    kinds = [row.kind for row in rows]
    each = ", ".join(count(kinds.count(kind), kind, _PLURALS.get(kind, "")) for kind in dict.fromkeys(kinds))
    number = f"The latest {most} studies" if len(rows) == most else count(len(rows), "study", "studies")
    are = "is" if mine == 1 else "are"
    return f"{number}: {each}" + (f"; {mine} of your {MOST_STUDIES} at a time {are} under way" if mine else "")


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
