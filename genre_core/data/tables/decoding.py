"""From the bytes of a file to text: which encoding it is in, and which files that are no table look like one."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from genre_core.data.tables.letters import likely
from genre_core.errors import DataError

BLOCK_BYTES = 1024**2
BLANK = b" \t\r\n\f\v\0\xef\xbb\xbf\xfe\xff"
"""Bytes that a text without any content may consist of: white space and byte order marks."""
_WESTERN = "windows-1252"
_EAST_ASIAN = ("gb18030", "shift-jis", "euc-kr", "big5")
_EAST_ASIAN_LETTERS = (("\u3040", "\u30ff"), ("\u4e00", "\u9fff"), ("\uac00", "\ud7a3"))
_SAMPLED_LINES = 200
AS_LIKELY = "just as likely,"
"""Words of the note on a text that could be in another encoding as well."""
CHOOSE = "choose the one that is right."
_BOTH = re.compile(rf"Read as (\S+), in which it says .*; {AS_LIKELY} as (\S+) it says")


def decode(name: str, data: bytes, encoding: str = "") -> tuple[bytes, tuple[str, ...]]:
    """Return a file's text as UTF-8, and a note where it was something else; `encoding` is found where none is given.

    Raises
    ------
    DataError
        The file is empty, is not text, is text but not the table, or is in another encoding than the given one.
    """
    if not data[:BLOCK_BYTES].strip(BLANK) and not data.strip(BLANK):
        raise DataError(f"{name} is empty: choose a file that holds a table.")
    _refuse_other_formats(name, data)
    is_said = bool(encoding)
    found = _Found(encoding or _utf16(data) or "")
    if not found.encoding:
        if b"\0" in data[:4096] or len(re.findall(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]", data[:4096])) > 8:
            raise DataError(f"{name} is a binary file, not a table: save it as CSV or Parquet first.")
        if _is_utf8(data):
            return data.removeprefix(b"\xef\xbb\xbf"), ()
        found = _guess(data)
    try:
        text = data.decode(found.encoding).removeprefix("\ufeff")
    except (UnicodeError, LookupError) as error:
        if is_said:
            raise DataError(f"{name} is not {encoding}: choose another encoding, or none to have it found.") from error
        raise DataError(f"{name} is text in none of the encodings read here: save it as UTF-8.") from error
    return text.encode("utf-8", "replace"), () if is_said else (_note(found, text),)


def _note(found: "_Found", text: str) -> str:
    encoding = found.encoding
    said = encoding.upper() if encoding.startswith(("utf-16", "iso")) else encoding[:1].upper() + encoding[1:]
    example = re.search(r"[^\W\d_]*[^\x00-\x7f][^\W\d_]*", text)
    if encoding.startswith("utf-16") or example is None:
        return f"Read as {said.partition('-LE')[0].partition('-BE')[0]}."
    if found.rival:
        here, there = (f"“{word[:30]}”" for word in found.words)
        return f"Read as {said}, in which it says {here}; {AS_LIKELY} as {found.rival} it says {there}: {CHOOSE}"
    return f"Read as {said}, in which it says “{example[0][:30]}”: if that looks wrong, choose another encoding."


def both_encodings(note: str) -> tuple[str, ...]:
    """Return the two encodings that a note leaves to choose from; none where it leaves none."""
    found = _BOTH.search(note)
    return (found[1].lower(), found[2]) if found else ()


@dataclass(frozen=True)
class _Found:
    """An encoding, another one that is as likely, and a word as each has it."""

    encoding: str
    rival: str = ""
    words: tuple[str, str] = ("", "")


def _guess(data: bytes) -> _Found:
    """Return the most likely encoding of text that is no UTF-8.

    In East Asian encodings what is no ASCII comes in pairs of bytes; of the others the words tell.
    """
    lines = [line for line in data.splitlines() if any(byte > 127 for byte in line)][:_SAMPLED_LINES]
    sample = b"\n".join(lines)
    if all(len(run) % 2 == 0 for run in re.findall(rb"[\x80-\xff]+", sample)):
        for encoding in _EAST_ASIAN:
            if _is_east_asian(sample, encoding):
                return _Found(encoding)
    if (found := _Found(*likely(sample))).encoding:
        return found
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return _Found(_WESTERN if best is None else best.encoding.replace("cp125", "windows-125").replace("_", "-"))


def _is_east_asian(sample: bytes, encoding: str) -> bool:
    try:
        odd: Iterable[str] = (letter for letter in sample.decode(encoding) if ord(letter) > 127)
    except UnicodeDecodeError:
        return False
    return all(
        "\u3040" <= letter <= "\u30ff" or "\u4e00" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7a3"
        for letter in odd
    )


def _refuse_other_formats(name: str, data: bytes) -> None:
    start = data[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(b"version https://git-lfs"):
        raise DataError(
            f"{name} is a Git-LFS pointer, not the data: fetch the data with `git lfs pull`, then choose it again."
        )
    if start.startswith((b"<!doctype", b"<html")):
        raise DataError(f"{name} is a web page, not a table: download the file itself.")
    if data.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise DataError(f"{name} is a workbook or a zip archive, or compressed: unpack it first.")


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
