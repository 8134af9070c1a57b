"""Numbers as people write them in a column of text: with signs of grouping, a unit, a typographic minus, or a slip.

Which sign stands before decimals is told by the column itself where it can be, and else by the file.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray
from genre_core.data.tables.decimals import UNKNOWN
from genre_core.data.tables.delimited import count_of

if TYPE_CHECKING:
    import pandas as pd

MOST_ODD = 0.1
"""Share of values that may be no numbers in a column that is taken for one of numbers."""
MOST_TAKEN = 0.5
"""That share in a column that a person takes as a feature."""
GLANCE_ROWS = 2000
_MULTIPLIERS = ("k", "K", "m", "M", "G", "µ", "%", "‰")

# Patterns as text run in Arrow.
_BLANKS, _APOSTROPHES = " \u00a0\u202f\u2009", "'’_"
_MINUS = r"^[-−–‐‑—－]\s*(?=[\d.,])"
"""A minus as people type it, and as programs make it look better."""
_PLAIN = r"^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$"
_ONLY_POINT = (
    r"^[-+]?(?:\d{1,3}(?:,\d{3})+\.\d*|\d*\.\d{1,2}|\d*\.\d{4,}|0\.\d+|\d{4,}\.\d+|\d*\.\d+[eE].*|"
    r"\d{1,3}(?:,\d{3}){2,}|\d{1,2}(?:,\d{2})+,\d{3})$"
)
_ONLY_COMMA = (
    r"^[-+]?(?:\d{1,3}(?:\.\d{3})+,\d*|\d*,\d{1,2}|\d*,\d{4,}|0,\d+|\d{4,},\d+|\d*,\d+[eE].*|"
    r"\d{1,3}(?:\.\d{3}){2,})$"
)
_POWER = r"^([-+]?\d+\.?\d*)(?:[dD]|\s?[x×*·]\s?10\^?)([-+]?\d+)$"
"""Powers of ten as Fortran writes them, and people."""
_NEGATIVE = r"^(?:\(([\d.,'’\s]+)\)|([\d.,'’\s]+)-)$"
"""A negative number as accountants write it."""
_EITHER = r"^[-+]?[1-9]\d{0,2}[.,]\d{3}$"
_EITHER_BY = {sign: rf"^[-+]?[1-9]\d{{0,2}}[{sign}]\d{{3}}$" for sign in ".,"}
_WRAPPED = (
    r"^(?:(?:\w+\.)?(?:float|u?int|tensor|array|Decimal)\d*\(['\[]?|\[|[$€£¥₹]\s?|[~≈]\s?)"
    r"([-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)\.?(?:['\]]?(?:, \w+=[^,]+)*\)|\])?$"
)
"""A number with a currency or a tilde before it, or as Python, NumPy and PyTorch show one: `np.float64(1.5)`."""
_OTHER_DIGITS = "[٠-٩۰-۹०-९０-９]"
_ASCII_DIGITS = {zero + digit: str(digit) for zero in (0x660, 0x6F0, 0x966, 0xFF10) for digit in range(10)} | {
    0x66B: ".",
    0x66C: ",",
    0xFF0C: ",",
    0xFF0E: ".",
}


@dataclass(frozen=True)
class Signs:
    """The file's sign before decimals, whether a person said so, and which sign may stand between thousands.

    The latter is empty for any, and `none` for none.
    """

    decimal: str = "."
    thousands: str = ""
    is_said: bool = False

    @classmethod
    def of(cls, reader: Mapping[str, str]) -> Self:
        """Return those of a stored table."""
        said = json.loads(reader.get("said", "{}"))
        return cls(reader.get("decimal", "."), reader.get("thousands", ""), bool(said.get("decimal")))

    @property
    def grouping(self) -> str:
        """Return the blanks and apostrophes that may stand between thousands."""
        return {"": _BLANKS + _APOSTROPHES, " ": _BLANKS, "'": _APOSTROPHES}.get(self.thousands, "")


@dataclass(frozen=True)
class Written:
    """Numbers (n_rows,) read from text, NaN where one is missing or odd, and what is to be said of that."""

    values: FloatArray
    problem: str = ""


def read_written(text: "pd.Series[str]", signs: Signs = Signs(), most_odd: float = MOST_ODD) -> Written | None:
    """Return a column of text as numbers, where no more than a share of it is odd; None where it is not.

    `text` is stripped, and missing where it says so.
    """
    known = text.dropna()
    if known.iloc[:GLANCE_ROWS].str.contains(_OTHER_DIGITS, regex=True).any():
        known = known.str.translate(_ASCII_DIGITS)
    if known.empty or not known.iloc[:GLANCE_ROWS].str.contains(r"\d", regex=True).mean() >= 1 - most_odd:
        return None
    bare, wrapped = _unwrapped(known)
    bare = bare.str.replace(_MINUS, "-", regex=True)
    if signs.grouping:
        bare = bare.mask(
            bare.str.match(_grouped(signs.grouping)), bare.str.replace(f"[{signs.grouping}]", "", regex=True)
        )
    bare, unit = _without_unit(bare)
    sign, unclear = (signs.decimal, "") if signs.is_said else _sign(bare, signs.decimal)
    if unclear:
        if not _mostly(bare, f"(?:{_PLAIN})|(?:{_EITHER})|(?:{_ONLY_COMMA})"):
            return None
        return Written(np.full(len(text), np.nan), unclear)
    other = "." if sign == "," else ","
    unsure = _unsure(bare, sign, other) if not signs.is_said else np.zeros(len(bare), dtype=bool)
    if unsure.sum() > most_odd * len(bare):
        return Written(np.full(len(text), np.nan), _said_unsure(known[unsure], sign))
    splits = bare.str.contains(other, regex=False)
    if signs.thousands in ("", other):
        splits &= ~bare.str.match(_grouped(other, sign))
    splits |= unsure
    bare = bare.str.replace(other, "", regex=False).where(~splits, "?")
    bare = bare.str.replace(",", ".", regex=False)
    is_number = bare.str.match(_PLAIN)
    n_odd = int((~is_number).sum())
    if n_odd > most_odd * len(known):
        return None
    values = np.full(len(text), np.nan)
    values[np.flatnonzero(text.notna().to_numpy())[is_number.to_numpy()]] = bare[is_number].astype(np.float64)
    told = (_odd(known, ~is_number & ~unsure), _said_unsure(known[unsure], sign), wrapped, unit)
    return Written(values, " ".join(filter(None, told)))


BOTH_WAYS = (
    "Numbers such as 1,234 can mean a thousand or one and decimals, and nothing here tells which: read the file "
    "otherwise, with the sign before decimals."
)


def _unsure(bare: "pd.Series[str]", sign: str, other: str) -> "npt.NDArray[np.bool_]":
    """Say which numbers can be thousands or have decimals: 1.234 beside 98,5 where none is 1.234,5 or 1.234.567."""
    either = bare.str.match(_EITHER_BY[other])
    grouped = bare.str.contains(other, regex=False) & ~either & bare.str.match(_grouped(other, sign))
    with_decimals = bare.str.match(_ONLY_COMMA if sign == "," else _ONLY_POINT)
    return (either & bool(with_decimals.any() and not grouped.any())).to_numpy()


def _said_unsure(values: "pd.Series[str]", sign: str) -> str:
    if not (n := len(values)):
        return ""
    signs = ("comma", "point") if sign == "," else ("point", "comma")
    value = f"{n:,} {'value counts' if n == 1 else 'values count'} as missing, such as “{values.iloc[0]}”"
    return (
        f"{value} in row {int(values.index[0]) + 1:,}: others have a decimal {signs[0]}, so this {signs[1]} may mark "
        "thousands or be a slip. Read the file otherwise, with the sign between thousands."
    )


def _odd(known: "pd.Series[str]", is_odd: "pd.Series[bool]") -> str:
    if not (n := int(is_odd.sum())):
        return ""
    row = int(np.flatnonzero(is_odd.to_numpy())[0])
    first, where = str(known.iloc[row]), int(known.index[row]) + 1
    value = "value is no number and counts" if n == 1 else "values are no numbers and count"
    which = "" if n == 1 else "the first is "
    return f"{n:,} {value} as missing: {which}“{first[:30]}” in row {where:,}."


def _unwrapped(known: "pd.Series[str]") -> tuple["pd.Series[str]", str]:
    """Return numbers without what programs put around them, and a sentence on it where it is not a spreadsheet's.

    Those write `="1.5"` and `'1.5`; Fortran's 1.5D0 is 1.5E0, and an accountant's (1.5) is -1.5.
    """
    glance = known.iloc[:GLANCE_ROWS]
    if glance.str.startswith(("=", "'")).any():
        known = known.str.replace(r'^="(.*)"$', r"\1", regex=True).str.removeprefix("'")
    told = list[str]()
    for pattern, bare, meaning in (
        (_NEGATIVE, r"-\1\2", ", as accountants write negative numbers"),
        (_POWER, r"\1E\2", ""),
        (_WRAPPED, r"\1", ": the number in it counts"),
    ):
        if not glance.str.match(pattern).any():
            continue
        if meaning:
            found = known[known.str.match(pattern)]
            was = "was" if len(found) == 1 else "were"
            told.append(f"{count_of(len(found), 'value')} {was} written like “{found.iloc[0]}”{meaning}.")
        known = known.str.replace(pattern, bare, regex=True)
    return known, " ".join(told)


def _without_unit(bare: "pd.Series[str]") -> tuple["pd.Series[str]", str]:
    """Return numbers without the unit that most of them have that have one, and a sentence on it."""
    unit = bare.str.extract(r"^[-+]?[\d.,]*\d(?:[eE][-+]?\d+)?\s*([A-Za-z%°]{1,5})$")[0].dropna()
    if unit.empty:
        return bare, ""
    one = unit.str.lower() if unit.str.len().min() > 1 else unit  # m is not M
    unit = unit[one == one.mode().iloc[0]]
    found = str(unit.iloc[0])
    if len(unit) < bare.str.match(r"[-+]?[\d.,]").sum() and found in _MULTIPLIERS:
        return bare, ""  # 1.5k beside 900
    without = bare.str.replace(rf"\s*(?:{'|'.join(map(re.escape, unit.unique()))})$", "", regex=True)
    return without, f"{count_of(len(unit), 'value')} had the unit {found}, which is removed."


def _sign(bare: "pd.Series[str]", decimal: str) -> tuple[str, str]:
    """Return the sign before decimals: that which some number must have, or the file's; else a sentence on why not.

    More numbers than a slip that need one sign beside as many that need the other have none, nor do 1.234 beside 5,678.
    """
    only = bare.str.match(_ONLY_POINT), bare.str.match(_ONLY_COMMA)
    either = bare.str.match(_EITHER_BY["."]), bare.str.match(_EITHER_BY[","])
    for point, comma in (only, either):
        if min(point.sum(), comma.sum()) > MOST_ODD * len(bare):
            return "", (
                f"Some of its numbers have a point and others a comma, such as “{bare[point].iloc[0]}” and "
                f"“{bare[comma].iloc[0]}”, which cannot both stand before decimals: write all of them one way."
            )
    n_point, n_comma = (int(one.sum()) for one in only)
    if n_point or n_comma:
        return "," if n_comma > n_point else ".", ""
    is_unknown = (either[0] | either[1]) if decimal == UNKNOWN else bare.str.match(r"^[-+]?\d+,\d{3}$")
    if decimal == "," or not is_unknown.any():
        return decimal.replace(UNKNOWN, "."), ""
    return "", BOTH_WAYS


def _grouped(between: str, decimal: str = ".,") -> str:
    """Return the pattern of numbers with one of some signs between each three digits before the decimals."""
    groups = rf"\d{{1,3}}(?:[{between}]\d{{3}})+"
    if between == ",":  # as in India
        groups = rf"(?:{groups}|\d{{1,2}}(?:,\d{{2}})+,\d{{3}})"
    return rf"^[-+]?{groups}(?:[{decimal}]\d*)?(?:[eE][-+]?\d+)?\s*[A-Za-z%°]{{0,5}}$"


def _mostly(bare: "pd.Series[str]", pattern: str) -> bool:
    return bool(bare.str.match(pattern).mean() >= 1 - MOST_ODD)
