"""Tracks read from a stored table of audio features.

Rows without a genre and rows without any feature are left out; every row left out is counted in the data set's notes.
Infinities count as missing. Missing values stay NaN in `X`, to be replaced by the training part's median, or their rows
are dropped. Genres are numbered in the order of their names, or of their numbers.
"""

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import Dataset, FloatArray, IntArray, telling
from genre_core.data.genres import counted_as, in_order, merge_notes
from genre_core.data.inputs import Features
from genre_core.data.published import with_split
from genre_core.data.sampling import sampled
from genre_core.data.sources import Tables
from genre_core.data.tables.belonging import belonging, describe
from genre_core.data.tables.calling import group_names, titles
from genre_core.data.tables.categories import marked, marks
from genre_core.data.tables.cells import is_identifier_name, is_key, numbers, texts, track_keys
from genre_core.data.tables.columns import find_levels, find_name, judge_columns
from genre_core.data.tables.delimited import count_of
from genre_core.data.tables.labels import candidates, find_label, may_group, refuse_many, refuse_unknown
from genre_core.data.tables.parts import find_parts
from genre_core.data.tables.paths import path_columns, with_paths
from genre_core.data.tables.reading import read_with
from genre_core.data.tables.roles import chosen_roles, named_columns, read_codes
from genre_core.data.tables.several import one_each, rows_kept
from genre_core.data.tables.written import Signs, read_written
from genre_core.errors import DataError, ManyGenresError
from genre_core.settings.config import TableConfig

LARGEST = 1e300
"""From here on a number stands for one that is missing: programs write the largest that there is."""

Mask = npt.NDArray[np.bool_]

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

    Raises
    ------
    DataError
        The table is not stored, or tracks with genres cannot be made of it.
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
    return Inspection(names, candidates(frame), dataset)


def genre_sizes(config: TableConfig, tables: Tables) -> dict[str, int]:
    """Return how many rows each genre has, whichever are chosen of them; raises DataError."""
    frame = with_paths(read_frame(tables.read_table(config.table)), named_columns(config))
    label, _ = one_each(find_label(frame, config, chosen_roles(frame, config).not_genre), config.several)
    sizes = label.values.value_counts()
    return {genre: int(sizes[genre]) for genre in in_order(map(str, sizes.index))}


def rows_as_read(parquet: bytes, n_rows: int) -> "pd.DataFrame":
    """Return the first rows of a table with its text as numbers where it says numbers."""
    frame = read_frame(parquet)
    return _numbers_read(frame, (), read_with(parquet) or {})[0].head(n_rows)


def read_frame(parquet: bytes) -> "pd.DataFrame":
    """Return a stored table with all of its columns."""
    import pandas as pd

    return pd.read_parquet(io.BytesIO(parquet))


def _to_dataset(frame: "pd.DataFrame", config: TableConfig, reader: Mapping[str, str] | None = None) -> Dataset:
    """Return the tracks of a table; `reader` says how its text is to be taken, and an earlier version took none."""
    import pandas as pd

    frame = with_paths(frame, named_columns(config))
    chosen = chosen_roles(frame, config)
    label, several_note = one_each(find_label(frame, config, chosen.not_genre), config.several)
    if reader is not None and not chosen.group:
        frame = frame.assign(**{name: c for name, c in path_columns(frame).items() if may_group(name, c, label)})
    problems: dict[str, str] | None = None
    if reader is not None:
        frame, problems = _numbers_read(frame, {label.name, *find_levels(frame, chosen, label.name).values()}, reader)
    frame = _without_codes(frame, config.codes)
    columns = judge_columns(frame, label, chosen, problems)
    features = {column.name: column.categories for column in columns if column.role == "feature"}
    if not features:
        if lost := next((column for column in columns if column.problem and column.role == "left out"), None):
            raise DataError(f"The table has no numeric feature. {lost.sentence}")
        raise DataError(
            "The table has no numeric feature: each column is the genre, an identifier, text, a length, empty or the "
            "same in every row. Choose a table with features that were measured on the sound."
        )
    labelled = label.values.notna().to_numpy()
    counted = counted_as(label.values.dropna().unique(), config.genres)
    chosen_rows = label.values.isin(counted).to_numpy()
    rows = frame if chosen_rows.all() else frame[chosen_rows]
    X, notes = _features(rows, features)
    shown = [one for name, own in features.items() for one in (marked(name, own) if own else (name,))]
    is_mark = tuple(bool(own) for name, own in features.items() for _ in (marked(name, own) if own else (name,)))
    kept, row_notes = _kept_rows(X, config)
    if not labelled.all():
        row_notes = (f"{count_of(int((~labelled).sum()), 'row')} left out: no genre.", *row_notes)
    if n_others := int((labelled & ~chosen_rows).sum()):
        row_notes = (f"{count_of(n_others, 'row')} left out: their genres are not chosen.", *row_notes)
    if not kept.all():
        row_notes = (*row_notes, *_emptied(label.values[rows.index], kept))
        rows, X = rows[kept], X[kept]
    names = label.values[rows.index].map(counted)
    name = find_name(columns, chosen)
    key = name if name is not None and (is_key(name) or chosen.name) else None
    if key:
        one, note = rows_kept(track_keys(texts(rows[key])), names, config.several)
        several_note = (*several_note, *filter(None, [note]))
        rows, X, names = rows[one], X[one], names[one]
    common, rare_note = _common(names, config.min_tracks)
    rows, X, names = rows[common], X[common], names[common]
    refuse_many(label.name, names.value_counts(), config.min_tracks)
    genres = in_order(map(str, names.unique()))
    if len(genres) < 2:
        left = f"Only the genre {genres[0]} is" if len(genres) else "No genre is"
        raise DataError(f"{left} left after rows were left out: at least two genres are needed.")
    levels = find_levels(frame, chosen, label.name)
    groups, group_notes = _groups(rows, key, levels, names)
    y: IntArray = pd.Categorical(names, categories=list(genres)).codes.astype(np.int64)
    others = chosen.not_genre | {label.name, chosen.group}
    parts = find_parts(rows, others) if reader is not None and not config.published else None
    part_note = (parts.note,) if parts else ()
    notes = (
        *row_notes,
        *several_note,
        *merge_notes(counted),
        *rare_note,
        *notes,
        *_missing_note(X),
        *group_notes,
        *part_note,
    )
    published = parts.numbers if parts else None
    dataset = Dataset(
        Features(X, tuple(shown), is_mark=is_mark),
        y,
        genres,
        _track_names(rows, name),
        groups,
        notes,
        columns,
        published=published,
        group_names=group_names(rows, groups, levels, key),
        titles=titles(rows, name),
    )
    return sampled(dataset, config.sample, config.sample_seed)


def _numbers_read(
    frame: "pd.DataFrame", others: Collection[str], reader: Mapping[str, str]
) -> tuple["pd.DataFrame", dict[str, str]]:
    """Return a table whose text is numbers where it says numbers, and what was lost by column; but not of `others`."""
    import pandas as pd

    found, problems = dict[str, FloatArray](), dict[str, str]()
    signs = Signs.of(reader)
    for name in map(str, frame.columns):
        if name in others or pd.api.types.is_numeric_dtype(frame[name].dtype) or is_identifier_name(name):
            continue
        if read := read_written(texts(frame[name]), signs):
            found[name] = read.values
            if read.problem:
                problems[name] = read.problem
    return frame.assign(**found) if found else frame, problems


def _without_codes(frame: "pd.DataFrame", codes: str) -> "pd.DataFrame":
    """Return a table in which numbers that stand for a missing value are missing."""
    found: dict[str, FloatArray] = {}
    for name, code in read_codes(codes).items():
        refuse_unknown(frame, name, "code for missing values")
        values = numbers(frame[name])
        if values is None:
            raise DataError(f"{name} holds text, so that no number stands for a missing value in it.")
        found[name] = np.where(values == code, np.nan, values)
    return frame.assign(**found) if found else frame


def _emptied(names: "pd.Series[str]", kept: Mask) -> tuple[str, ...]:
    """Note the genres of which no row is kept."""
    gone = sorted(set(names) - set(names[kept]))
    if not gone:
        return ()
    noun, them = ("genre", "it") if len(gone) == 1 else ("genres", "them")
    return (f"No row of the {noun} {_listed(gone)} is left: fill in values, or train without {them}.",)


def _common(names: "pd.Series[str]", min_tracks: int) -> tuple[Mask, tuple[str, ...]]:
    """Say which rows have a genre of at least `min_tracks` rows (n_rows,), and note which genres are left out."""
    sizes = names.value_counts()
    rare = sizes.index[sizes < min_tracks]
    if rare.empty:
        return np.ones(len(names), dtype=bool), ()
    n_rows = count_of(int(sizes[rare].sum()), "row")
    noun = "genre has" if len(rare) == 1 else "genres have"
    note = f"{n_rows} left out: {len(rare)} {noun} fewer than {min_tracks:,} tracks ({_listed(sorted(rare))})."
    return (~names.isin(rare)).to_numpy(), (note,)


def _features(rows: "pd.DataFrame", features: Mapping[str, tuple[str, ...]]) -> tuple[FloatArray, tuple[str, ...]]:
    """Return the features (n_rows, n_features), infinities turned into NaN, with a note on them.

    `features` are the columns, each with its categories where it has some.
    """
    X = np.empty((len(rows), sum(len(marked(name, own)) if own else 1 for name, own in features.items())))
    infinite: dict[str, int] = {}
    position = 0
    for name, own in features.items():
        if own:
            found = marks(rows[name], own)
            X[:, position : position + found.shape[1]] = found
            position += found.shape[1]
            continue
        values = numbers(rows[name])
        assert values is not None
        X[:, position] = values
        endless = np.abs(values) >= LARGEST
        if n_endless := int(endless.sum()):
            infinite[name] = n_endless
            X[endless, position] = np.nan
        position += 1
    if not infinite:
        return X, ()
    return X, (f"{count_of(sum(infinite.values()), 'infinite value')} taken as missing, in {_listed(list(infinite))}.",)


def _kept_rows(X: FloatArray, config: TableConfig) -> tuple[Mask, tuple[str, ...]]:
    """Say which rows are kept (n_rows,), and note how many are left out for which reason."""
    n_missing = np.isnan(X).sum(axis=1)
    empty: Mask = n_missing == X.shape[1]
    gap: Mask = (n_missing > 0) & ~empty & (config.missing == "drop")
    dropped = [(empty, "every feature is missing"), (gap, "a feature is missing")]
    kept: Mask = ~(empty | gap)
    if not kept.any():
        raise DataError("Every row misses a feature: replace missing values by the median, or leave out a column.")
    return kept, tuple(f"{count_of(int(rows.sum()), 'row')} left out: {why}." for rows, why in dropped if rows.any())


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


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
