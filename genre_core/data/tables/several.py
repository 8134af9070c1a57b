"""Tracks of several genres: in one cell, as in `rock|pop`, or in several rows; and what they count as."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from genre_core.data.tables.delimited import count_of
from genre_core.data.tables.labels import Label

if TYPE_CHECKING:
    import pandas as pd

Mask = npt.NDArray[np.bool_]


def between(genres: Iterable[str]) -> str:
    """Return the pattern of what stands between the genres of one cell.

    It is a bar or a semicolon, and another sign where most of what it parts are genres by themselves.
    """
    names, signs = {*genres}, "|;"
    for sign in ",/+&":
        parts = {part.strip() for name in names if sign in name for part in name.split(sign)}
        if parts and 2 * len(parts & names) >= len(parts):
            signs += sign
    return rf"\s*[{signs}]\s*"


def one_each(label: Label, how: str) -> tuple[Label, tuple[str, ...], int]:
    """Return the genre column with one genre in each cell, as `how` says: each, first or none.

    Returns a note, and how many rows are left out, too.
    """
    if how == "each":
        return label, (), 0
    signs = between(label.values.dropna().unique())
    several = label.values.str.contains(signs, regex=True).fillna(value=False).astype(bool)
    if not (n := int(several.sum())):
        return label, (), 0
    if how == "none":
        return replace(label, values=label.values.mask(several)), (f"{_cells(n)} hold several genres: left out.",), n
    first = label.values.str.split(signs, n=1, regex=True).str[0]
    return (
        replace(label, values=label.values.mask(several, first)),
        (f"{_cells(n)} hold several genres: the first.",),
        0,
    )


def rows_kept(tracks: "pd.Series[Any]", genres: "pd.Series[str]", how: str) -> tuple[Mask, str]:
    """Say which rows stay (n_rows,) where a track is filed under several genres, as `how` says, and note it."""
    if how == "each" or tracks.is_unique:
        return np.ones(len(genres), dtype=bool), ""
    several = genres.groupby(tracks).transform("nunique").to_numpy() > 1
    if not several.any():
        return ~several, ""
    n = count_of(int(tracks[several].nunique()), "track")
    if how == "none":
        return ~several, f"{n} left out, filed under several genres."
    first = (genres == genres.groupby(tracks).transform("first")).to_numpy()
    return ~several | first, f"{n} filed under several genres: the first counts."


def _cells(n: int) -> str:
    return count_of(n, "cell")
