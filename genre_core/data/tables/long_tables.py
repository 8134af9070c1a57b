"""Long tables: a row for each track and feature, as pandas' `melt` and R's `pivot_longer` write them."""

import re
from collections.abc import Callable
from typing import Any

from genre_core.data.tables.cells import is_index_name, plain
from genre_core.data.tables.delimited import unique_names

_NAMES = re.compile(r"(feature|variable|measure|measurement|metric|attribute|descriptor|param|parameter)(_name)?")
_VALUES = re.compile(r"(feature_)?(value|val)s?")


def widened(table: Any, check: Callable[[int, int], None]) -> tuple[Any, list[str]]:
    """Return a long Arrow table with a column for each feature that it names, and a note on that; any other as it is.

    It is long where a column names features, one holds their values, and no row has the same feature as another row
    that is alike but for the value. `check` refuses too many rows and columns, before they are made.
    """
    import pyarrow as pa
    from pyarrow import types

    columns = [name for name in table.column_names if not is_index_name(name)]
    names, values = (next((c for c in columns if form.fullmatch(plain(c))), "") for form in (_NAMES, _VALUES))
    others = [name for name in columns if name not in (names, values)]
    if not (names and values and others and types.is_string(table[names].type)) or types.is_string(table[values].type):
        return table, []
    frame = table.select(columns).to_pandas()
    features, rows = frame[names].unique(), frame[others].drop_duplicates()
    if frame[[names, *others]].isna().any(axis=None) or frame.duplicated([names, *others]).any():
        return table, []
    if len(features) < 2 or 2 * len(rows) > len(frame):
        return table, []
    check(len(rows), len(others) + len(features))
    wide = frame.pivot(index=others, columns=names, values=values)[features]
    wide.columns = unique_names([*others, *features])[len(others) :]
    wide = rows.merge(wide.reset_index(), on=others)  # in the order of the file
    said = (
        f"A long table: its {len(frame):,} rows become {len(wide):,}, with a column for each of the {len(features):,}"
    )
    return pa.Table.from_pandas(wide, preserve_index=False), [f"{said} values of {names}."]
