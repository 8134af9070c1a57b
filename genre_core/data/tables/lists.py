"""Columns of lists: numbers become a column each, and names of genres one text with bars between them."""

import ast
import re
from typing import TYPE_CHECKING, Any

from genre_core.data.tables.delimited import MISSING, unique_names

if TYPE_CHECKING:
    import pandas as pd

VECTOR = re.compile(r"\s*(?:[\w.]+\()?[\[(]([-+\d.eEnaif,;\s\[\]()]*)[\])](?:,\s*\w+=[^,]+)*\)?\s*")
"""Numbers in brackets, as Python, NumPy and PyTorch write them; with decimals, which ids of genres have not."""
SCALAR = re.compile(r"\bnp\.\w+\(([^()]*)\)")
"""A number as NumPy shows it in a list."""
QUOTED = r"'.*'|`.*`|“.*”|«.*»|‘.*’|\".*\""
OBJECT = re.compile(r"\{\s*['\"][^'\"]*['\"]\s*:")
BESIDE = re.compile(r"(?<=['\"])\s+(?=['\"])")


def unlisted(table: Any) -> Any:
    """Return an Arrow table without lists, as far as they can be read.

    Lists of as many numbers in each row are columns, such as `mfcc_1`; names, and numbers of which some rows have more,
    become text such as `rock|pop`.
    """
    import pyarrow as pa

    columns: dict[str, Any] = {}
    for name, values in zip(unique_names(table.column_names), table.columns, strict=True):
        columns |= _columns(name, values) if _is_list(values.type) else _of_vectors(name, values)
    return pa.table(dict(zip(unique_names(columns), columns.values(), strict=True)))


def _of_vectors(name: str, values: Any) -> dict[str, Any]:
    """Return a column of text that writes as many numbers in each row as columns; any other as it is."""
    import pyarrow as pa
    from pyarrow import types

    is_text = types.is_string(values.type) or types.is_large_string(values.type)
    first = next((SCALAR.sub(r"\1", str(cell)) for cell in values if str(cell) not in MISSING), "") if is_text else ""
    is_negative = first.lstrip().startswith("(") and not re.search(r",\s", first)  # (1,234.5) as accountants write
    if is_negative or not (VECTOR.fullmatch(first) and re.search(r"\d\.", first)):
        return {name: values}
    texts = [None if cell in MISSING else SCALAR.sub(r"\1", cell) for cell in values.to_pylist()]
    cells = [text and VECTOR.fullmatch(text) for text in texts]
    try:
        lists = [cell and [*map(float, re.findall(r"[^\s,;\[\]()]+", cell[1]))] for cell in cells]
    except ValueError:
        return {name: values}
    widths = {len(one) for one in lists if one}
    if cells.count(None) > texts.count(None) or len(widths) != 1 or widths == {1}:
        return {name: values}
    return _columns(name, pa.chunked_array([pa.array(lists, pa.list_(pa.float64()))]))


def _is_list(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def _columns(name: str, values: Any) -> dict[str, Any]:
    import pyarrow as pa
    from pyarrow import compute, types

    inner = values.type.value_type
    widths = compute.unique(compute.list_value_length(values).drop_null()).to_pylist()
    if types.is_floating(inner) or (types.is_integer(inner) and widths != [1] and len(widths) == 1):
        if len(widths) != 1 or not widths[0]:
            return {name: values}
        return {f"{name}_{i + 1}": compute.list_element(values, i) for i in range(widths[0])}
    if types.is_string(inner) or types.is_large_string(inner) or types.is_integer(inner) or types.is_struct(inner):
        cells = ("|".join(_named(one) for one in cell or () if one not in (None, "")) for cell in values.to_pylist())
        return {name: pa.chunked_array([pa.array((cell or None for cell in cells), pa.string())])}
    return {name: values}


def unlisted_text(text: "pd.Series[str]") -> "pd.Series[str]":
    """Return text in which a program's list or set, `['rock', 'pop']`, is `rock|pop`, and its `b'rock'` is `rock`.

    Names that all stand in quotation marks are without them.
    """
    known = text.dropna()
    if len(known) and known.str.fullmatch(QUOTED).all():
        return text.str[1:-1]
    if len(known) and known.str.fullmatch(r"b'[^']*'|b\"[^\"]*\"").all():
        return text.map({word: _bytes_read(word) for word in known.unique()})
    if known.empty or not known.str.fullmatch(r"\[.*\]|\{.*\}|\(.*\)").all():
        return text
    return text.map({word: _joined(word) for word in known.unique()})


def _joined(word: str) -> str | None:
    inner = word if OBJECT.match(word) else word[1:-1]
    try:  # brackets for any sign, so that a set keeps its order; NumPy writes no commas
        found = ast.literal_eval(f"[{BESIDE.sub(', ', inner)}]")
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return word
    if not isinstance(found, list):
        return word
    return "|".join(_named(one).strip() for one in found) or None


def _named(one: object) -> str:
    """Return one of a list as text; of an object, as FMA's tables have them, its title or name."""
    titles = [one[key] for key in one if re.search("title|name", str(key))] if isinstance(one, dict) else []
    return str(titles[0] if titles else one)


def _bytes_read(word: str) -> str:
    try:
        return str(ast.literal_eval(word).decode())
    except (ValueError, SyntaxError):  # a UnicodeError is a ValueError
        return word
