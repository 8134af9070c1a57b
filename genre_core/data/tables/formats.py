"""From a file in any of the forms that tables are kept in to text or an Arrow table: unpacked, and told by its content.

What is packed is unpacked within `MAX_BYTES`, however little it takes packed. A workbook and an ARFF file become CSV
text, so that titles, blank rows and odd cells in them are treated as in any text.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import IO, Any

from genre_core.errors import DataError

MAX_BYTES = 200 * 1024**2
"""Largest file that is read, and the most that a packed one may hold."""

_PACKED: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"\xfd7zXZ\0": lzma.open, b"BZh": bz2.open}
_ATTRIBUTE = re.compile(r"""@attribute\s+('(?:\\.|[^'])*'|"(?:\\.|[^"])*"|\S+)\s+(.+)""", re.IGNORECASE)
_OTHER = {
    b"\x93NUMPY": "a NumPy array without names of columns: save it as CSV or Parquet with a header",
    b"\x89HDF": "an HDF5 file: save the table in it as CSV or Parquet",
    b"SQLite format 3\0": "a database: export the table in it as CSV",
    b"%PDF": "a PDF: save its table as CSV",
    b"\xd0\xcf\x11\xe0": "a workbook of an old kind (.xls): save the sheet as .xlsx or CSV",
}


def unpacked(name: str, data: bytes) -> tuple[str, bytes, tuple[str, ...]]:
    """Return the name and the bytes of what is packed in a file, or of the file itself, and a note on that.

    Raises
    ------
    DataError
        It is broken, protected, holds several files, or more than `MAX_BYTES`.
    """
    opened = next((opened for start, opened in _PACKED.items() if data.startswith(start)), None)
    if opened:
        with opened(io.BytesIO(data)) as file:
            return name, _limited(name, file), ()
    if not data.startswith(b"PK\x03\x04"):
        return name, data, ()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [one for one in archive.namelist() if not one.endswith("/") and not re.search(r"(^|/)[._]", one)]
            if "xl/workbook.xml" in names:
                if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                    raise DataError(_too_large(name))
                return name, data, ()
            if any(one.endswith(".npy") for one in names):
                raise DataError(f"{name} is an archive of NumPy arrays: save them as one CSV or Parquet table.")
            if {"manifest.json", "runs.json"} <= {*names} or {"manifest.json", "run.json"} <= {*names}:
                raise DataError(f"{name} holds runs or a model that Genre Lab exported: import it on the Runs page.")
            if len(names) != 1:
                raise DataError(f"{name} holds {len(names):,} files: unpack it and choose the tables in it.")
            with archive.open(names[0]) as file:
                return names[0], _limited(name, file), (f"Unpacked from {name}.",)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, UnicodeError) as error:
        raise DataError(f"{name} is an archive that is broken or protected: unpack it first.") from error


def _limited(name: str, file: IO[Any]) -> bytes:
    try:
        data: bytes = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        raise DataError(f"{name} cannot be unpacked; it may be cut short: fetch it again.") from error
    if len(data) > MAX_BYTES:
        raise DataError(_too_large(name))
    return data


def _too_large(name: str) -> str:
    return f"{name} holds more than the {MAX_BYTES // 1024**2} MB that are read: leave out rows or columns."


def as_table(name: str, data: bytes) -> Any | None:
    """Return what a file of a binary form or of JSON holds as an Arrow table; None where it is text.

    Raises
    ------
    DataError
        It cannot be read, or is of a kind that is not read.
    """
    what = next((what for start, what in _OTHER.items() if data.startswith(start)), "")
    if what:
        raise DataError(f"{name} is {what}.")
    if data.startswith(b"ARROW1"):
        return _feather(name, data)
    if data.removeprefix(b"\xef\xbb\xbf")[:2000].lstrip()[:1] in (b"{", b"["):
        return _json(name, data)
    return None


def as_text(name: str, data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return a workbook or an ARFF file as CSV text with a note on it; other text as it is.

    Raises
    ------
    DataError
        It cannot be read.
    """
    if data.startswith(b"PK\x03\x04"):
        return _sheet(name, data)
    if re.match(rb"\s*(%[^\n]*\s+)*@relation\b", data[:20_000], re.IGNORECASE):
        return _arff(name, data.decode("utf-8", "replace")), ("Read as ARFF.",)
    return data, ()


def _feather(name: str, data: bytes) -> Any:
    import pyarrow as pa
    from pyarrow import feather

    try:
        return feather.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{name} is a Feather file that cannot be read; it may be cut short: save it again.") from error


def _json(name: str, data: bytes) -> Any:
    """Return the objects of a JSON text as rows: one a line, in a list, or in the only list of an object."""
    import pandas as pd
    import pyarrow as pa
    from pyarrow import json as arrow_json

    try:
        found = arrow_json.read_json(pa.BufferReader(data), arrow_json.ReadOptions(block_size=32 * 1024**2))
        if found.num_rows > 1:
            return _flat(found)
    except pa.ArrowException:
        pass
    try:
        document = json.loads(data.decode("utf-8-sig"))
        lists = [value for value in document.values() if isinstance(value, list)] if isinstance(document, dict) else []
        rows = document if isinstance(document, list) else lists[0] if len(lists) == 1 else document
        frame = pd.json_normalize(rows) if isinstance(rows, list) else pd.DataFrame(rows)
        if frame.empty or not isinstance(frame.columns[0], str):
            raise ValueError("no objects")
        return pa.Table.from_pandas(frame, preserve_index=False)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, pa.ArrowException) as error:
        raise DataError(
            f"{name} is JSON, but no list of objects, one a track with the same names: save it as such or as CSV."
        ) from error


def _flat(table: Any) -> Any:
    """Return a table whose objects within objects are columns of their own, such as `mfcc.mean`."""
    from pyarrow import types

    while any(types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def _sheet(name: str, data: bytes) -> tuple[bytes, tuple[str, ...]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        text = _written([_cell(cell) for cell in row] for row in sheets[0].iter_rows(values_only=True))
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        LookupError,
        ValueError,
        TypeError,
        SyntaxError,
        OSError,
    ) as error:
        raise DataError(f"{name} is a workbook that cannot be read: save the sheet as CSV.") from error
    others = [sheet.title for sheet in sheets[1:]]
    more = (
        f" The other sheets are not read: {', '.join(others[:3])}{' …' if len(others) > 3 else ''}." if others else ""
    )
    return text, (f"Read from the sheet {sheets[0].title}.{more}",)


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return "" if value is None else str(value)


def _arff(name: str, text: str) -> bytes:
    lines = io.StringIO(text)
    names: list[str] = []
    for line in lines:
        if line.strip().lower().startswith("@data"):
            break
        if found := _ATTRIBUTE.match(line.strip()):
            names.append(_unquoted(found[1]))
    body = [line for line in lines if line.strip() and not line.lstrip().startswith("%")]
    if not names or not body:
        raise DataError(f"{name} is an ARFF file without attributes or without data: choose a file that holds tracks.")
    if body[0].lstrip().startswith("{"):
        raise DataError(f"{name} is an ARFF file with sparse rows, which are not read: save it as CSV.")
    quote = "'" if any("'" in line for line in body[:100]) else '"'
    separator = "\t" if all("\t" in line and "," not in line for line in body[:100]) else ","
    rows = csv.reader(body, quotechar=quote, escapechar="\\", delimiter=separator, skipinitialspace=True)
    return _written([names, *([cell.strip() for cell in row] for row in rows)])


def _unquoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name[:1] in "'\"" and len(name) > 1 else name


def _written(rows: Iterable[list[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(row for row in rows if any(row))
    return buffer.getvalue().encode("utf-8", "replace")
