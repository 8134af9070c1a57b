"""What each column of a table is: the genre, a group, an identifier, a feature, or left out, each with its reason."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from genre_core.config import TableConfig
from genre_core.dataset import Column, FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.tables.cells import (
    ARTIST_NAME,
    LENGTH_NAME,
    REPEATED_NAME,
    is_identifier_name,
    is_index_name,
    is_key,
    is_whole,
    numbers,
    plain,
    texts,
)
from genre_core.tables.labels import GLANCE_ROWS, Label, refuse_unknown

if TYPE_CHECKING:
    import pandas as pd

ENOUGH_ROWS = 20
"""Rows from which on values alone may tell that a column numbers the rows or repeats the genre."""


def judge_columns(frame: "pd.DataFrame", label: Label, config: TableConfig) -> tuple[Column, ...]:
    """Say for each column of a table what it is taken for, and why, once its genre column is known.

    Raises
    ------
    DataError
        `config` names a group column that is not there, or that is the genre column.
    """
    group = find_group(frame, config, label.name)
    rows = frame[label.values.notna().to_numpy()]
    genre_of_row = label.values.dropna().astype("category").cat.codes.to_numpy().astype(np.int64)
    columns = []
    for name in map(str, frame.columns):
        if name == label.name:
            columns.append(Column(name, "label", label.reason))
        elif name == group:
            columns.append(Column(name, "group", "Rows with the same value stay on one side of the split."))
        else:
            columns.append(_judge(name, rows, genre_of_row))
    return tuple(columns)


def find_group(frame: "pd.DataFrame", config: TableConfig, label: str) -> str | None:
    """Find the column whose values keep rows together: the one that `config` names, or an artist that repeats.

    Raises
    ------
    DataError
        `config` names a column that is not there, or the genre.
    """
    if config.group:
        refuse_unknown(frame, config.group, "group")
        if config.group == label:
            raise DataError(f"{label} holds the genres and cannot be the group as well: choose another group column.")
        return config.group
    artists = [c for c in map(str, frame.columns) if c != label and ARTIST_NAME.fullmatch(plain(c))]
    repeating = [c for c in artists if 1 < frame[c].nunique() < frame[c].notna().sum()]
    return min(repeating, key=lambda c: (not plain(c).endswith("id"), c), default=None)


def find_name(columns: Sequence[Column]) -> str | None:
    """Return the identifier that names the tracks: a file name before a number, a number before a title."""
    names = [c.name for c in columns if c.role == "identifier" or (c.role == "group" and is_key(c.name))]
    return min(names, key=lambda name: ("file" not in plain(name), not is_key(name), name), default=None)


def _judge(name: str, rows: "pd.DataFrame", genre_of_row: IntArray) -> Column:
    """Return the role of a column that is neither genre nor group, judged on the rows that have a genre."""
    series = rows[name]
    repeated = REPEATED_NAME.fullmatch(name)
    if repeated and repeated[1] in rows.columns:
        return Column(name, "left out", f"A second column named {repeated[1]}; only the first counts.")
    if series.isna().all():
        return Column(name, "left out", "No value in it.")
    values = numbers(series)
    whole = values is not None and is_whole(values)
    if is_index_name(name) and values is not None:
        return Column(name, "left out", "An index, which only numbers the rows.")
    if is_identifier_name(name) and (values is None or whole):
        return Column(name, "identifier", "Names tracks and measures nothing.")
    if values is None:
        return _judge_text(name, texts(series))
    if LENGTH_NAME.fullmatch(plain(name)):
        return Column(name, "left out", "A length, which says how the recording was cut and not how it sounds.")
    values = np.where(np.isinf(values), np.nan, values)
    if np.isnan(values).all():
        return Column(name, "left out", "No finite value in it.")
    if np.nanmin(values) == np.nanmax(values):
        return Column(name, "left out", f"The same value in every row: {np.nanmin(values):g}.")
    if whole and len(values) >= ENOUGH_ROWS and _counts_up(values):
        return Column(name, "identifier", "Consecutive whole numbers, a different one in each row.")
    if repeats_genre(values, genre_of_row):
        return Column(
            name, "left out", "Gives the genre away: each genre has a single value here, or each value a single genre."
        )
    missing = int(np.isnan(values).sum())
    return Column(name, "feature", f"Numbers, {missing:,} of {len(values):,} missing." if missing else "Numbers.")


def _judge_text(name: str, text: "pd.Series[str]") -> Column:
    import pandas as pd

    known = text.dropna()
    if known.empty:
        return Column(name, "left out", "No value in it.")
    odd = known[pd.to_numeric(known, errors="coerce").isna()]
    if len(odd) > len(known) / 2 and known.is_unique and len(known) == len(text):
        return Column(name, "identifier", "Text, different in each row.")
    example = str(odd.iloc[0] if len(odd) else known.iloc[0])
    example = example if len(example) <= 30 else example[:29] + "…"
    if len(odd) <= len(known) / 2:
        return Column(
            name,
            "left out",
            f"Not only numbers: {len(odd):,} of {len(known):,} values, such as “{example}”. Correct or empty them.",
        )
    return Column(name, "left out", f"Text, such as “{example}”; features are numbers.")


def repeats_genre(values: FloatArray, genre_of_row: IntArray) -> bool:
    """Say whether a column is the genre in disguise: a code for it, for one genre, or for its subgenres.

    That is so where every genre has one value, or where a few whole numbers each stand for one genre alone.
    """
    known = ~np.isnan(values)
    values, genre_of_row = values[known], genre_of_row[known]
    if len(values) < ENOUGH_ROWS or np.bincount(genre_of_row).max() < 2:
        return False
    if not any(_repeats(values[:GLANCE_ROWS], genre_of_row[:GLANCE_ROWS])):
        return False
    one_value_each, one_genre_each = _repeats(values, genre_of_row)
    few = len(np.unique(values)) <= len(values) / 5
    return few and (one_value_each or one_genre_each)


def _repeats(values: FloatArray, genre_of_row: IntArray) -> tuple[bool, bool]:
    """Say whether each genre has one value, and whether each of the values, whole numbers, has one genre."""
    order = np.lexsort((values, genre_of_row))
    genres, values = genre_of_row[order], values[order]
    n_pairs = 1 + int(np.count_nonzero((np.diff(values) != 0) | (np.diff(genres) != 0)))
    return n_pairs == len(np.unique(genres)), is_whole(values) and n_pairs == len(np.unique(values))


def _counts_up(values: FloatArray) -> bool:
    return not np.isnan(values).any() and bool((np.diff(np.sort(values)) == 1).all())
