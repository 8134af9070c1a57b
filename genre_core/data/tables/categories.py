"""Columns of categories, such as the key of a track: each category is a feature of its own, 0 or 1."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_core.data.dataset import FloatArray
from genre_core.data.genres import in_order
from genre_core.data.tables.cells import is_category_name, is_whole, label_texts, numbers

if TYPE_CHECKING:
    import pandas as pd

MOST = 50
"""Categories that a column may hold to be taken as features."""
MOST_NAMED = 24
"""Different whole numbers up to which a key, a mode or a time signature is a category."""


def categories_of(series: "pd.Series[Any]") -> tuple[str, ...]:
    """Return the categories of a column in their order; none where there are too many, or only one."""
    if series.nunique() > 2 * MOST:
        return ()
    found = in_order(map(str, label_texts(series).dropna().unique()))
    return found if 2 <= len(found) <= MOST else ()


def numbered_categories(name: str, series: "pd.Series[Any]") -> tuple[str, ...]:
    """Return the categories of a column of whole numbers whose name says that they measure nothing, else none."""
    values = numbers(series) if is_category_name(name) else None
    if values is None or not is_whole(values) or not 2 < series.nunique() <= MOST_NAMED:
        return ()
    return categories_of(series)


def marked(name: str, categories: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the features that categories become: of two, one says it all."""
    return tuple(f"{name}={category}" for category in (categories if len(categories) > 2 else categories[1:]))


def feature_names(features: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """Return the names of the features that columns become, and which of them say categories."""
    found = [(one, bool(own)) for name, own in features.items() for one in (marked(name, own) if own else (name,))]
    return tuple(one for one, _ in found), tuple(is_mark for _, is_mark in found)


def marks(series: "pd.Series[Any]", categories: Sequence[str]) -> FloatArray:
    """Return 1 where a row is of a category and else 0 (n_rows, n_features); a row without one has 0 in all."""
    shown = categories if len(categories) > 2 else categories[1:]
    values = label_texts(series).to_numpy(dtype=object)
    return np.stack([(values == category).astype(np.float64) for category in shown], axis=1)


def with_marks(frame: "pd.DataFrame", features: Iterable[str]) -> "pd.DataFrame":
    """Return a table with the columns of those features that are categories of a column that it has."""
    found: dict[str, FloatArray] = {}
    for feature in features:
        name, mark, category = feature.rpartition("=")
        if mark and feature not in frame.columns and name in frame.columns:
            found[feature] = (label_texts(frame[name]).to_numpy(dtype=object) == category).astype(np.float64)
    return frame.assign(**found) if found else frame
