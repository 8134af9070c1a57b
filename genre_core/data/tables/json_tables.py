"""Tables in JSON: an object a line, a list of objects, or a table as pandas writes it in any of its orientations."""

import ast
import io
import json
import re
from collections.abc import Mapping
from typing import Any

from genre_core.data.tables.delimited import GENRE_ROW, count_of, is_rounded
from genre_core.errors import DataError

BLOCK_BYTES = 32 * 1024**2
_PYTHON = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\b(?:None|True|False|nan|inf)\b|[()]|,(?=\s*[])}])""")
"""What Python prints otherwise than JSON has it: texts, words, tuples, and commas before an end."""
_WORDS = {"None": "null", "True": "true", "False": "false", "nan": "NaN", "inf": "Infinity", "(": "[", ")": "]"}
KEY = "list"
"""Column with the name of the list that a row stands in, as in `{"rock": [{…}, …], "jazz": […]}`."""


def read_json(name: str, text: bytes) -> Any:
    """Return what a JSON text in UTF-8 holds as an Arrow table; objects within objects are columns of their own.

    Raises DataError where it cannot be read, or is no table.
    """
    import pyarrow as pa
    from pyarrow import json as arrow_json

    try:
        found = flat(arrow_json.read_json(pa.BufferReader(text), arrow_json.ReadOptions(block_size=BLOCK_BYTES)))
        if found.num_rows > 1 and not any(map(is_rounded, found.columns)):
            return found
    except pa.ArrowException:
        pass
    try:
        return _as_arrow(_frame(_document(text.decode())))
    except json.JSONDecodeError as error:
        is_cut = error.pos >= len(error.doc) - 1 and error.doc.rstrip()[-1:] not in ("]", "}")
        where = "ends before it is complete" if is_cut else f"is wrong in line {error.lineno:,}"
        raise DataError(f"{name} is JSON that {where}: save it again, or as CSV.") from error
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, pa.ArrowException) as error:
        raise DataError(
            f"{name} is JSON, but no list of objects, one a track with the same names: save it as such or as CSV."
        ) from error


def _document(text: str) -> Any:
    """Return what a text holds in JSON, or as Python prints it, with single quotation marks."""
    try:
        return _lines(text) or json.loads(text)
    except json.JSONDecodeError:
        try:
            plain = _PYTHON.sub(_in_json, text)
            return _lines(plain) or json.loads(plain)
        except (ValueError, SyntaxError):
            pass
        raise


def _in_json(found: re.Match[str]) -> str:
    """Return a word or a sign of Python's as JSON has it."""
    word = found[0]
    return json.dumps(ast.literal_eval(word)) if word[0] in "'\"" else _WORDS.get(word, "")


def flat(table: Any) -> Any:
    """Return a table whose objects within objects are columns of their own, such as `mfcc.mean`."""
    from pyarrow import types

    while any(types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def _lines(text: str) -> list[Any]:
    """Return the objects of a text with one a line; nothing where it is something else."""
    lines = [line.strip().rstrip(",") for line in io.StringIO(text) if line.strip()]
    if len(lines) < 2 or not all(line.startswith("{") and line.endswith("}") for line in lines[:-1]):
        return []
    found = []
    for number, line in enumerate(lines):
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError as error:
            at = len(text) if number == len(lines) - 1 else error.pos
            raise json.JSONDecodeError(error.msg, text + "\n" * (number + 1), at) from error
    return found


def _frame(document: Any) -> Any:
    """Return a document as a pandas table: of objects, of lists below their names, or of columns."""
    import pandas as pd

    if isinstance(document, Mapping):
        lists = [value for value in document.values() if isinstance(value, list)]
        inner = [value for value in document.values() if isinstance(value, Mapping)]
        if {"columns", "data"} <= {*document}:
            frame = pd.DataFrame(document["data"], columns=document["columns"])
        elif len(lists) == len(document) > 1 and all(isinstance(one, Mapping) for rows in lists for one in rows):
            frame = pd.json_normalize([{KEY: key, **row} for key, rows in document.items() for row in rows])
        elif len(lists) == 1:
            frame = pd.json_normalize(lists[0])
        elif len(inner) == len(document) and not all(key.isdecimal() for key in inner[0]):
            by_column = any(map(GENRE_ROW.fullmatch, document))
            frame = pd.DataFrame.from_dict(dict(document), orient="columns" if by_column else "index")
            frame = frame.rename_axis("name").reset_index()
        else:
            frame = pd.DataFrame(document)
    elif document and all(isinstance(row, list) for row in document):
        frame = pd.DataFrame(document[1:], columns=document[0])
    else:
        frame = pd.json_normalize(document)
    if len(frame) < 2 or not all(isinstance(column, str) for column in frame.columns):
        raise ValueError(f"{count_of(len(frame), 'row')}, or columns without names")
    return frame


def _as_arrow(frame: Any) -> Any:
    """Return a pandas table in Arrow, columns of several kinds of values as text."""
    import pyarrow as pa

    columns = {}
    for name in frame.columns:
        try:
            columns[name] = pa.array(frame[name], from_pandas=True)
        except (pa.ArrowException, OverflowError):
            texts = (None if _is_missing(value) else str(value) for value in frame[name])
            columns[name] = pa.array(texts, pa.string())
    return flat(pa.table(columns))


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)
