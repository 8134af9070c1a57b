"""How numbers, counts and tables are written in a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from genre_core.text import NO_INTERVAL
from genre_core.text import count as count
from genre_core.text import judged as written

Document = Mapping[str, Any]
"""Documents that `--json` prints."""

PARTS = {"train": "training"}
_PLAIN = str.maketrans({"\u202f": " ", "–": "-", "\N{MINUS SIGN}": "-"})


def plain(sentence: str) -> str:
    """Return a sentence with the spaces and hyphens of a terminal."""
    return sentence.translate(_PLAIN)


def rate(rate: float | None, interval: Sequence[float] | None = None, too_few: str = "") -> str:
    """Return a rate in percent, with its interval where there is one, or what is `too_few` for one."""
    if rate is None:
        return "none"
    if interval is None:
        return f"{100 * rate:.1f} %"
    if list(interval) == [0.0, 1.0]:
        return f"{100 * rate:.1f} % ({too_few or NO_INTERVAL})"
    return f"{100 * rate:.1f} % ({100 * interval[0]:.1f}-{100 * interval[1]:.1f})"


def columns(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Return the lines of a table, the columns in `right` aligned at their ends."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if position in right else cell.ljust(width)
            for position, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (header, *rows)
    ]


def judged_by(document: Document) -> list[str]:
    """Return the sentence that says what the genres were judged by, where labels are wrong now and then."""
    return [f"Judged by the {document['right_about']}."] if document["right_about"] else []


def judged(document: Document, n: int, where: str) -> str:
    """Return what was judged; where its data are gone, `n` rows."""
    if document["n_rows"] is None:
        return count(n, f"{where} row")
    return written(where, document["n_rows"], document["n_tracks"], document["by"])


def small(sentence: str) -> str:
    """Return a sentence as it goes on after a colon."""
    return f"{sentence[0].lower()}{sentence[1:]}"
