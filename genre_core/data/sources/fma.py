"""FMA as it was imported: the subset, the features and the genres that a configuration names.

M. Defferrard, K. Benzi, P. Vandergheynst, X. Bresson: FMA: A Dataset for Music Analysis. ISMIR 2017. Metadata and
features are licensed under CC BY 4.0. How the files are read is said in `genre_core.fma`.

Only the columns and rows that are wanted are read. Tracks without a genre and tracks without any feature are left out
and counted. Artists and albums are groups; the official split, in which no artist stands on two sides, is published.
"""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import PARTS, Dataset, FloatArray, IntArray, telling
from genre_core.data.fma.importing import SUBSETS
from genre_core.data.genres import counted_as, in_order, merge_notes, name_of
from genre_core.data.inputs import Features
from genre_core.data.sources import Tables
from genre_core.data.tables.calling import group_names
from genre_core.data.tables.delimited import count_of
from genre_core.errors import DataError
from genre_core.settings.config import FmaConfig

PLAIN = ("track_id", "artist_id", "album_id", "subset", "split", "genre_top", "genre_lifted", "title", "artist")
PATH = "genre_path"
"""Column of each track's path in the tree of genres, which earlier imports lack."""
SPLITS = {"training": 0, "validation": 1, "test": 2}
"""FMA's names of the parts, as positions in `PARTS`."""
assert len(SPLITS) == len(PARTS)

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Feature:
    name: str
    family: str
    statistic: str


def load(config: FmaConfig, tables: Tables | None = None) -> Dataset:
    """Read the tracks of FMA that `config` names from the store.

    Raises DataError where FMA is not stored, has no such family or statistic, or leaves fewer than two genres.
    """
    from pyarrow import parquet

    if not config.table or tables is None:
        raise DataError("FMA is not imported yet: import the folder that holds its tracks.csv and features.csv.")
    with tables.open_table(config.table) as source:
        file = parquet.ParquetFile(source)
        features = _chosen(_features_of(file, config.table), config)
        plain = file.read(columns=list(PLAIN))
        wanted = _in_subset(plain["subset"], config)
        genres_of_row, path_of = _genres(file, plain, config)
        labelled = np.array([genre is not None for genre in genres_of_row])
        notes = _left_out(wanted & ~labelled, _without_genre(config))
        wanted &= labelled
        counted = counted_as(genres_of_row[wanted], config.genres)
        chosen = np.isin(genres_of_row.astype(str), list(counted))
        notes += [*_left_out(wanted & ~chosen, "their genres are not chosen"), *merge_notes(counted)]
        wanted &= chosen
        genres_of_row, path_of = name_of(genres_of_row, counted), _paths(path_of, counted)
        X = _read(source, file, features, wanted)
    rows = np.flatnonzero(wanted)
    for missing, why in _gaps(X, config):
        notes += _left_out(missing, why)
        X, rows = X[~missing], rows[~missing]
    common, note = _common(genres_of_row[rows], config)
    X, rows, notes = (X if common.all() else X[common]), rows[common], notes + note
    by_track = np.argsort(plain["track_id"].to_numpy()[rows])
    if (np.diff(by_track) < 0).any():
        X, rows = X[by_track], rows[by_track]
    return _dataset(X, plain.take(rows), genres_of_row[rows], path_of, tuple(f.name for f in features), notes)


def _genres(file: Any, plain: Any, config: FmaConfig) -> tuple[Any, dict[str, tuple[str, ...]]]:
    """Return the genre of each row, None where it has none, and the path of each genre in the tree: of sub-genres."""
    if config.genre != "sub":
        column = plain["genre_top" if config.genre == "top" else "genre_lifted"]
        return np.array(column.to_pylist(), dtype=object), {}
    if PATH not in file.schema_arrow.names:
        raise DataError("This import of FMA is of an earlier version and has no sub-genres: import the folder again.")
    paths = [None if path is None else tuple(path) for path in file.read(columns=[PATH])[PATH].to_pylist()]
    known = sorted({path for path in paths if path is not None})
    titles = [path[-1] for path in known]
    named = {path: path[-1] if titles.count(path[-1]) == 1 else " / ".join(path) for path in known}
    labels = np.array([None if path is None else named[path] for path in paths], dtype=object)
    return labels, {name: path for path, name in named.items()}


def _paths(path_of: Mapping[str, tuple[str, ...]], counted: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the path of each genre that is used: a merged one hangs where the paths of its genres part."""
    found: dict[str, tuple[str, ...]] = {}
    for genre in in_order(counted) if path_of else ():
        name, path = counted[genre], path_of[genre]
        above = found[name][:-1] if name in found else path[:-1]
        shared = next((n for n, (a, b) in enumerate(zip(above, path, strict=False)) if a != b), len(above))
        found[name] = (*above[:shared], name)
    return found


def genre_sizes(config: FmaConfig, tables: Tables) -> dict[str, int]:
    """Return how many tracks each genre has, whichever are chosen of them; raises DataError."""
    from pyarrow import parquet

    with tables.open_table(config.table) as source:
        file = parquet.ParquetFile(source)
        plain = file.read(columns=list(PLAIN))
        labels, _ = _genres(file, plain, config)
        wanted = _in_subset(plain["subset"], config) & np.array([genre is not None for genre in labels])
    sizes = Counter(labels[wanted].tolist())
    return {genre: sizes[genre] for genre in in_order(sizes)}


def _dataset(
    X: FloatArray,
    plain: Any,
    labels: Any,
    path_of: dict[str, tuple[str, ...]],
    features: tuple[str, ...],
    notes: list[str],
) -> Dataset:
    genres, y = np.unique(labels.astype(str), return_inverse=True)
    if len(genres) < 2:
        raise DataError(
            "Fewer than two genres of FMA are left: choose a larger subset, or lower the minimum tracks per genre."
        )
    groups = {level: _numbers(plain[f"{level}_id"]) for level in ("album", "artist")}
    published = np.array([SPLITS.get(part, -1) for part in plain["split"].to_pylist()], dtype=np.int64)
    if n_outside := int((published < 0).sum()):
        notes.append(f"{count_of(n_outside, 'track')} in no part of the official split.")
    if n_missing := int(np.isnan(X).sum()):
        notes.append(f"{count_of(n_missing, 'missing value')}; the training part's median stands in.")
    has_split = n_outside < len(published)
    told = telling(groups)
    frame = plain.select(["artist_id", "artist"]).to_pandas()
    return Dataset(
        Features(X, features),
        y.astype(np.int64),
        tuple(map(str, genres)),
        _names(plain),
        told,
        tuple(notes),
        group_names=group_names(frame, {level: told[level] for level in told if level == "artist"}, {}, None),
        titles=tuple(title or "" for title in plain["title"].to_pylist()),
        published=published if has_split else None,
        paths=tuple(path_of[genre] for genre in genres) if path_of else (),
    )


def _features_of(file: Any, table: str) -> tuple[_Feature, ...]:
    """Return the features of an import."""
    names = file.schema_arrow.names
    if any(name not in names for name in PLAIN):
        raise DataError(
            f"The table {table[:8]} is not an import of FMA: choose one that is, or choose the source “table”."
        )
    return tuple(_parsed(name) for name in names if name not in (*PLAIN, "genres", PATH))


def _parsed(name: str) -> _Feature:
    family = name.rpartition("_")[0]
    if family.startswith("echonest"):
        return _Feature(name, family, "")
    family, _, statistic = family.rpartition("_")
    return _Feature(name, family, statistic)


def _chosen(there: Sequence[_Feature], config: FmaConfig) -> tuple[_Feature, ...]:
    """Return the features of the families and statistics that are asked for; Echonest's have no statistics."""
    usual = [feature for feature in there if feature.statistic]
    families = _listed(config.features, {f.family for f in there}, "feature family") or {f.family for f in usual}
    statistics = _listed(config.statistics, {f.statistic for f in usual}, "statistic")
    chosen = [
        f for f in there if f.family in families and (not statistics or not f.statistic or f.statistic in statistics)
    ]
    if not chosen:
        raise DataError("No FMA feature is left: choose other feature families or statistics.")
    return tuple(chosen)


def _listed(text: str, there: set[str], what: str) -> set[str]:
    """Return the names in a list with commas. Raises DataError where one of them does not exist."""
    names = {name.strip().lower() for name in text.split(",") if name.strip()}
    for name in sorted(names - there):
        close = difflib.get_close_matches(name, there, n=1)
        hint = f"did you mean {close[0]}?" if close else f"choose from {', '.join(sorted(there))}."
        raise DataError(f"This import of FMA has no {what} {name[:40]}: {hint}")
    return names


def _in_subset(subsets: Any, config: FmaConfig) -> Mask:
    if config.subset == "full":
        return np.ones(len(subsets), dtype=bool)
    names = SUBSETS[: SUBSETS.index(config.subset) + 1]
    wanted = np.array([subset in names for subset in subsets.to_pylist()])
    if not wanted.any():
        raise DataError(f"This import of FMA has no track of the subset {config.subset}: choose a larger one.")
    return wanted


def _read(source: BinaryIO, file: Any, features: Sequence[_Feature], wanted: Mask) -> FloatArray:
    """Return the wanted rows' features (n_wanted, n_features), group of rows by group, infinities as missing."""
    X = np.empty((int(wanted.sum()), len(features)))
    start = at = 0
    for number in range(file.num_row_groups):
        n_rows = file.metadata.row_group(number).num_rows
        rows = wanted[start : start + n_rows]
        start, n_kept = start + n_rows, int(rows.sum())
        if not n_kept:
            continue
        group = file.read_row_group(number, columns=[feature.name for feature in features])
        for position, feature in enumerate(features):
            X[at : at + n_kept, position] = group[feature.name].to_numpy()[rows]
        at += n_kept
    X[np.isinf(X)] = np.nan
    return X


def _gaps(X: FloatArray, config: FmaConfig) -> list[tuple[Mask, str]]:
    """Return which rows are left out for what they miss, one reason after another."""
    n_missing = np.isnan(X).sum(axis=1)
    empty: Mask = n_missing == X.shape[1]
    found = [(empty, "every feature is missing")]
    if config.missing == "drop":
        found.append((n_missing[~empty] > 0, "a feature is missing"))
    return [(rows, why) for rows, why in found if rows.any()]


def _common(labels: Any, config: FmaConfig) -> tuple[Mask, list[str]]:
    """Say which rows have a genre of at least `min_tracks` rows, and note which genres are left out."""
    genres, y = np.unique(labels.astype(str), return_inverse=True)
    counts = np.bincount(y, minlength=len(genres))
    rare = genres[counts < config.min_tracks]
    common: Mask = counts[y] >= config.min_tracks if len(y) else np.ones(0, dtype=bool)
    why = f"{count_of(len(rare), 'genre')} with fewer than {config.min_tracks:,} tracks ({', '.join(rare[:3])})"
    return common, _left_out(~common, why)


def _without_genre(config: FmaConfig) -> str:
    if config.genre == "sub":
        return "no genre in the tree, or several equally deep ones"
    return "no top genre" if config.genre == "top" else "no top genre, and their genres lead to none or to several"


def _left_out(rows: Mask, why: str) -> list[str]:
    n = int(rows.sum())
    return [f"{count_of(n, 'track')} left out: {why}."] if n else []


def _numbers(ids: Any) -> IntArray:
    """Return what the rows belong to, numbered from 0; a row without an identifier stands alone."""
    known = ids.is_valid().to_numpy()
    values = ids.fill_null(0).to_numpy().astype(np.int64)
    values = np.where(known, values, values.max(initial=0) + 1 + np.arange(len(values)))
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _names(plain: Any) -> tuple[str, ...]:
    """Name tracks as people know them, with the number that tells them apart: `AWOL: Food (2)`."""
    columns = (plain[name].to_pylist() for name in ("track_id", "artist", "title"))
    return tuple(
        f"{': '.join(filter(None, (artist, title))) or 'track'} ({track})"
        for track, artist, title in zip(*columns, strict=True)
    )
