"""Genres as columns of their own: one for each genre, with 1 where a track is of it and 0 elsewhere."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_core.data.tables.cells import is_part_name, plain, texts
from genre_core.data.tables.roles import read_names

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 2
LEAST_MARKED = 0.5
LEAST_ALONE = 0.25
"""Share of the rows that must have a mark, and share of those that must have one alone."""
_PREFIX = re.compile(r"(?i)^(?:sub)?(?:genres?|labels?|class|style|is)[_ .:=-]+")
_NOT_GENRE = re.compile(r"(.*_)?(mode|key|explicit|instrumental|live|vocal|has|time_signature)(_.*)?")
_YES = frozenset(("1", "true", "yes", "y", "x", "ja", "oui", "si", "sí"))
_NO = frozenset(("0", "-1", "false", "no", "n", "nein", "non", ""))
_GLANCE_ROWS, _FIRST_ROWS = 2000, 20


def genre_of(name: str) -> str:
    """Return the genre that a column of marks stands for: `rock` for `genre_rock`."""
    return _PREFIX.sub("", name.strip()) or name


def is_mark(series: "pd.Series[Any]") -> bool:
    """Say whether a column says yes and no, both, and nothing else: as 1 and 0, x and nothing, or in words."""
    return _says_yes(series.iloc[:_GLANCE_ROWS], both=False) is not None and _says_yes(series) is not None


def _says_yes(series: "pd.Series[Any]", *, both: bool = True) -> "np.ndarray[tuple[int], np.dtype[np.bool_]] | None":
    """Return which rows (n_rows,) a column says yes in; None where it says something else, or does not say `both`."""
    words = texts(series).str.lower().fillna("")
    found = {*words.unique()}
    if found - _YES - _NO or (both and not (found & _YES and found & _NO)):
        return None
    return np.asarray(words.isin(_YES), dtype=bool)


def marked_genres(frame: "pd.DataFrame") -> tuple[str, ...]:
    """Return the columns that together name the genre by marks; none where no columns look so.

    They are named as genres, as in `genre_rock`, or stand side by side, and many rows have one mark alone.
    """
    words = [form(word) for word in _YES | _NO for form in (str, str.upper, str.title)]
    first = frame.head(_FIRST_ROWS)
    could = (first.isin([0, 1, -1, *words]) | first.isna()).all()
    marks = {str(name): here and not _is_other(str(name)) and is_mark(frame[name]) for name, here in could.items()}
    named = [name for name, is_one in marks.items() if is_one and _PREFIX.match(name)]
    runs = (list(run) for is_one, run in groupby(marks, marks.__getitem__) if is_one)
    beside: list[str] = max(runs, key=len, default=[])
    for found in (named, beside):
        if len(found) >= FEWEST and _are_alone(frame, found):
            return tuple(found)
    return ()


def chosen_marks(frame: "pd.DataFrame", label: str) -> tuple[str, ...]:
    """Return the columns of marks that a chosen genre column lists, such as `rock,jazz`; none if it is one column."""
    names = read_names(label)
    columns = set(map(str, frame.columns))
    if label in columns or len(names) < FEWEST or not columns.issuperset(names):
        return ()
    return names


def genres_by_marks(frame: "pd.DataFrame", names: Sequence[str]) -> "pd.Series[str]":
    """Return the genres of the rows (n_rows,), `jazz|rock` where there are several, missing where there is none."""
    import pandas as pd

    marks = _matrix(frame, names)
    genres = np.array([genre_of(name) for name in names])
    combinations, which = np.unique(marks, axis=0, return_inverse=True)
    words = ["|".join(genres[row]) if row.any() else None for row in combinations]
    return pd.Series(pd.array(words, dtype="str")[which.ravel()], index=frame.index, dtype="str")


def gives_away(name: str, series: "pd.Series[Any]", genres: Iterable[str]) -> str:
    """Return the genre that a column marks, empty if it marks none."""
    by_name = {plain(genre): genre for genre in genres}
    found = by_name.get(plain(genre_of(name)), "")
    return found if found and is_mark(series) else ""


def _is_other(name: str) -> bool:
    return is_part_name(name) or bool(_NOT_GENRE.fullmatch(plain(name)))


def _are_alone(frame: "pd.DataFrame", names: Sequence[str]) -> bool:
    n = _matrix(frame, names).sum(axis=1)
    return bool((n > 0).mean() >= LEAST_MARKED and (n == 1).sum() >= LEAST_ALONE * (n > 0).sum())


def _matrix(frame: "pd.DataFrame", names: Sequence[str]) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    marks = (_says_yes(frame[name], both=False) for name in names)
    return np.column_stack([mark for mark in marks if mark is not None])
