"""Tracks read from a stored table of audio features.

Rows without a genre and rows without any feature are left out; every row left out is counted in the data set's notes.
Infinities count as missing. Missing values stay NaN in `X`, to be replaced by the training part's median, or their rows
are dropped. Genres are numbered in the order of their names, or of their numbers.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from genre_core.data.dataset import Dataset, FloatArray, IntArray, telling
from genre_core.data.genres import in_order
from genre_core.data.inputs import Features
from genre_core.data.published import with_split
from genre_core.data.sampling import sampled
from genre_core.data.sources import Tables
from genre_core.data.tables.belonging import belonging, describe
from genre_core.data.tables.calling import group_names, titles
from genre_core.data.tables.categories import feature_names
from genre_core.data.tables.cells import texts, track_keys
from genre_core.data.tables.delimited import count_of
from genre_core.data.tables.kept import kept_rows, lost_of
from genre_core.data.tables.labels import candidates, find_label, refuse_many
from genre_core.data.tables.meaning import meaning, numbers_read
from genre_core.data.tables.parts import find_parts
from genre_core.data.tables.paths import path_columns, with_paths
from genre_core.data.tables.reading import read_with
from genre_core.data.tables.roles import chosen_roles, named_columns
from genre_core.data.tables.several import one_each
from genre_core.errors import DataError, ManyGenresError
from genre_core.settings.config import TableConfig

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Inspection:
    """Reading of a table: its data set, or the sentence that says why there is none.

    `names` are all of its columns; `candidates` those that could hold the genre, to choose from. Where it holds too
    many genres, leaving out those of fewer than `least` tracks keeps the `kept` commonest.
    """

    names: tuple[str, ...]
    candidates: tuple[str, ...]
    dataset: Dataset | None
    problem: str = ""
    least: int = 0
    kept: int = 0


def load(config: TableConfig, tables: Tables | None = None) -> Dataset:
    """Read the stored table that `config` names.

    Raises DataError where the table is not stored, or tracks with genres cannot be made of it.
    """
    if not config.table or tables is None:
        raise DataError("No table is chosen: import one, then choose it.")
    parquet = tables.read_table(config.table)
    dataset = _to_dataset(read_frame(parquet), config, read_with(parquet))
    return with_split(dataset, tables.read_table(config.published)) if config.published else dataset


def inspect(parquet: bytes, config: TableConfig | None = None) -> Inspection:
    """Say what a table would be taken for, before it is stored or trained on; never raises DataError."""
    frame = read_frame(parquet)
    names = tuple(map(str, frame.columns))
    try:
        dataset = _to_dataset(frame, config or TableConfig(), read_with(parquet))
    except ManyGenresError as error:
        return Inspection(names, candidates(frame), None, str(error), error.least, error.kept)
    except DataError as error:
        return Inspection(names, candidates(frame.assign(**path_columns(frame))), None, str(error))
    return Inspection(names, candidates(frame, dataset.columns), dataset)


def genre_sizes(config: TableConfig, tables: Tables) -> dict[str, int]:
    """Return how many rows each genre has, whichever are chosen of them; raises DataError."""
    frame = with_paths(read_frame(tables.read_table(config.table)), named_columns(config))
    label, *_ = one_each(find_label(frame, config, chosen_roles(frame, config).not_genre), config.several)
    sizes = label.values.value_counts()
    return {genre: int(sizes[genre]) for genre in in_order(map(str, sizes.index))}


def rows_as_read(parquet: bytes, n_rows: int) -> "pd.DataFrame":
    """Return the first rows of a table with its text as numbers where it says numbers."""
    frame = read_frame(parquet)
    return numbers_read(frame, (), read_with(parquet) or {})[0].head(n_rows)


def read_frame(parquet: bytes) -> "pd.DataFrame":
    """Return a stored table with all of its columns."""
    import pandas as pd

    return pd.read_parquet(io.BytesIO(parquet))


def _to_dataset(frame: "pd.DataFrame", config: TableConfig, reader: Mapping[str, str] | None = None) -> Dataset:
    """Return the tracks of a table; `reader` says how its text is to be taken, and an earlier version took none."""
    import pandas as pd

    table = meaning(frame, config, reader)
    kept = kept_rows(table, config)
    rows, names = kept.rows, kept.names
    refuse_many(table.label.name, names.value_counts(), config.min_tracks)
    genres = in_order(map(str, names.unique()))
    if len(genres) < 2:
        left = f"Only the genre {genres[0]} is" if len(genres) else "No genre is"
        raise DataError(f"{left} left after rows were left out: at least two genres are needed.")
    groups, group_notes = _groups(rows, table.key, table.levels, names)
    y: IntArray = pd.Categorical(names, categories=list(genres)).codes.astype(np.int64)
    others = table.chosen.not_genre | {table.label.name, table.chosen.group}
    parts = find_parts(rows, others) if reader is not None and not config.published else None
    shown, is_mark = feature_names(table.features)
    dataset = Dataset(
        Features(kept.X, shown, is_mark=is_mark),
        y,
        genres,
        _track_names(rows, table.name),
        groups,
        (*kept.notes, *_missing_note(kept.X), *group_notes, *((parts.note,) if parts else ())),
        table.columns,
        published=parts.numbers if parts else None,
        group_names=group_names(rows, groups, table.levels, table.key),
        titles=titles(rows, table.name),
        lost=(*filter(None, (reader or {}).get("lost", "").split("\n")), *lost_of(kept.notes)),
    )
    return sampled(dataset, config.sample, config.sample_seed)


def _groups(
    rows: "pd.DataFrame", name: str | None, columns: Mapping[str, str], genres: "pd.Series[str]"
) -> tuple[dict[str, IntArray], tuple[str, ...]]:
    """Return what the rows belong to (n_rows,) at each level that says something, and what was found."""
    import pandas as pd

    keys = _or_row_numbers(None if name is None else track_keys(texts(rows[name])), rows)
    levels = belonging(rows, pd.factorize(keys)[0].astype(np.int64), columns)
    told = telling(levels)
    n_several = int((genres.groupby(levels["track"]).nunique() > 1).sum()) if "track" in told else 0
    return told, describe(levels, {"track": name or "row", **columns}, n_several)


def _track_names(rows: "pd.DataFrame", name: str | None) -> tuple[str, ...]:
    """Return what names each row: its identifier, or its number in the table."""
    return tuple(_or_row_numbers(None if name is None else texts(rows[name]), rows).tolist())


def _or_row_numbers(names: "pd.Series[str] | None", rows: "pd.DataFrame") -> "pd.Series[str]":
    """Return names, with `row 12` where there is none."""
    import pandas as pd

    if names is not None and not names.isna().any():
        return names
    numbered = pd.Series([f"row {number + 1:,}" for number in rows.index], dtype="str", index=rows.index)
    return numbered if names is None else names.fillna(numbered)


def _missing_note(X: FloatArray) -> tuple[str, ...]:
    missing = np.isnan(X)
    if not (n := int(missing.sum())):
        return ()
    columns = count_of(int(missing.any(axis=0).sum()), "feature")
    return (f"{count_of(n, 'missing value')} in {columns}; the training part's median stands in.",)
