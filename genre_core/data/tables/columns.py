"""Role of each column of a table: the genre, a group, an identifier, a feature, or left out, each with its reason."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_core.data.dataset import Column, FloatArray, IntArray, Role
from genre_core.data.tables.categories import categories_of, numbered_categories
from genre_core.data.tables.cells import (
    LEVEL_NAMES,
    REPEATED_NAME,
    counts_up,
    is_category_name,
    is_identifier_name,
    is_index_name,
    is_key,
    is_length_name,
    is_not_sound_name,
    is_part_name,
    is_whole,
    level_of,
    names_nobody,
    numbers,
    plain,
    same_names,
    texts,
)
from genre_core.data.tables.delimited import count_of
from genre_core.data.tables.labels import GLANCE_ROWS, Label, may_group, rereads
from genre_core.data.tables.onehot import gives_away, marked_genres
from genre_core.data.tables.parts import says_parts
from genre_core.data.tables.roles import Chosen
from genre_core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

NUMBERED_NAME = re.compile(r"(.+)\.\d+")
_TELLS = "of success, date or place, or of the file, not of the sound."
NOT_SOUND = f"Tells {_TELLS} Take it as a feature if you want it."
NOT_TAKEN = f"is left out: it tells {_TELLS} Take it as a feature if you want it."
SEVERAL_NOT_TAKEN = f"are left out: they tell {_TELLS} Take them as features if you want them."
LIKE_NUMBERS = r"^[\W_]{0,2}\d[\d.,:;’'\s]*(?:[eEdD][-+]?\d+)?\s?[A-Za-z%/°µ]{0,5}(?:\s?[±+]/?-?\s?[\d.,]+j?)?\W?$"
MOSTLY = 0.9
"""Share of a column's texts that begin with a number and hold little else, from which they were meant as numbers."""
LENGTH = "A length: it says how the recording was cut, not how it sounds."
TOGETHER, CAN_KEEP = "May belong together", "A split can keep each together."
COARSER = "Groups the genres"
Cells = Mapping[str, "pd.Series[Any]"]
"""The columns of a table by their names."""
ENOUGH_SERIAL = 50
"""Rows from which on whole numbers that all differ look like a serial number."""
ENOUGH_ROWS = 20
"""Rows from which on values alone may tell that a column numbers the rows or repeats the genre."""


def judge_columns(
    frame: "pd.DataFrame", label: Label, chosen: Chosen, problems: Mapping[str, str] | None = None
) -> tuple[Column, ...]:
    """Say for each column of a table what it is taken for, and why, once its genre column is known.

    `problems` say what was lost of a column when its text was read as numbers; None of a table that an earlier version
    stored, whose columns stay what they were.
    Raises DataError where a column that is to be a feature holds no numbers, or the chosen group is the genre.
    """
    levels = find_levels(frame, chosen, label.name)
    rows = frame[label.values.notna().to_numpy()]
    genre_of_row = label.values.dropna().astype("category").cat.codes.to_numpy().astype(np.int64)
    genres = () if problems is None else tuple(map(str, label.values.dropna().unique()))
    marks = () if problems is None or label.marks else marked_genres(rows)
    has_decimals = any(kind.kind == "f" and not is_whole(np.asarray(rows[name])) for name, kind in rows.dtypes.items())
    cells = {str(name): cell for name, cell in rows.items()}  # asked for ten times each, which a wide table is slow at
    columns = []
    for name in map(str, frame.columns):
        if name == label.name:
            columns.append(Column(name, "label", label.reason, label.problem if problems is not None else ""))
        elif name in label.marks:
            why = f"One of {len(label.marks)} columns of genres, each 0 or 1."
            columns.append(Column(name, "label", why))
        elif name in levels.values():
            problem = _of_names(cells[name]) if name != chosen.group else ""
            columns.append(Column(name, "group", _kept_together(name, levels, chosen), problem))
        elif name == chosen.name:
            columns.append(Column(name, "identifier", "Chosen by you to name the tracks."))
        elif name in chosen.left_out:
            columns.append(Column(name, "left out", "Chosen by you."))
        elif name in chosen.taken:
            columns.append(_taken(name, cells[name]))
        else:
            told = _marks_genre(name, cells[name], label, genres, marks)
            told = told or (None if problems is None else _told(name, cells, label, has_decimals, chosen))
            columns.append(told or _judge(name, cells, genre_of_row, is_new=problems is not None))
    return tuple(replace(c, problem=c.problem or (problems or {}).get(c.name, "")) for c in columns)


def find_levels(frame: "pd.DataFrame", chosen: Chosen, label: str) -> dict[str, str]:
    """Return level → the column that says it: albums and artists that repeat, and the chosen group.

    Raises DataError where the chosen group is the genre.
    """
    if chosen.group and chosen.group == label:
        raise DataError(f"{label} holds the genres and cannot be the group as well: choose another group column.")
    free = [c for c in map(str, frame.columns) if c not in chosen.not_genre | {label, chosen.group}]
    found: dict[str, list[str]] = {}
    for name in free:
        if (level := level_of(name)) and 1 < frame[name].nunique() < frame[name].notna().sum():
            found.setdefault(level, []).append(name)
    levels = {
        level: min(found[level], key=lambda c: (not plain(c).endswith("id"), c))
        for level in LEVEL_NAMES
        if level in found
    }
    return {**levels, "group": chosen.group} if chosen.group else levels


def find_name(columns: Sequence[Column], chosen: Chosen) -> str | None:
    """Return the column that names the tracks: the chosen one, a file name before a number, a number before a title."""
    if chosen.name:
        return chosen.name
    names = [c.name for c in columns if c.role == "identifier" or (c.role == "group" and is_key(c.name))]
    return min(names, key=lambda name: ("file" not in plain(name), not is_key(name), name), default=None)


def _of_names(series: "pd.Series[Any]") -> str:
    """Say how many rows name an artist that is none, such as unknown, and which artists are written in several ways."""
    text, told = texts(series), list[str]()
    rows = names_nobody(text)
    if n := int(rows.sum()):
        word = text[rows].mode().iloc[0]
        told.append(
            f"names nobody in {n:,} of {len(text):,} rows (“{word}”): their tracks are kept together with no others."
        )
    names = text[~rows].drop_duplicates().dropna()
    one = same_names(names)
    if (several := one[one.duplicated()]).any():
        pair = " and ".join(f"“{name}”" for name in names[one == several.iloc[0]].iloc[:2])
        n, they = int(several.nunique()), "it counts" if several.nunique() == 1 else "each counts"
        told.append(f"{'It ' * bool(told)}writes {count_of(n, 'name')} in several ways, such as {pair}: {they} as one.")
    return " ".join(told)


def _kept_together(name: str, levels: Mapping[str, str], chosen: Chosen) -> str:
    if name == chosen.group:
        return "Chosen by you: rows with the same value stay on one side of the split."
    level = next(level for level, column in levels.items() if column == name)
    return f"Names the {level}: a split can keep the rows of one {level} on one side."


def _taken(name: str, series: "pd.Series[Any]") -> Column:
    """Return the column of a feature that a person chose."""
    values = numbers(series)
    categories = categories_of(series) if values is None else numbered_categories(name, series)
    if categories and (values is not None or 2 * len(_odd(texts(series).dropna())) > series.notna().sum()):
        return Column(name, "feature", f"Chosen by you. {_each_a_feature(categories)}", categories=categories)
    if values is None:
        known = texts(series).dropna()
        odd = _odd(known)
        raise DataError(
            f"{name} holds text, {_such_as(odd)}, but a feature must be a number: correct those "
            f"{len(odd):,} of {len(known):,} values, or do not use it as a feature."
        )
    n_missing = int((~np.isfinite(values)).sum())
    if n_missing == len(values):
        raise DataError(f"{name} holds no number and cannot be a feature: do not use it as one.")
    missing = f" {n_missing:,} of {len(values):,} numbers are missing." if n_missing else ""
    return Column(name, "feature", f"Chosen by you.{missing}")


def _judge(name: str, rows: Cells, genre_of_row: IntArray, *, is_new: bool) -> Column:
    """Return the role of a column that is neither genre nor group, judged on the rows that have a genre."""
    series = rows[name]
    repeated = REPEATED_NAME.fullmatch(name)
    if repeated and repeated[1] in rows:
        return Column(name, "left out", f"A second column named {repeated[1]}; only the first counts.")
    if series.isna().all():
        return Column(name, "left out", "No value in it.")
    values = numbers(series)
    whole = values is not None and is_whole(values)
    if is_index_name(name) and (whole or (values is not None and not is_new)):
        return Column(name, "left out", "An index: it only numbers the rows.")
    if is_identifier_name(name) and (values is None or whole):
        return Column(name, "identifier", "Names the tracks; not a measurement.", _rounded(values))
    if values is None:
        return _judge_text(name, texts(series))
    if is_length_name(name):
        return Column(name, "left out", LENGTH)
    values = np.where(np.isinf(values), np.nan, values)
    if np.isnan(values).all():
        return Column(name, "left out", "No finite value in it.")
    if np.nanmin(values) == np.nanmax(values):
        return Column(name, "left out", f"The same value in every row: {np.nanmin(values):g}.")
    if whole and len(values) >= ENOUGH_ROWS and counts_up(values):
        return Column(name, "identifier", "Consecutive whole numbers, a different one in each row.")
    if repeats_genre(values, genre_of_row):
        return Column(
            name, "left out", "Gives the genre away: each genre has a single value here, or each value a single genre."
        )
    missing = int(np.isnan(values).sum())
    return Column(name, "feature", f"Numbers, {missing:,} of {len(values):,} missing." if missing else "Numbers.")


def _told(name: str, rows: Cells, label: Label, has_decimals: bool, chosen: Chosen) -> Column | None:
    """Return the role of a column whose name or relation to the genre tells it; None where its values have to."""
    if told := _another_genre(name, rows, label) or _not_sound(name, rows, has_decimals, label.name):
        return told
    if not chosen.group and (groups := may_group(name, rows[name], label)):
        return Column(name, "left out", f"{TOGETHER}: {groups}. {CAN_KEEP}")
    if categories := numbered_categories(name, rows[name]):
        return Column(name, "feature", _each_a_feature(categories), categories=categories)
    return None


def _each_a_feature(categories: Sequence[str]) -> str:
    if len(categories) == 2:
        return f"Categories: a feature is 0 for {categories[0]} and 1 for {categories[1]}."
    return f"{len(categories)} categories: each is a feature of its own, 0 or 1."


def _rounded(values: FloatArray | None) -> str:
    """Say that numbers of tracks look rounded, as spreadsheets save long ones: all end in 000, and some repeat."""
    if (
        values is None
        or len(np.unique(values)) == len(values)
        or not ((values >= 1e5) & (values < 2**53) & (values % 1000 == 0)).all()
    ):
        return ""
    example = f"{values[0]:.2E}"
    return f"ends in 000 in all rows, such as {example}: if a spreadsheet rounded it, several tracks count as one."


def _another_genre(name: str, rows: Cells, label: Label) -> Column | None:
    """Return the column where it says the genre in other words, as finely or more coarsely; else None."""
    if not (n := rereads(name, rows[name], label)):
        return None
    n_genres = label.values.nunique()
    if n == n_genres:
        return Column(name, "left out", f"Another name or number of the {n_genres} genres.")
    how = COARSER if n < n_genres else "Divides the genres"
    return Column(name, "left out", f"{how}: {n_genres} → {n}. Choose it as the genre to tell those {n} apart.")


def _marks_genre(
    name: str, series: "pd.Series[Any]", label: Label, genres: Sequence[str], marks: Sequence[str]
) -> Column | None:
    """Return the column where it marks one of the genres, or another genre beside a chosen mark, and else None."""
    if genre := gives_away(name, series, genres):
        problem = f"is 0 or 1 and named as the genre {genre}, so it is left out: it would give the genre away."
        return Column(name, "left out", f"Marks the genre {genre}.", problem)
    if name in marks and label.name in marks:
        problem = f"is 0 or 1 like {label.name}, so it is left out: it would give the genre away."
        return Column(name, "left out", f"Marks a genre, as {label.name} does.", problem)
    return None


def _not_sound(name: str, rows: Cells, beside_decimals: bool, label: str) -> Column | None:
    """Return the column where its name or its numbers say that it does not measure the sound, and else None.

    A serial number is suspected only beside measurements, which have decimals.
    """
    if first := _first_of(name, rows, label):
        problem = f"does not agree with {first}: were two files pasted side by side? Check that they fit."
        role: Role = "left out" if first == label else "identifier"
        return Column(name, role, f"A second column named {first}, with other values.", problem)
    if is_part_name(name) or says_parts(rows[name]):
        return Column(
            name, "left out", "Says in which part of a published split, or in which fold, a track is: no feature."
        )
    values = numbers(rows[name])
    if values is None or np.isnan(values).any():
        return Column(name, "left out", NOT_SOUND) if is_not_sound_name(name) and values is not None else None
    if is_not_sound_name(name):
        return Column(name, "left out", NOT_SOUND, NOT_TAKEN)
    if is_identifier_name(name) or is_length_name(name) or counts_up(values):
        return None  # told otherwise
    if not (beside_decimals and is_whole(values) and ENOUGH_SERIAL <= len(np.unique(values)) == len(values)):
        return None
    why = "Whole numbers, a different one in each row: a serial number? Take it as a feature if it measures something."
    return Column(name, "identifier", why, f"is left out. {why}")


def _first_of(name: str, rows: Cells, label: str) -> str:
    """Return the column that ids or genres repeat by name, as in `id` and `id.2` or `id_x` and `id_y`; else nothing."""
    repeated = NUMBERED_NAME.fullmatch(name)
    if repeated and repeated[1] in rows and (is_identifier_name(repeated[1]) or repeated[1] == label):
        return repeated[1]
    first = f"{name[:-2]}_x"
    if name.endswith("_y") and first in rows and is_identifier_name(name[:-2]):
        return "" if rows[name].equals(rows[first]) else first
    return ""


def _odd(known: "pd.Series[str]") -> "pd.Series[str]":
    """Return the values that are no numbers."""
    import pandas as pd

    return known[pd.to_numeric(known, errors="coerce").isna()]


def _such_as(values: "pd.Series[str]") -> str:
    example = str(values.iloc[0])
    return f"such as “{example if len(example) <= 30 else example[:29] + '…'}”"


def _judge_text(name: str, text: "pd.Series[str]") -> Column:
    known = text.dropna()
    if known.empty:
        return Column(name, "left out", "No value in it.")
    odd = _odd(known)
    if (like := int(known.str.match(LIKE_NUMBERS).sum())) >= MOSTLY * len(known) and len(odd) > len(known) / 2:
        problem = (
            f"{like:,} of {len(known):,} values are numbers with something else, {_such_as(odd)}, so it is left out."
        )
        return Column(name, "left out", f"Numbers with something else, {_such_as(odd)}.", problem)
    if len(odd) > len(known) / 2 and known.is_unique and len(known) == len(text):
        return Column(name, "identifier", "Text, different in each row.")
    example = _such_as(odd if len(odd) else known)
    if len(odd) <= len(known) / 2:
        return Column(
            name,
            "left out",
            f"Not only numbers: {len(odd):,} of {len(known):,} values, {example}. Correct or empty them.",
            f"{len(odd):,} of {len(known):,} values are no numbers, {example}, so it is left out.",
        )
    if len(known) >= ENOUGH_ROWS and (n := len(categories_of(text))):
        can = "can be taken as features, one for each."
        problem = f"is left out: its {n} categories {can}" if is_category_name(name) else ""
        return Column(name, "left out", f"Text, {example}: {n} categories, which {can}", problem)
    return Column(name, "left out", f"Text, {example}; features are numbers.")


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
