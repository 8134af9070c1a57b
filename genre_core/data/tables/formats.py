"""From a file in any of the forms that tables are kept in to text or an Arrow table: unpacked, and told by its content.

What is packed is unpacked within `MAX_BYTES`, however little it takes packed. A workbook and an ARFF file become CSV
text, so that titles, blank rows and odd cells in them are treated as in any text.
"""

import bz2
import csv
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, time
from itertools import chain
from typing import IO, Any

from genre_core.data.tables.arff import read_arff
from genre_core.data.tables.decoding import decode
from genre_core.data.tables.delimited import count_of
from genre_core.data.tables.json_tables import read_json
from genre_core.errors import DataError

MAX_BYTES = 200 * 1024**2
"""Largest file that is read, and the most that a packed one may hold."""
MOST_IN_ARCHIVE = 200
"""Most tables that are read of an archive."""
TINY = 10
"""How many times as much another sheet holds as one that only says what the workbook is."""


def _open_zstd(file: io.BytesIO) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.BufferReader(file.getvalue()), "zstd")


_PACKED: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"\xfd7zXZ\0": lzma.open,
    b"BZh": bz2.open,
    b"\x28\xb5\x2f\xfd": _open_zstd,
}
_TAR = slice(257, 262)
"""Where a tar archive says that it is one."""
_SOUND, _PICTURE = "a sound, not a table: add sounds as a folder of clips", "a picture: choose the table itself"
_PICKLE = "a pickle, which is never opened here, because it can run programs: save the table as CSV or Parquet"
_OTHER = {
    b"\x93NUMPY": "a NumPy array without names of columns: save it as CSV or Parquet with a header",
    b"\x89HDF": "an HDF5 file: save the table in it as CSV or Parquet",
    b"SQLite format 3\0": "a database: export the table in it as CSV",
    b"%PDF": "a PDF: save its table as CSV",
    b"\xd0\xcf\x11\xe0": "a workbook of an old kind (.xls): save the sheet as .xlsx or CSV",
    b"7z\xbc\xaf": "a 7z archive: unpack it and choose the table in it",
    b"Rar!\x1a": "a RAR archive: unpack it and choose the table in it",
    b"\x80\x04\x95": _PICKLE,
    b"\x80\x05\x95": _PICKLE,
    b"MATLAB 5.0 MAT-file": "a MATLAB file: save the table in it as CSV",
    b"RDX3\n": "a file of R's: save the table as CSV with write.csv",
    b"X\n\0\0\0": "a file of R's (.rds): save the table as CSV with write.csv",
    b"RIFF": _SOUND,
    b"ID3\3": _SOUND,
    b"ID3\4": _SOUND,
    b"fLaC": _SOUND,
    b"OggS\0": _SOUND,
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"{\\rtf": "a text document (.rtf): save its table as CSV",
    b"[InternetShortcut]": "a link, not the table: open it, download the table, and choose that",
}
_INSIDE = {
    "content.xml": "a sheet of OpenDocument (.ods): save it as .xlsx or CSV",
    "word/document.xml": "a text document (.docx): save its table as CSV",
    "Index/Document.iwa": "a sheet of Numbers: export it as CSV",
}
"""Other kinds of files that are archives themselves, by a file in them."""
_ABOUT = re.compile(r"(?i)(^|/)(readme|licen[cs]e|citation|changes|changelog|notice)[^/]*$|\.(md|pdf|html?)$")
"""Names of files that only tell of a table beside them."""
_TABLE = re.compile(r"(?i)\.(csv|tsv|tab|parquet|feather|arrow|arff|jsonl?|xlsx)(\.(gz|xz|bz2|zst))?$")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_UNCOMPUTED = re.compile(rb"</f>\s*(?:<v\s*/>\s*|<v></v>\s*)?</c>")
_JSON = re.compile(rb"[\xef\xbb\xbf\xff\xfe\0\s]*[{\[][\0\s]*(?:[\[({\"'\d\]}-]|true|false|null|NaN)")
_LINK = re.compile(rb"\s*(https?://\S{4,500})\s*")


def unpacked(name: str, data: bytes) -> tuple[list[tuple[str, bytes]], list[str]]:
    """Return the names and the bytes of the tables that are packed in a file, or of the file itself, and notes on that.

    Raises DataError where it is broken, protected, holds several files that are no tables, or more than `MAX_BYTES`.
    """
    data = _decompressed(name, data)
    is_tar = data[_TAR] == b"ustar"
    if not (is_tar or data.startswith(b"PK\x03\x04")):
        return [(name, data)], []
    try:
        with _archive(data) as archive:
            if is_tar:
                sizes = {one.name: one.size for one in archive if one.isfile()}
            else:
                sizes = {one.filename: one.file_size for one in archive.infolist() if not one.is_dir()}
            names = [one for one in sizes if not re.search(r"(^|/)[._](?!/)", one)]
            if "xl/workbook.xml" in names:
                return [(name, data)], []
            if other := next((what for one, what in _INSIDE.items() if one in names), ""):
                raise DataError(f"{name} is {other}.")
            if any(one.endswith(".npy") for one in names):
                raise DataError(f"{name} is an archive of NumPy arrays: save them as one CSV or Parquet table.")
            if {"manifest.json", "runs.json"} <= {*names} or {"manifest.json", "run.json"} <= {*names}:
                raise DataError(f"{name} holds runs or a model that Genre Lab exported: import it on the Runs page.")
            tables = _tables_in(names)
            if not 1 <= len(tables) <= MOST_IN_ARCHIVE:
                raise DataError(f"{name} holds {len(names):,} files: unpack it and choose the tables in it.")
            if sum(sizes[one] for one in tables) > MAX_BYTES:
                raise DataError(_too_large(name))
            others = [one for one in names if one not in tables]
            beside = f" Not read of it: {', '.join(others[:3])}{' …' if len(others) > 3 else ''}." if others else ""
            read = archive.extractfile if is_tar else archive.open
            found = list[tuple[str, bytes]]()
            for one in tables:
                found.append((one, _decompressed(one, _limited(name, read(one)))))
                if sum(len(data) for _, data in found) > MAX_BYTES:
                    raise DataError(_too_large(name))
            return found, [f"Unpacked from {name}.{beside}"]
    except (zipfile.BadZipFile, tarfile.TarError, RuntimeError, NotImplementedError, UnicodeError) as error:
        raise DataError(
            f"{name} is an archive that is cut short, broken or protected: download it again, or unpack it first."
        ) from error


def _archive(data: bytes) -> Any:
    file = io.BytesIO(data)
    return tarfile.open(fileobj=file, mode="r:") if data[_TAR] == b"ustar" else zipfile.ZipFile(file)


def _decompressed(name: str, data: bytes) -> bytes:
    """Return what a compressed file holds, and any other as it is."""
    opened = next((opened for start, opened in _PACKED.items() if data.startswith(start)), None)
    if opened is None:
        return data
    with opened(io.BytesIO(data)) as file:
        return _limited(name, file)


def _tables_in(names: list[str]) -> list[str]:
    """Return which of an archive's files are its tables: the only file, those by their endings, or the only text."""
    own = [one for one in names if not _ABOUT.search(one)]
    return own if len(own) == 1 else [one for one in own if _TABLE.search(one)]


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


def as_table(name: str, data: bytes, encoding: str = "") -> tuple[Any | None, tuple[str, ...]]:
    """Return what a file of a binary form or of JSON holds as an Arrow table with notes on it; None where it is text.

    Raises DataError where it cannot be read, or is of a kind that is not read.
    """
    what = next((what for start, what in _OTHER.items() if data.startswith(start)), "")
    if link := _LINK.fullmatch(data[:600]):
        what = f"a link to {link[1].decode('latin-1')[:60]}, not the table: download that, and choose it"
    if what:
        raise DataError(f"{name} is {what}.")
    if data.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return _feather(name, data), ()
    if _JSON.match(data):
        text, notes = decode(name, data, encoding)
        return read_json(name, text), notes
    return None, ()


def as_text(name: str, data: bytes, encoding: str = "") -> tuple[bytes, tuple[str, ...]]:
    """Return a workbook or an ARFF file as CSV text with notes on it; other text as it is.

    Raises DataError where it cannot be read.
    """
    if data.startswith(b"PK\x03\x04"):
        if b"xl/workbook.xml" not in data:
            raise DataError(f"{name} is an archive within an archive: unpack it and choose the tables in it.")
        return _sheet(name, data)
    if re.match(rb"(?:\xef\xbb\xbf)?\s*(%[^\n]*\s+)*@relation\b", data[:20_000], re.IGNORECASE):
        text, notes = decode(name, data, encoding)
        return read_arff(name, text.decode("utf-8")), (*notes, "Read as ARFF.")
    return data, ()


def _feather(name: str, data: bytes) -> Any:
    import pyarrow as pa
    from pyarrow import feather

    try:
        source = pa.BufferReader(data)
        table = feather.read_table(source) if data.startswith(b"ARROW1") else pa.ipc.open_stream(source).read_all()
        table.validate(full=True)  # a broken one would end the process when it is looked at
        return table
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{name} is a Feather file that cannot be read; it may be cut short: save it again.") from error


def _sheet(name: str, data: bytes) -> tuple[bytes, tuple[str, ...]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                raise DataError(_too_large(name))
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        shown = [one for one in book.worksheets if one.sheet_state == "visible"] or book.worksheets
        sources = {sheet.title: sheet._get_source().read() for sheet in shown}
        merged = {title: _MERGED.findall(source) for title, source in sources.items()}
        cells = {s.title: ([_cell(cell) for cell in row] for row in s.iter_rows(values_only=True)) for s in shown}
        sheets = {title: _written(_spread(rows, merged[title])) for title, rows in cells.items()}
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        LookupError,
        ValueError,
        TypeError,
        SyntaxError,
        OSError,
        zlib.error,
    ) as error:
        raise DataError(f"{name} is a workbook that cannot be read: save the sheet as CSV.") from error
    text, read = _of_sheets(sheets)
    others = [title for title in sheets if title not in read]
    more = (
        f" The other sheets are not read: {', '.join(others[:3])}{' …' if len(others) > 3 else ''}." if others else ""
    )
    notes = [f"Read from the {'sheet' if len(read) == 1 else 'sheets'} {', '.join(read)}.{more}"]
    if n := sum(len(merged[title]) for title in read):
        notes.append(f"Merged cells: {n:,}. Their value stands in each of their rows.")
    if n := sum(len(_UNCOMPUTED.findall(sources[title])) for title in read):
        said = "the file holds no values of them. Open it in a spreadsheet program, save it, and choose it again."
        notes.append(f"{count_of(n, 'formula')} left out: {said}")
    return text, tuple(notes)


def _spread(rows: Iterable[list[str]], merged: Sequence[tuple[bytes, ...]]) -> Iterable[list[str]]:
    """Return the rows of a sheet with the value of merged cells in each of their rows.

    It stands in each of their columns where the row has other cells: alone in its row it is a title. A row with such
    cells and the one below it are one header.
    """
    if not merged:
        return rows
    from openpyxl.utils import column_index_from_string

    filled, header = list(rows), 0
    for left, top, right, bottom in merged:
        first, last = (column_index_from_string(letters.decode()) for letters in (left, right))
        spanned = filled[int(top) - 1 : int(bottom)]
        value = spanned[0][first - 1] if spanned else ""
        for row in spanned:
            row[first - 1] = value
            if any(row[: first - 1]) or any(row[last:]):
                row[first - 1 : last] = [value] * len(row[first - 1 : last])
                header = header or (int(top) if last > first else 0)
    if header:
        end = max(header + 1, *(int(bottom) for _, top, _, bottom in merged if int(top) == header))
        names = ("_".join(dict.fromkeys(filter(None, cells))) for cells in zip(*filled[header - 1 : end], strict=False))
        filled[header - 1 : end] = [list(names)]
    return filled


def _of_sheets(sheets: Mapping[str, bytes]) -> tuple[bytes, list[str]]:
    """Return the text of the first sheet that is not tiny beside another, or of those with its header.

    Of several, a further column says the sheet: its title may be the genre or the part of a split.
    """
    largest = max(map(len, sheets.values()))
    first = next(title for title, text in sheets.items() if len(text) * TINY >= largest)
    if len(sheets) == 1:
        return sheets[first], [first]
    rows = {title: csv.reader(io.StringIO(text.decode(), newline="")) for title, text in sheets.items()}
    headers = {title: next(own, []) for title, own in rows.items()}
    alike = [title for title, header in headers.items() if header and header == headers[first]]
    if len(alike) < 2:
        return sheets[first], [first]
    told = ([*row, title] for title in alike for row in rows[title])
    return _written(chain([[*headers[first], "sheet"]], told)), alike


def _cell(value: object) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return str(value.date())
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return "" if value is None else str(value)


def _written(rows: Iterable[list[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(row for row in rows if any(row))
    return buffer.getvalue().encode("utf-8", "replace")
