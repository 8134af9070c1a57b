"""Tracks read from a stored table of audio features.

Rows without a genre and rows without any feature are left out; every row left out is counted in the data set's notes.
Infinities count as missing. Missing values stay NaN in `X`, to be replaced by the training part's median, or their rows
are dropped. Genres are numbered in the order of their names, or of their numbers.
"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from genre_core.cells import is_index_name, is_key, numbers, texts, track_keys
from genre_core.columns import find_name, judge_columns
from genre_core.config import TableConfig
from genre_core.dataset import Column, Dataset, FloatArray, IntArray
from genre_core.delimited import count_of
from genre_core.errors import DataError
from genre_core.labels import candidates, find_label
from genre_core.sources import Tables

Mask = npt.NDArray[np.bool_]

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Inspection:
    """What a table would be taken for: its data set, or the sentence that says why there is none.

    `names` are all of its columns; `candidates` those that could hold the genre, to choose from.
    """

    names: tuple[str, ...]
    candidates: tuple[str, ...]
    dataset: Dataset | None
    problem: str = ""


def load(config: TableConfig, tables: Tables | None = None) -> Dataset:
    """Read the stored table that `config` names.

    Raises
    ------
    DataError
        The table is not stored, or tracks with genres cannot be made of it.
    """
    if not config.table or tables is None:
        raise DataError("No table is chosen: import one, then choose it.")
    return _to_dataset(_read(tables.read_table(config.table)), config)


def inspect(parquet: bytes, config: TableConfig | None = None) -> Inspection:
    """Say what a table would be taken for, before it is stored or trained on; never raises DataError."""
    frame = _read(parquet)
    names = tuple(map(str, frame.columns))
    try:
        dataset = _to_dataset(frame, config or TableConfig())
    except DataError as error:
        return Inspection(names, candidates(frame), None, str(error))
    return Inspection(names, candidates(frame), dataset)


def interpret(frame: "pd.DataFrame", config: TableConfig) -> tuple[Column, ...]:
    """Say for each column of a table what it is taken for, and why.

    Raises
    ------
    DataError
        There is no genre column, more than one that could be it, or none of the name that `config` gives.
    """
    return judge_columns(frame, find_label(frame, config), config)


def _read(parquet: bytes) -> "pd.DataFrame":
    import pandas as pd

    return pd.read_parquet(io.BytesIO(parquet))


def _to_dataset(frame: "pd.DataFrame", config: TableConfig) -> Dataset:
    label = find_label(frame, config)
    columns = judge_columns(frame, label, config)
    features = tuple(column.name for column in columns if column.role == "feature")
    if not features:
        raise DataError(
            "The table has no numeric feature: each column is the genre, an identifier, text, a length, empty or the "
            "same in every row. Choose a table with features that were measured on the sound."
        )
    X, notes = _features(frame, features)
    kept, row_notes = _kept_rows(X, label.values.notna().to_numpy(), config)
    names = label.values[kept]
    genres = _in_order(names)
    if len(genres) < 2:
        raise DataError(f"Only the genre {genres[0]} is left after rows were left out: at least two genres are needed.")
    groups, group_notes = _groups(frame, columns, kept)
    y: IntArray = names.map({genre: number for number, genre in enumerate(genres)}).to_numpy().astype(np.int64)
    X = X if kept.all() else X[kept]
    notes = (*row_notes, *notes, *_missing_note(X), *group_notes, *_lookalikes(genres), *_duplicates(X, y))
    return Dataset(X, y, genres, features, _track_names(frame, columns, kept), groups, notes, columns)


def _features(frame: "pd.DataFrame", features: tuple[str, ...]) -> tuple[FloatArray, tuple[str, ...]]:
    """Return the features (n_rows, n_features), infinities turned into NaN, with a note on them."""
    X = np.empty((len(frame), len(features)))
    infinite: dict[str, int] = {}
    for position, name in enumerate(features):
        values = numbers(frame[name])
        assert values is not None
        X[:, position] = values
        if found := int(np.isinf(values).sum()):
            infinite[name] = found
            X[np.isinf(values), position] = np.nan
    if not infinite:
        return X, ()
    return X, (f"{count_of(sum(infinite.values()), 'infinite value')} taken as missing, in {_listed(list(infinite))}.",)


def _kept_rows(X: FloatArray, labelled: Mask, config: TableConfig) -> tuple[Mask, tuple[str, ...]]:
    """Say which rows are kept (n_rows,), and note how many are left out for which reason."""
    missing = np.isnan(X)
    empty, gap = missing.all(axis=1), missing.any(axis=1)
    dropped = [
        (~labelled, "no genre"),
        (labelled & empty, "every feature is missing"),
        (labelled & gap & ~empty & (config.missing == "drop"), "a feature is missing"),
    ]
    kept = ~np.logical_or.reduce([rows for rows, _ in dropped])
    if not kept.any():
        raise DataError(
            "Every row misses a genre or a feature: replace missing values by the median, or leave out a column."
        )
    return kept, tuple(f"{count_of(int(rows.sum()), 'row')} left out: {why}." for rows, why in dropped if rows.any())


def _in_order(names: "pd.Series[str]") -> tuple[str, ...]:
    """Return the genres by name, or by number where all are numbers."""
    genres = sorted(map(str, names.unique()))
    try:
        return tuple(sorted(genres, key=float))
    except ValueError:
        return tuple(sorted(genres, key=lambda genre: (genre.casefold(), genre)))


def _groups(frame: "pd.DataFrame", columns: tuple[Column, ...], kept: Mask) -> tuple[IntArray | None, tuple[str, ...]]:
    """Give the rows that belong together one number (n_kept,), by the group column or by the names of tracks."""
    import pandas as pd

    group = next((column.name for column in columns if column.role == "group"), None)
    name = find_name(columns)
    keys = pd.Series([f"row {number}" for number in range(len(frame))], dtype="str", index=frame.index)
    if name is not None and is_key(name):
        keys = track_keys(texts(frame[name])).fillna(keys)
    if group is not None:
        # A prefix keeps a group called like a track apart from that track.
        keys = ("group " + texts(frame[group])).fillna(keys)
    codes, found = pd.factorize(keys[kept])
    n_rows = int(kept.sum())
    if len(found) == n_rows:
        return None, (f"Every row has its own {group}: nothing is kept together.",) if group else ()
    source = group or name
    note = f"{n_rows:,} rows are pieces of {count_of(len(found), 'track')}, by {source}; a split keeps them together."
    if group:
        note = f"{n_rows:,} rows form {count_of(len(found), 'group')} by {source}; a split keeps each together."
    return codes.astype(np.int64), (note,)


def _track_names(frame: "pd.DataFrame", columns: tuple[Column, ...], kept: Mask) -> tuple[str, ...]:
    name = find_name(columns)
    rows = [f"row {number:,}" for number in (np.flatnonzero(kept) + 1).tolist()]
    if name is None or is_index_name(name):
        return tuple(rows)
    found = texts(frame[name])[kept]
    return tuple(row if missing else text for text, row, missing in zip(found, rows, found.isna(), strict=True))


def _missing_note(X: FloatArray) -> tuple[str, ...]:
    missing = np.isnan(X)
    if not (n := int(missing.sum())):
        return ()
    columns = count_of(int(missing.any(axis=0).sum()), "feature")
    return (f"{count_of(n, 'missing value')} in {columns}, each replaced by the training part's median.",)


def _lookalikes(genres: tuple[str, ...]) -> tuple[str, ...]:
    """Note genres whose names differ in case or punctuation alone."""
    by_letters: dict[str, list[str]] = {}
    for genre in genres:
        by_letters.setdefault("".join(filter(str.isalnum, genre.casefold())), []).append(genre)
    return tuple(
        f"{' and '.join(alike)} look like one genre and are kept apart: if they are one, give them one name."
        for letters, alike in by_letters.items()
        if len(alike) > 1 and letters
    )


def _duplicates(X: FloatArray, y: IntArray) -> tuple[str, ...]:
    """Note rows that repeat an earlier row's features, and those of them that carry another genre."""
    import pandas as pd

    hashes = pd.util.hash_pandas_object(pd.DataFrame(X), index=False)
    repeated = hashes.duplicated()
    if not (n := int(repeated.sum())):
        return ()
    genres_of_hash = pd.Series(y, index=hashes.index).groupby(hashes).nunique()
    n_two = int((genres_of_hash > 1).sum())
    note = f"{count_of(n, 'row')} with the same features as an earlier row: a copy can come into the test part."
    return (note, f"{count_of(n_two, 'set')} of equal features under more than one genre.") if n_two else (note,)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
