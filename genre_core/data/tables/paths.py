"""Columns that names of files hold: each level of folders, and the word that a name begins with."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from genre_core.data.tables.cells import is_key

if TYPE_CHECKING:
    import pandas as pd

GLANCE = 200
"""Names that are looked at first: what none of them has is not looked for in the others."""
MOST_FOLDERS = 8
BEGINS = r"^(?:.*[/\\])?([^\W\d_](?:[^\W\d_]|[ _&-])*?)[\s._(-]*\d+"
"""The word before the first number of a name, such as blues of `blues.00012.wav`."""
ENDS = r"^(?:.*[/\\])?\d+[\s._(-]+([^\W\d_](?:[^\W\d_]|[ _&-])*?)(?:\.\w{2,5})?$"
"""The word after the number that a name begins with, such as blues of `00012_blues.wav`."""


def path_columns(frame: "pd.DataFrame") -> dict[str, Any]:
    """Return what a table's names of files hold, by the columns that they could be: those that vary and repeat."""
    found: dict[str, Any] = {}
    for name in map(str, frame.columns):
        if is_key(name) and not is_numeric(frame[name]):
            found |= _folders(frame[name], name) | _beginnings(frame[name], name)
    return {name: values for name, values in found.items() if name not in frame.columns}


def folder_columns(frame: "pd.DataFrame") -> dict[str, Any]:
    """Return the levels of folders that a table's names of files hold, as `path_columns` does."""
    keys = [c for c in map(str, frame.columns) if is_key(c) and not is_numeric(frame[c])]
    return {name: own for key in keys for name, own in _folders(frame[key], key).items() if name not in frame.columns}


def with_paths(frame: "pd.DataFrame", named: Collection[str]) -> "pd.DataFrame":
    """Return a table with those of its path columns that are named."""
    if all(name in frame.columns or ": " not in name for name in named):
        return frame
    return frame.assign(**{name: values for name, values in path_columns(frame).items() if name in named})


def is_numeric(series: "pd.Series[Any]") -> bool:
    """Say whether a column holds numbers as they are stored."""
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(series.dtype))


def _folders(series: "pd.Series[Any]", name: str) -> dict[str, Any]:
    """Return the folders at each level, each with those above it: two folders of one name are two."""
    glance = series.iloc[:GLANCE].astype("str")
    if not glance.str.contains(r"[/\\]", regex=True).any():
        return {}
    paths = series.astype("str").str.replace("\\", "/", regex=False).str.strip().str.removeprefix("./")
    parts = paths.str.split("/").str[:-1]
    found: dict[str, Any] = {}
    for level in range(1, min(int(parts.str.len().max() or 0), MOST_FOLDERS) + 1):
        folders = parts.str[:level].str.join("/").where(parts.str.len() >= level)
        if 1 < folders.nunique() < folders.notna().sum():
            found[f"{name}: folder {level}"] = folders.str.rpartition("/")[2] if _tells(folders) else folders
    return found


def _tells(folders: "pd.Series[Any]") -> bool:
    """Say whether folders are told apart by their own names alone."""
    return bool(folders.str.rpartition("/")[2].nunique() == folders.nunique())


def _beginnings(series: "pd.Series[Any]", name: str) -> dict[str, Any]:
    """Return the words that names begin or end with, where nearly all do and the words repeat."""
    for pattern, where in ((BEGINS, "beginning"), (ENDS, "end")):
        if series.iloc[:GLANCE].astype("str").str.extract(pattern)[0].isna().mean() > 0.1:
            continue
        words = series.astype("str").str.extract(pattern)[0]
        if words.isna().mean() <= 0.1 and 1 < words.nunique() <= len(words) / 5:
            return {f"{name}: {where}": words}
    return {}
