"""From the bytes of a file to text: which encoding it is in, and which files that are no table look like one."""

import codecs
import re

from genre_core.errors import DataError

BLOCK_BYTES = 1024**2
BLANK = b" \t\r\n\f\v\0\xef\xbb\xbf\xfe\xff"
"""Bytes that a text without any content may consist of: white space and byte order marks."""


def decode(name: str, data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return a file's text as UTF-8, and a note where it was something else.

    Raises
    ------
    DataError
        The file is empty, is not text, or is text but not the table.
    """
    if not data.strip(BLANK):
        raise DataError(f"{name} is empty: choose a file that holds a table.")
    _refuse_other_formats(name, data)
    encoding = _utf16(data)
    if encoding is None:
        if b"\0" in data[:4096] or len(re.findall(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]", data[:4096])) > 8:
            raise DataError(f"{name} is a binary file, not a table: save it as CSV or Parquet first.")
        if _is_utf8(data):
            return data.removeprefix(b"\xef\xbb\xbf"), ()
        encoding = "windows-1252"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is text in none of the encodings read here: save it as UTF-8.") from error
    return text.encode(), (f"Read as {encoding.capitalize() if encoding.startswith('w') else 'UTF-16'}.",)


def _refuse_other_formats(name: str, data: bytes) -> None:
    start = data[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(b"version https://git-lfs"):
        raise DataError(
            f"{name} is a Git-LFS pointer, not the data: fetch the data with `git lfs pull`, then choose it again."
        )
    if start.startswith((b"<!doctype", b"<html")):
        raise DataError(f"{name} is a web page, not a table: download the file itself.")
    if data.startswith(b"PK\x03\x04"):
        raise DataError(f"{name} is a workbook or a zip archive: save the sheet as CSV, or unpack the archive.")
    if data.startswith(b"\x1f\x8b"):
        raise DataError(f"{name} is compressed: unpack it first.")


def _is_utf8(data: bytes) -> bool:
    """Say whether bytes are text in UTF-8, without ever holding the text as a whole."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), BLOCK_BYTES):
            decoder.decode(view[start : start + BLOCK_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _utf16(data: bytes) -> str | None:
    """Return the codec of a text in UTF-16, with or without its byte order mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = data[:2000:2].count(0), data[1:2000:2].count(0)
    half = len(data[:2000]) // 2
    if odd > 0.9 * half and not even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.9 * half and not odd else None
