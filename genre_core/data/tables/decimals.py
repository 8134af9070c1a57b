"""Which sign stands before decimals in a text table, told by its cells, and where nothing tells it."""

import re
from itertools import islice

UNKNOWN = "?"
"""Nothing tells the sign, and some cells could mean a thousand or one and decimals."""
SURE = 10
"""How many times as many cells must speak for one sign as for the other where both occur."""
SAMPLED_BYTES = 2 * 1024**2
"""Where nothing in so many bytes tells the sign, all are looked at."""
MOST_COUNTED = 1000

_GROUP = rb"(?: |\xc2\xa0|\xe2\x80\xaf|\xe2\x80\x89|'|\xe2\x80\x99)"


def find_decimal(text: bytes, separator: str) -> str:
    """Return the sign before decimals of a text in UTF-8: a point, a comma or `UNKNOWN`.

    Beside commas between columns a comma in a number stands in quotation marks.
    """
    point, comma = _only(b".", b",", separator), _only(b",", b".", separator)
    for part in (text[:SAMPLED_BYTES], text):
        n_point = sum(1 for _ in islice(point.finditer(part), MOST_COUNTED))
        can_have_commas = separator != "," or b'"' in part
        n_comma = sum(1 for _ in islice(comma.finditer(part), MOST_COUNTED)) if can_have_commas else 0
        if n_point or n_comma:
            break
    if n_comma > SURE * n_point:
        return ","
    if n_point > SURE * n_comma:
        return "."
    return UNKNOWN if n_point or _cells(rb"[1-9]\d{0,2}\.\d{3}", separator, b".").search(text) else "."


def _only(sign: bytes, other: bytes, separator: str) -> re.Pattern[bytes]:
    """Return the pattern of cells in which a sign can stand before decimals alone, or the other between groups."""
    s, o = re.escape(sign), re.escape(other)
    with_sign = (
        rb"(?:\d{1,3}(?:%b\d{3})+%b\d*|\d{1,3}(?:%b\d{3})+%b\d+|0*%b\d+|0+\d*%b\d+|\d+%b\d{1,2}|\d+%b\d{4,}|"
        rb"\d{4,}%b\d+|\d*%b\d+[eE][-+]?\d+)"
    ) % (o, s, _GROUP, s, s, s, s, s, s, s)
    grouped = rb"\d{1,3}(?:%b\d{3}){2,}" % o
    return re.compile(_cells(with_sign, separator, sign).pattern + b"|" + _cells(grouped, separator, other).pattern)


def _cells(number: bytes, separator: str, sign: bytes) -> re.Pattern[bytes]:
    """Return the pattern of whole cells; where the sign separates columns as well, of those in quotation marks."""
    between = re.escape(separator.encode())
    start, end = (rb'"', rb'"') if sign == separator.encode() else (rb'["\n%b]' % between, rb'["\r\n%b]|\Z' % between)
    return re.compile(rb"(?<=%b) *(?:[-+]|\xe2\x88\x92|\xe2\x80[\x90-\x94])?%b *(?=%b)" % (start, number, end))
