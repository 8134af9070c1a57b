"""From the bytes of a file to text: which encoding it is in, and which files that are no table look like one."""

import codecs
import re
from html import unescape

from genre_core.data.tables.delimited import count_of
from genre_core.data.tables.letters import SCRIPTS, Found, likely
from genre_core.errors import DataError

BLOCK_BYTES = 1024**2
_ENTITY = re.compile(rb"&(?:amp|apos|nbsp|#\d{2,5}|[A-Za-z](?:acute|grave|circ|tilde|uml|cedil|ring)|[A-Za-z]{2}lig);")
"""Codes of web pages that stand for letters and signs within names."""
_LOST = "\ufffd".encode()
BLANK = b" \t\r\n\f\v\0\xef\xbb\xbf\xfe\xff"
"""Bytes that a text without any content may consist of: white space and byte order marks."""
_WESTERN = "windows-1252"
_QUOTES = b"\x91\x92\x93\x94\xa0"
"""Quotation marks of Windows and blanks: text with nothing else beyond ASCII is English, as a rule."""
_KANA = 0.4
"""Share of the letters of Japanese that are kana at least, beside kanji."""
_EAST_ASIAN = {
    "euc-jp": ((0xA4, 0xA5), 0xA1),
    "euc-kr": (range(0xB0, 0xC9), 0xA1),
    "big5": (range(0xA4, 0xC7), 0x40),
    "gb18030": (range(0xB0, 0xD8), 0xA1),
    "shift-jis": ((*range(0x82, 0x84), *range(0x88, 0x98)), 0x40),
}
"""Encodings of two bytes a letter, the narrowest first: first bytes of its common letters, least second one."""
LEAST_COMMON = 0.7
"""Share of the letters that are common ones where the encoding is right."""
MANY_LETTERS = 6
"""Different letters from which on an encoding whose few letters are all common ones has no rival."""
LEAST_IN_UTF8 = 0.1
"""Share of the lines with letters beyond ASCII that are UTF-8 by more than chance."""
_SAMPLED_LINES = 200
AS_LIKELY = "just as likely,"
A_GUESS = "which is a guess"
"""Words of the notes on a text that could be in another encoding as well, or in any."""
LEAST_SURE = 0.8
"""Share of the words that fit an encoding that is no guess."""
CHOOSE = "choose the one that is right."
_BOTH = re.compile(rf"Read as (\S+), in which it says .*; {AS_LIKELY} as (\S+) it says")


def decode(name: str, data: bytes, encoding: str = "") -> tuple[bytes, tuple[str, ...]]:
    """Return a file's text as UTF-8, and a note where it was something else; `encoding` is found where none is given.

    Raises DataError where the file is empty, is not text, is text but not the table, or is in another encoding than the
    given one.
    """
    if not data[:BLOCK_BYTES].strip(BLANK) and not data.strip(BLANK):
        raise DataError(f"{name} is empty: choose a file that holds a table.")
    _refuse_other_formats(name, data)
    if encoding or (found := _utf16(data) or ("iso-2022-jp" if b"\x1b$" in data[:BLOCK_BYTES] else "")):
        return _decoded(name, data, encoding, encoding or found)
    n_nul = data.count(b"\0")
    if 100 * data.rstrip(b"\0")[:BLOCK_BYTES].count(b"\0") < len(data[:BLOCK_BYTES]):
        data = data.replace(b"\0", b"")
    if b"\0" in data[:4096] or len(re.findall(rb"[\x02-\x08\x0e-\x1a\x1c-\x1f\x7f]", data[:4096])) > 8:
        raise DataError(f"{name} is a binary file, not a table: save it as CSV or Parquet first.")
    text, notes = _decoded(name, data)
    return text, (*notes, f"{count_of(n_nul, 'zero byte')} passed over.") if n_nul else notes


def _decoded(name: str, data: bytes, said: str = "", encoding: str = "") -> tuple[bytes, tuple[str, ...]]:
    """Return text as UTF-8, and a note where it was something else and nobody `said` so."""
    found = Found(encoding)
    if not encoding:
        if _is_utf8(data):
            data = data.removeprefix(b"\xef\xbb\xbf")
            return (data, ()) if data.isascii() else _once_and_whole(data)
        if (both := _in_two(data)) is not None:
            return both
        found = _guess(data)
    try:
        text = data.decode(found.encoding).removeprefix("\ufeff")
    except (UnicodeError, LookupError) as error:
        if said:
            raise DataError(f"{name} is not {said}: choose another encoding, or none to have it found.") from error
        raise DataError(f"{name} is text in none of the encodings read here: save it as UTF-8.") from error
    return text.encode("utf-8", "replace"), () if said else (_note(found, text),)


def without_entities(text: bytes, notes: tuple[str, ...]) -> tuple[bytes, tuple[str, ...]]:
    """Return a text in UTF-8 in which `&amp;` and codes of letters are what they mean on a web page.

    Those of signs that part columns or cells stay.
    """
    codes = {code for code in _ENTITY.findall(text) if not set(unescape(code.decode())) & set(';,\t"|\r\n')}
    if not codes:
        return text, notes
    first = min(codes).decode()
    read = _ENTITY.sub(lambda code: unescape(code[0].decode()).encode() if code[0] in codes else code[0], text)
    return read, (
        *notes,
        f"Codes of web pages, such as {first}, are read as what they mean: {unescape(first)}.",
    )


def _note(found: Found, text: str) -> str:
    encoding = found.encoding
    said = encoding.upper() if encoding.startswith(("utf", "iso")) else encoding[:1].upper() + encoding[1:]
    example = re.search(r"[^\W\d_]*[^\x00-\x7f][^\W\d_]*", text)
    if encoding.startswith("utf") or example is None:
        return f"Read as {said.partition('-LE')[0].partition('-BE')[0]}."
    if found.rival:
        here, there = (f"“{word[:30]}”" for word in found.words)
        return f"Read as {said}, in which it says {here}; {AS_LIKELY} as {found.rival} it says {there}: {CHOOSE}"
    guess = "" if found.fitting >= LEAST_SURE else f", {A_GUESS}"
    return f"Read as {said}, in which it says “{example[0][:30]}”{guess}: if that looks wrong, choose another encoding."


def both_encodings(note: str) -> tuple[str, ...]:
    """Return the two encodings that a note leaves to choose from; none where it leaves none."""
    found = _BOTH.search(note)
    return (found[1].lower(), found[2]) if found else ()


def _guess(data: bytes) -> Found:
    """Return the most likely encoding of text that is no UTF-8.

    In East Asian encodings what is no ASCII comes in pairs of bytes, mostly beside no Latin letter; of the others the
    words tell.
    """
    lines = [line for line in data.splitlines() if any(byte > 127 for byte in line)][:_SAMPLED_LINES]
    sample = b"\n".join(lines)
    runs = re.findall(rb"[A-Za-z]?[\x80-\xff]+[A-Za-z]?", sample)
    n_within = sum(run[:1].isalpha() or run[-1:].isalpha() for run in runs)
    if sample.translate(None, _QUOTES).isascii() and not re.search(rb"[A-Za-z][\x91\x93\x94][a-z]", sample):
        return Found(_WESTERN)
    is_paired = all(len(run) % 2 == 0 for run in re.findall(rb"[\x80-\xff]+", sample)) and 2 * n_within < len(runs)
    found = likely(sample)
    if found and found.fitting == 1 and found.encoding in SCRIPTS:
        has_kana = is_paired and _common(sample, "euc-jp") >= _KANA
        if not (has_kana or (is_paired and found.encoding == "mac-cyrillic")):
            return found
    if is_paired and (asian := _east_asian(sample)):
        return asian
    if not is_paired and _is_japanese(sample):
        return Found("shift-jis")
    if found:
        return found
    from charset_normalizer import from_bytes

    if not is_paired and (asian := _east_asian(sample)):
        return asian
    best = from_bytes(sample).best()
    name = _WESTERN if best is None else best.encoding.replace("cp125", "windows-125").replace("_", "-")
    return Found(name, fitting=0)


def _is_japanese(sample: bytes) -> bool:
    """Say whether text is in Shift-JIS, whose letters end in ASCII signs: most are common ones and stand together."""
    if _common(sample, "shift-jis") < LEAST_COMMON:
        return False
    words = re.findall(r"[^\x00-\x7f]+", sample.decode("shift-jis"))
    return sum(map(len, words)) >= 2 * len(words)


def _east_asian(sample: bytes) -> Found | None:
    """Return the encoding in which nearly all letters are common ones, and another one of which that is as true."""
    shares = {encoding: _common(sample, encoding) for encoding in _EAST_ASIAN}
    shares["euc-jp"] = min(1.0, shares["euc-jp"] / _KANA)
    best = max(shares, key=lambda encoding: shares[encoding])
    if shares[best] < LEAST_COMMON:
        return None
    rival = next((one for one in shares if one != best and shares[one] == shares[best]), "")
    if not rival or len({*filter(lambda one: ord(one) > 127, sample.decode(best))}) >= MANY_LETTERS:
        return Found(best)
    return Found(best, rival, (_word(sample, best), _word(sample, rival)))


def _common(sample: bytes, encoding: str) -> float:
    """Return the share of the letters beyond ASCII that are common ones; 0 where it is another encoding."""
    first, second = _EAST_ASIAN[encoding]
    try:
        pairs = [letter.encode(encoding) for letter in sample.decode(encoding) if ord(letter) > 127]
    except UnicodeError:
        return 0.0
    return sum(len(pair) == 2 and pair[0] in first and pair[1] >= second for pair in pairs) / max(1, len(pairs))


def _word(sample: bytes, encoding: str) -> str:
    return re.search(r"[^\x00-\x7f]+", sample.decode(encoding))[0]  # type: ignore[index]


def _in_two(data: bytes) -> tuple[bytes, tuple[str, ...]] | None:
    """Return text in UTF-8 of lines that are in UTF-8 and of others that are not; None where it is in one encoding."""
    lines = [line for line in data.splitlines(keepends=True) if not line.isascii()]
    others = [line for line in lines if not _is_utf8(line)]
    if len(lines) - len(others) < LEAST_IN_UTF8 * len(lines):
        return None
    found, whole = likely(b"".join(others)), likely(b"".join(lines[:_SAMPLED_LINES]))
    if found is None or (whole is not None and whole.fitting == 1):
        return None
    encoding = found.encoding
    text = b"".join(
        line.decode(encoding, "replace").encode() if not line.isascii() and not _is_utf8(line) else line
        for line in data.splitlines(keepends=True)
    )
    said = f"{encoding[:1].upper()}{encoding[1:]}"
    return text, (f"{len(lines) - len(others):,} of its lines are in UTF-8, {len(others):,} in {said}.",)


def _once_and_whole(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return text as it was before it was encoded a second time, and say where letters were lost before."""
    data, notes = _without_second(data)
    if not (n := data.count(_LOST)):
        return data, notes
    before, _, after = (data[max(0, data.index(_LOST) - 30) :][:60]).decode("utf-8", "ignore").partition("\ufffd")
    first = re.split(r"[\s,;|\"]", before)[-1] + "\ufffd" + re.split(r"[\s,;|\"]", after)[0]
    letters = "letter was" if n == 1 else "letters were"
    said = (
        f"{n:,} {letters} lost when the file was saved, such as in “{first}”: save it again from its source, as UTF-8."
    )
    return data, (*notes, said)


def _without_second(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return text in UTF-8 as it was before it was taken for another encoding and encoded a second time."""
    for encoding in ("windows-1252", "latin-1"):
        try:
            once = data.decode().encode(encoding)
            text = once.decode()
        except UnicodeError:
            continue
        if text.isascii():
            break
        here, there = (re.search(r"\w*[^\x00-\x7f][^\s,;]*", one)[0] for one in (data.decode(), text))  # type: ignore[index]
        return once, (f"Its letters were encoded twice: “{here[:30]}” is read as “{there[:30]}”.",)
    return data, ()


_OTHER = {
    rb"create table|insert into|-- |/\*!": "SQL, not a table: export the table as CSV",
    rb"<!doctype|<html|<table": "a web page, not a table: download the file itself",
    rb"(---\s+)?- [\w ]+:.*\n  [\w ]+:|(---\s+)?(?:\w+: [^:\n]*\n)+---": "YAML: save it as CSV",
    rb"\[[\w .-]+\]\s*\n[\w .-]+=": "a file of settings (TOML or INI): save its table as CSV",
    rb"\\(documentclass|usepackage|begin\{)": "LaTeX: save its table as CSV",
    rb"[-+\d.]+( \d+:\S+){2}": "a LIBSVM file, whose columns have no names: save it as CSV with a header",
}
"""Other kinds of text by how they begin, in small letters."""


def _refuse_other_formats(name: str, data: bytes) -> None:
    start = data[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(b"version https://git-lfs"):
        raise DataError(
            f"{name} is a Git-LFS pointer, not the data: fetch the data with `git lfs pull`, then choose it again."
        )
    if what := next((what for pattern, what in _OTHER.items() if re.match(pattern, start)), ""):
        raise DataError(f"{name} is {what}.")
    if start.startswith(b"<") and b"</" in data[:BLOCK_BYTES]:
        raise DataError(f"{name} is XML, which is not read: save it as CSV or JSON.")
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
    """Return the codec of a text in UTF-16, with or without its byte order mark, or in UTF-32 with it."""
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = data[:2000:2].count(0), data[1:2000:2].count(0)
    half = len(data[:2000]) // 2
    if odd > 0.9 * half and not even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.9 * half and not odd else None
