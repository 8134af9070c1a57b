"""Genres as columns of their own: one for each genre, with 1 where a track is of it and 0 elsewhere."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from genre_core.data.tables.cells import is_part_name, numbers, plain
from genre_core.data.tables.roles import read_names

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 2
LEAST_MARKED = 0.5
LEAST_ALONE = 0.25
"""Share of the rows that must have a mark, and share of those that must have one alone."""
_PREFIX = re.compile(r"(?i)^(?:sub)?(?:genres?|labels?|class|style|is)[_ .:-]+")
_NOT_GENRE = re.compile(r"(.*_)?(mode|key|explicit|instrumental|live|vocal|has|time_signature)(_.*)?")
_GLANCE_ROWS, _FIRST_ROWS = 2000, 20


def genre_of(name: str) -> str:
    """Return the genre that a column of marks stands for: `rock` for `genre_rock`."""
    return _PREFIX.sub("", name.strip()) or name


def is_mark(series: "pd.Series[float]") -> bool:
    """Say whether a column is 0 and 1, both, and nothing else."""
    glance = numbers(series.iloc[:_GLANCE_ROWS])
    if glance is None or not np.isin(glance, (0, 1)).all():
        return False
    values = numbers(series)
    return values is not None and np.array_equal(np.unique(values), (0, 1))


def marked_genres(frame: "pd.DataFrame") -> tuple[str, ...]:
    """Return the columns that together name the genre by marks; none where no columns look so.

    They are named as genres, as in `genre_rock`, or stand side by side, and many rows have one mark alone.
    """
    could = frame.head(_FIRST_ROWS).isin([0, 1, "0", "1"]).all()
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


def gives_away(name: str, series: "pd.Series[float]", genres: Iterable[str]) -> str:
    """Return the genre that a column marks, empty if it marks none."""
    by_name = {plain(genre): genre for genre in genres}
    found = by_name.get(plain(genre_of(name)), "")
    return found if found and is_mark(series.dropna()) else ""


def _is_other(name: str) -> bool:
    return is_part_name(name) or bool(_NOT_GENRE.fullmatch(plain(name)))


def _are_alone(frame: "pd.DataFrame", names: Sequence[str]) -> bool:
    n = _matrix(frame, names).sum(axis=1)
    return bool((n > 0).mean() >= LEAST_MARKED and (n == 1).sum() >= LEAST_ALONE * (n > 0).sum())


def _matrix(frame: "pd.DataFrame", names: Sequence[str]) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    return np.column_stack([numbers(frame[name]) == 1 for name in names])
