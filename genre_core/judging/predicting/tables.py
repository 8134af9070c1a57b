"""New rows from a stored table: its columns found by name, with a genre or without."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from genre_core.data.dataset import Column, FloatArray, IntArray, telling
from genre_core.data.inputs import Features
from genre_core.data.sources.table import read_frame
from genre_core.data.tables.belonging import belonging
from genre_core.data.tables.categories import with_marks
from genre_core.data.tables.cells import is_identifier_name, is_key, label_texts, numbers, texts, track_keys
from genre_core.data.tables.columns import find_levels, find_name
from genre_core.data.tables.labels import find_label
from genre_core.data.tables.reading import Reading, read_with
from genre_core.data.tables.roles import Chosen
from genre_core.data.tables.written import Signs, read_written
from genre_core.errors import DataError
from genre_core.evaluation.intervals import Mask
from genre_core.judging.fitted import Fitted
from genre_core.judging.partners import partners
from genre_core.judging.predicting.matching import Learned, Matching, match_columns, named, with_values
from genre_core.judging.predicting.rows import NewRows
from genre_core.settings.config import SOURCES, DatasetConfig
from genre_core.text import count

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 1e18
"""From here on a number stands for one that is missing: no measurement is so large, and a network cannot take it."""


@dataclass(frozen=True, eq=False)
class NewTable:
    """A table as a run would take it: how its columns are matched, and its rows."""

    matching: Matching
    rows: NewRows


def learned_by(fitted: Fitted) -> Learned:
    """Return what a table must have for a run to answer; raises DataError where the run listens to spectrograms."""
    data, config = fitted.prepared.dataset, fitted.config.data
    if not isinstance(data.inputs, Features):
        raise DataError("This run learned from spectrograms: give it sound files instead of a table.")
    return Learned.of(data, fitted.prepared.split.train, getattr(config, "name", ""))


def read_new(reading: Reading, learned: Learned, genres: Iterable[str], said: Iterable[str] = ()) -> NewTable:
    """Return a table's rows as a run takes them that knows these genres; `said` are pairs such as `tempo=BPM`.

    Raises DataError where what was said names a feature or a column that there is not.
    """
    frame = with_marks(read_frame(reading.parquet), learned.features)
    signs = Signs.of(read_with(reading.parquet) or {})
    columns = tuple(map(str, frame.columns))
    matching = match_columns(columns, learned, said, len(frame))
    X, problems = _values(frame, matching.columns, learned.features, signs)
    left = frame[list(matching.others)]
    label, labels = _labels(left, learned.label, tuple(genres))
    chosen = Chosen("", "", learned.name if learned.name in matching.others else "", frozenset(), frozenset())
    others = [Column(name, "identifier", "") for name in matching.others if name != label and is_identifier_name(name)]
    name = find_name(others, chosen) or ""
    names, keys = _names(frame, name, is_track=bool(name and (is_key(name) or chosen.name)))
    levels = find_levels(left, chosen, label)
    groups = belonging(frame, _numbered(keys), levels)
    tracks = _numbered_again(groups["track"])
    track_names = _called(names, keys, tracks)
    used = {label, name, *levels.values()}
    notes = reading.notes
    if learned.label in matching.others and not label:
        said_of_label = f"The column {learned.label} holds no genre that the run knows, so the answers are not judged."
        notes = (*notes, said_of_label)
    matching = replace(
        matching,
        others=tuple(column for column in matching.others if column not in used),
        n_tracks=len(track_names),
        label=label,
        name=name,
        problems=problems,
        notes=notes,
    )
    config: DatasetConfig = SOURCES["table"].model_validate({"table": reading.content_hash})
    known, refused = _gaps(X, learned.features, tracks)
    rows = NewRows(Features(X, learned.features), config, tuple(names.tolist()), tracks, track_names, labels,
                   telling({**groups, "track": tracks}), known=known, refused=refused)  # fmt: skip
    return NewTable(with_values(matching, X, learned), rows)


def _values(
    frame: "pd.DataFrame", columns: Mapping[str, str], features: tuple[str, ...], signs: Signs
) -> tuple[FloatArray, dict[str, str]]:
    """Return the features (n_rows, n_features), NaN where a value is missing, and what of a column was lost."""
    X, problems = np.full((len(frame), len(features)), np.nan), dict[str, str]()
    for at, feature in enumerate(features):
        if feature not in columns:
            continue
        values, problem = _numbers(frame[columns[feature]], signs)
        endless = np.abs(values) >= LARGEST
        if n := int(endless.sum()):
            values = np.where(endless, np.nan, values)
            problem = f"{problem} {count(n, 'infinite value')} counted as missing.".strip()
        X[:, at] = values
        if np.isnan(values).all() and not problem:
            problem = "There is no number at all."
        if problem:
            problems[columns[feature]] = problem
    return X, problems


def _numbers(series: "pd.Series[str]", signs: Signs) -> tuple[FloatArray, str]:
    """Return a column as numbers (n_rows,), NaN where there is none, and what was lost."""
    import pandas as pd

    values = numbers(series)
    if values is not None:
        return values, ""
    text = texts(series)
    if read := read_written(text, signs):
        return read.values, read.problem
    parsed = np.asarray(pd.to_numeric(text, errors="coerce"), dtype=np.float64)
    known = int(text.notna().sum())
    return parsed, f"{known - int((~np.isnan(parsed)).sum()):,} of {known:,} values are text and counted as missing."


def _labels(left: "pd.DataFrame", own: str, genres: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the column with genres and its values (n_rows,); nothing where none of them is one that the run knows."""
    if own in left.columns:
        name, values = own, label_texts(left[own])
    else:
        try:
            found = find_label(left, SOURCES["table"].model_validate({}))  # type: ignore[arg-type]
        except DataError:
            return "", ()
        name, values = found.name, found.values
    known = values.dropna().unique().tolist()
    return (name, tuple(values.fillna("").tolist())) if partners(genres, known) else ("", ())


def _names(frame: "pd.DataFrame", name: str, *, is_track: bool) -> "tuple[pd.Series[str], pd.Series[str]]":
    """Return what rows are called (n_rows,), and what the pieces of one track have in common."""
    import pandas as pd

    numbered = pd.Series([f"row {number:,}" for number in range(1, len(frame) + 1)], dtype="str", index=frame.index)
    if not name:
        return numbered, numbered
    names = texts(frame[name]).fillna(numbered)
    return names, track_keys(names) if is_track else numbered


def _numbered(keys: "pd.Series[str]") -> IntArray:
    import pandas as pd

    return pd.factorize(keys)[0].astype(np.int64)


def _numbered_again(tracks: IntArray) -> IntArray:
    """Return numbers of tracks (n_rows,) in the order of their first rows."""
    import pandas as pd

    return pd.factorize(tracks)[0].astype(np.int64)


def _called(names: "pd.Series[str]", keys: "pd.Series[str]", tracks: IntArray) -> tuple[str, ...]:
    """Return what tracks are called (n_tracks,): as their rows where each is one, or by what these have in common."""
    first = np.unique(tracks, return_index=True)[1]
    return tuple((names if len(first) == len(tracks) else keys).iloc[first].tolist())


def _gaps(X: FloatArray, features: tuple[str, ...], tracks: IntArray) -> tuple[dict[int, str], dict[int, str]]:
    """Return by the number of a track which features it lacks, and which tracks have none at all."""
    missing = np.isnan(X)
    lacking = np.flatnonzero(missing.any(axis=1))
    patterns, which = np.unique(np.packbits(missing[lacking], axis=1), axis=0, return_inverse=True)
    said = [_lacks(np.unpackbits(pattern, count=len(features)).astype(bool), features) for pattern in patterns]
    known = {track: said[at] for track, at in zip(tracks[lacking].tolist(), which.ravel().tolist(), strict=True)}
    empty = missing.all(axis=1)
    refused = set(tracks[empty].tolist()) - set(tracks[~empty].tolist())
    return known, dict.fromkeys(refused, "No answer: it has no value of any feature.")


def _lacks(missing: Mask, features: tuple[str, ...]) -> str:
    names = [feature for feature, is_missing in zip(features, missing, strict=True) if is_missing]
    return f"Lacks {named(names)}: the training median stands in."
