"""What the list of studies says: pure functions to sentences and columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.sentences import lens, repeats, studies, tune
from dashboard.theme import count
from genre_core.config import Frozen
from genre_core.lens import LensConfig
from genre_core.selection import RepeatsConfig
from genre_core.store import Study
from genre_core.tuning import SearchConfig

_SYMBOLS = {"queued": "○", "running": "▶", "complete": "✓", "failed": "✕", "cancelled": "❚❚"}
_PLURALS = {"search": "searches"}


@dataclass(frozen=True)
class Row:
    """A study in the list: the kind's name, what it is about, and the study itself."""

    kind: str
    about: str
    study: Study


def about(config: Frozen | None, tables: Mapping[str, str]) -> str:
    """Return what a study is about, by its configuration; `tables` are names by their hashes."""
    match config:
        case LensConfig():
            return lens.data_name(config, tables)
        case RepeatsConfig():
            return repeats.name(config)
        case SearchConfig():
            return tune.name(config)
    return studies.ANOTHER_VERSION


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
