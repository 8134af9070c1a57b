"""The columns of a table that say in which part of a published split, or in which fold, each row is."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_core.data.dataset import PARTS, FloatArray, IntArray
from genre_core.data.published import PARTS_SAID, WORDS, part_of, parts_of
from genre_core.data.tables.cells import is_part_name, numbers, plain, texts
from genre_core.data.tables.paths import is_numeric

if TYPE_CHECKING:
    import pandas as pd

IS_PART = re.compile(r"(?:(?:is|in)_)?(train|training|test|testing|val|valid|validation|holdout)(?:_set)?")
FOLD_NAME = re.compile(r"(.*_)?k?folds?(_(id|no|nr|number|index|idx))?")
GLANCE_ROWS = 200
FEWEST_FOLDS, MOST_FOLDS = 3, 20
MOST_WORDS = 100


@dataclass(frozen=True, eq=False)
class Parts:
    """The split that columns name: their names, the position in `PARTS` of each row (n_rows,), and in words."""

    names: tuple[str, ...]
    numbers: IntArray
    note: str


def find_parts(frame: "pd.DataFrame", others: Collection[str] = ()) -> Parts | None:
    """Return what the columns of a table say of a published split; `others` were chosen for something else.

    Words such as train and test count before columns such as is_test, and those before folds: of these the last one
    tests, and the one before it validates. None where no column says which rows train and which test.
    """
    names = [c for c in map(str, frame.columns) if c not in others and (is_part_name(c) or says_parts(frame[c]))]
    found = _by_words(frame, names) or _by_truth(frame, names) or _by_numbers(frame, names)
    if found is None or not {0, 2} <= set(np.unique(found.numbers).tolist()):
        return None
    return found


def says_parts(series: "pd.Series[Any]") -> bool:
    """Say whether a column holds words such as train and test and nothing else, whatever it is called."""
    if is_numeric(series):
        return False
    glance = texts(series.iloc[:GLANCE_ROWS]).dropna().unique()
    if not all(map(part_of, glance)):
        return False
    found = parts_of(texts(series).dropna().unique().tolist())
    return None not in found and {"train", "test"} <= set(found)


def _told(names: Collection[str], found: Any, how: str = "") -> Parts:
    values: IntArray = np.asarray(found, dtype=np.int64)
    sizes = [
        f"{int((values == number).sum()):,} {part}" for number, part in enumerate(PARTS) if (values == number).any()
    ]
    if n_none := int((values < 0).sum()):
        sizes.append(f"{n_none:,} in no part")
    said = f"{' and '.join(names)} {'says' if len(names) == 1 else 'say'}{PARTS_SAID}{how}: {', '.join(sizes)}."
    return Parts(tuple(names), values, f"{said} Use it as the published split with --split.by published.")


def _by_words(frame: "pd.DataFrame", names: Collection[str]) -> Parts | None:
    for name in names:
        words = texts(frame[name])
        known = words.dropna().unique()[:MOST_WORDS].tolist()
        found = words.map({word: PARTS.index(part) for word, part in zip(known, parts_of(known), strict=True) if part})
        if found.notna().sum() * 2 > words.notna().sum() and {0, 2} <= set(found.dropna().astype(int)):
            return _told([name], found.fillna(-1))
    return None


def _by_truth(frame: "pd.DataFrame", names: Collection[str]) -> Parts | None:
    found: dict[str, tuple[int, Any]] = {}
    for name in names:
        values = numbers(frame[name]) if _flagged(name) else None
        if values is not None and set(np.unique(values[~np.isnan(values)])) == {0.0, 1.0}:
            found[name] = (PARTS.index(WORDS[_flagged(name)]), values == 1)
    if not found:
        return None
    parts = np.full(len(frame), 2 if {part for part, _ in found.values()} == {0} else 0)
    for part, rows in found.values():
        parts[rows] = part
    return _told(list(found), parts)


def _flagged(name: str) -> str:
    """Return the part whose rows a column of 0 and 1 marks, by its name; empty where its name says none."""
    found = IS_PART.fullmatch(plain(name))
    return found[1] if found else ""


def _by_numbers(frame: "pd.DataFrame", names: Collection[str]) -> Parts | None:
    """Return what numbers say: of a split the largest part first, which trains; or of folds."""
    for name in names:
        values = _numbered(frame[name])
        if values is None or np.isnan(values).any() or (values != np.round(values)).any():
            continue
        kinds, at, sizes = np.unique(values, return_inverse=True, return_counts=True)
        if not FOLD_NAME.fullmatch(plain(name)) and len(kinds) in (2, 3) and 2 * sizes[0] > len(values):
            found = np.array([0, 2] if len(kinds) == 2 else [0, 1, 2])
            return _told([name], found[at], f", {kinds[0]:g} as training and {kinds[-1]:g} as test part")
        if FEWEST_FOLDS <= len(kinds) <= MOST_FOLDS:
            found = np.select([values == kinds[-1], values == kinds[-2]], [2, 1], 0)
            return _told([name], found, f", fold {kinds[-1]:g} as test and {kinds[-2]:g} as validation part")
    return None


def _numbered(series: "pd.Series[Any]") -> FloatArray | None:
    """Return the numbers of parts or folds (n_rows,), of `fold3` as well; None where it holds none."""
    if (values := numbers(series)) is not None:
        return values
    found = texts(series).str.extract(r"^([A-Za-z]+)[ _-]*(\d+)$")
    return None if found[0].nunique() != 1 else numbers(found[1])
