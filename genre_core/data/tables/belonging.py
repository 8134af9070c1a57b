"""Groups that the rows of a table belong to: tracks by their names, albums, artists, and what a person chose.

Levels are nested: a row without an artist is taken to be by the artist of its track's other rows, or by one of its own;
the same title under two artists is two albums; and the same file name on two albums is two tracks.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from genre_core.data.dataset import GROUPS, IntArray, count_groups, telling
from genre_core.data.tables.cells import names_nobody, same_names, texts
from genre_core.data.tables.delimited import count_of

if TYPE_CHECKING:
    import pandas as pd


def belonging(rows: "pd.DataFrame", tracks: IntArray, columns: Mapping[str, str]) -> dict[str, IntArray]:
    """Return the numbers (n_rows,) of what the rows belong to at each level, those too that say nothing.

    `tracks` (n_rows,) numbers the tracks by their names; `columns` names the column of each other level.
    """
    levels: dict[str, IntArray] = {}
    if "group" in columns:
        levels["group"] = _numbered(texts(rows[columns["group"]]), tracks)
    parent: IntArray | None = None
    for level in ("artist", "album"):
        if level in columns:
            names = same_names(texts(rows[columns[level]]))
            parent = levels[level] = _within(_numbered(names.mask(names_nobody(names)), tracks), parent)
    levels["track"] = _within(tracks, parent)
    return {level: levels[level] for level in GROUPS if level in levels}


def describe(levels: Mapping[str, IntArray], columns: Mapping[str, str], n_several: int = 0) -> tuple[str, ...]:
    """Say what was found to belong together, and what was expected to and does not.

    `n_several` tracks are filed under several genres, so that their rows are no pieces of them.
    """
    n_rows = len(levels["track"])
    told = telling(levels)
    notes = []
    for level, column in columns.items():
        n_groups = count_groups(levels[level]) if level in levels else 0
        if level in told or (level == "track" and n_groups != 1):
            continue
        if n_groups == n_rows:
            notes.append(f"Every row has its own {column}: nothing is kept together.")
        elif n_groups == 1:
            notes.append(f"Every row has the same {column}, so it groups nothing.")
    if not told:
        return tuple(notes)
    coarsest = next(reversed(told))
    counts = {level: count_of(count_groups(numbers), level) for level, numbers in told.items()}
    if list(told) == ["track"] and n_several:
        under = f"{count_of(n_several, 'track')} {'is' if n_several == 1 else 'are'} filed under several genres"
        said = f"{n_rows:,} rows are of {counts['track']}, by {columns['track']}: {under}. A split keeps them together."
    elif list(told) == ["track"]:
        said = f"{n_rows:,} rows are segments of {counts['track']}, by {columns['track']}; a split keeps them together."
    elif len(told) == 1:
        said = f"{n_rows:,} rows form {counts[coarsest]} by {columns[coarsest]}; a split keeps each together."
    else:
        parts = [f"{counts[level]} (by {columns[level]})" for level in told if level in columns]
        said = (
            f"{n_rows:,} rows are of {', '.join(parts[:-1])} and {parts[-1]}; a split keeps each {coarsest} together."
        )
    return (*notes, said)


def _numbered(values: "pd.Series[str]", tracks: IntArray) -> IntArray:
    """Return numbers of the values (n_rows,); a missing one is that of the track's other rows, or the track's own."""
    import pandas as pd

    codes: IntArray = pd.factorize(values)[0].astype(np.int64)
    missing = codes < 0
    if not missing.any():
        return codes
    of_track = np.full(tracks.max() + 1, -1)
    of_track[tracks[~missing]] = codes[~missing]
    codes = np.where(missing, of_track[tracks], codes)
    return np.where(codes < 0, codes.max() + 1 + tracks, codes)


def _within(numbers: IntArray, parent: IntArray | None) -> IntArray:
    """Return numbers of the pairs of a level and the one above it (n_rows,): each group lies in one group above."""
    import pandas as pd

    if parent is None:
        return numbers
    return pd.factorize(numbers * (int(parent.max()) + 1) + parent)[0].astype(np.int64)
