"""How a person says that a file is to be read, where what was found out is not what was meant."""

import codecs
import json
from dataclasses import asdict, dataclass
from typing import Self

from genre_core.errors import DataError

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", " ": "blanks"} | {
    "^": "carets",
    "~": "tildes",
    ":": "colons",
    "\x01": "Ctrl-A signs",
}
DECIMALS = {".": "points", ",": "commas"}
THOUSANDS = {".": "points", ",": "commas", " ": "blanks", "'": "apostrophes", "none": "no signs"}
ENCODINGS = (
    *("utf-8", "utf-16", "windows-1252", "iso-8859-15", "mac-roman", "cp850", "cp437"),
    *("windows-1250", "iso-8859-2", "cp852", "windows-1251", "koi8-r", "koi8-u", "cp866", "mac-cyrillic"),
    *("windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "cp874"),
    *("gb18030", "big5", "shift-jis", "euc-jp", "iso-2022-jp", "euc-kr"),
)
"""Encodings to choose from; the terminal takes any that Python knows."""
MAX_HEADER = 1000


@dataclass(frozen=True)
class How:
    """A person's choices for a file; what is empty is found out.

    `header` is the number of the row with the names of the columns, blank lines not counted: 0 where there is none, -1
    to find it. `missing` are further texts that mean a missing value. `keep_rows` keeps rows that do not fit: ragged
    ones, cut or filled, and those of joined files that the other lacks.
    Raises DataError where a sign or an encoding is unknown, or one sign stands before decimals and between thousands.
    """

    encoding: str = ""
    separator: str = ""
    decimal: str = ""
    thousands: str = ""
    header: int = -1
    missing: tuple[str, ...] = ()
    keep_rows: bool = False

    def __post_init__(self) -> None:
        _refuse_other(self.separator, SEPARATORS, "separator")
        _refuse_other(self.decimal, DECIMALS, "sign before decimals")
        _refuse_other(self.thousands, THOUSANDS, "sign between thousands")
        if self.decimal and self.decimal == self.thousands:
            raise DataError(
                f"“{self.decimal}” cannot stand before decimals and between thousands: choose another sign."
            )
        if not self.decimal and self.thousands in DECIMALS:
            object.__setattr__(self, "decimal", "," if self.thousands == "." else ".")
        if not -1 <= self.header <= MAX_HEADER:
            raise DataError(f"The header's row is a number from 0 to {MAX_HEADER:,}; 0 means that there is none.")
        try:
            codecs.lookup(self.encoding or "utf-8")
        except LookupError as error:
            raise DataError(
                f"“{self.encoding}” is no encoding: choose one such as {', '.join(ENCODINGS[:4])}."
            ) from error

    @property
    def is_said(self) -> bool:
        """Say whether a person said anything."""
        return self != FOUND_OUT

    def to_json(self) -> str:
        """Return it as text, the same for the same values."""
        said = asdict(self)
        if not self.keep_rows:
            del said["keep_rows"]  # what was stored before there was this
        return json.dumps(said, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        said = json.loads(text)
        return cls(**{**said, "missing": tuple(said.get("missing", ()))})

    def sentence(self) -> str:
        """Return the sentence on what was said, nothing where nothing was."""
        parts = [
            f"as {self.encoding}" if self.encoding else "",
            f"{SEPARATORS[self.separator]} between columns" if self.separator else "",
            f"{DECIMALS[self.decimal]} before decimals" if self.decimal else "",
            f"{THOUSANDS[self.thousands]} between thousands" if self.thousands else "",
            "without a header" if self.header == 0 else f"the header in row {self.header:,}" if self.header > 0 else "",
            f"{', '.join(f'“{word}”' for word in self.missing)} as missing" if self.missing else "",
            "rows that do not fit kept" if self.keep_rows else "",
        ]
        return f"Read as you chose: {'; '.join(filter(None, parts))}." if self.is_said else ""


def sign(text: str) -> str:
    """Return the sign that a text names: itself, or `tab` for a tab, `blank` for a blank."""
    return {"tab": "\t", "\\t": "\t", "blank": " ", "space": " ", "ctrl-a": "\x01"}.get(text.lower(), text)


def _refuse_other(value: str, known: dict[str, str], what: str) -> None:
    if value and value not in known:
        words = ", ".join({"\t": "tab", " ": "blank", "\x01": "ctrl-a"}.get(one, one) for one in known)
        raise DataError(f"“{value}” is no {what} that is read: choose one of {words}.")


FOUND_OUT = How()
"""Nothing is said."""
