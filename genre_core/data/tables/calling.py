"""Names of artists, albums and tracks: their own, wherever a table holds them."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from genre_core.data.dataset import IntArray
from genre_core.data.tables.cells import level_of, plain, texts, track_keys

if TYPE_CHECKING:
    import pandas as pd

TITLE_NAME = re.compile(r"((track|song)_)?(title|name)|song")


def group_names(
    rows: "pd.DataFrame", groups: Mapping[str, IntArray], columns: Mapping[str, str], track: str | None
) -> dict[str, tuple[str, ...]]:
    """Return the names of the groups at each level, by their numbers; `columns` and `track` say which column it is.

    Of artists and albums names go before numbers. A group without a name is called by its level and number.
    """
    found: dict[str, tuple[str, ...]] = {}
    for level, numbers in groups.items():
        column = track if level == "track" else _named(rows, level, columns.get(level))
        if column is not None:
            names = texts(rows[column])
            found[level] = _first(track_keys(names) if level == "track" else names, numbers, level)
    return found


def titles(rows: "pd.DataFrame", name: str | None) -> tuple[str, ...]:
    """Return the title of each row, empty where it has none; nothing where no column but the `name` holds titles."""
    own = [c for c in map(str, rows.columns) if TITLE_NAME.fullmatch(plain(c)) and c != name]
    if not own:
        return ()
    return tuple(texts(rows[min(own, key=lambda c: "title" not in plain(c))]).fillna("").tolist())


def _named(rows: "pd.DataFrame", level: str, usual: str | None) -> str | None:
    """Return the column of a level's names, where there is another one beside its numbers."""
    own = [c for c in map(str, rows.columns) if level_of(c) == level and not re.search(r"(id|mbid)$", plain(c))]
    return next(iter(own), usual) if level != "group" else usual


def _first(names: "pd.Series[str]", numbers: IntArray, level: str) -> tuple[str, ...]:
    """Return the first name of each group, by its number."""
    known = names.notna().to_numpy()
    found = np.array([f"{level} {number + 1:,}" for number in range(int(numbers.max()) + 1)], dtype=object)
    order = np.flatnonzero(known)[::-1]  # what is written last stays: the first name
    found[numbers[order]] = names.to_numpy(dtype=object)[order]
    return tuple(map(str, found.tolist()))
