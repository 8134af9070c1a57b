"""Column names that mean the same: spelled otherwise, or likely renamed."""

import difflib
import re
from collections.abc import Iterable, Sequence

from genre_core.data.tables.cells import plain
from genre_core.errors import DataError

Words = tuple[str, ...]
CLOSE = 0.6
"""How alike two names are at least, of which one may be the other renamed."""


def words_of(name: str) -> Words:
    """Return a name as its words and numbers: `mfcc`, `1` and `mean` of both `mfcc1_mean` and `MFCC 01 Mean`."""
    return tuple(word.lstrip("0") or "0" if word.isdigit() else word for word in re.findall(r"[a-z]+|\d+", plain(name)))


def spelled_otherwise(features: Iterable[str], columns: Iterable[str]) -> dict[str, str]:
    """Return for features the one column that has the same words; none where several features or columns have them."""
    ours, theirs = _by_words(features), _by_words(columns)
    return {own[0]: theirs[words][0] for words, own in ours.items()
            if words and len(own) == 1 and len(theirs.get(words, ())) == 1}  # fmt: skip


def perhaps_renamed(features: Iterable[str], columns: Iterable[str]) -> dict[str, str]:
    """Return for features a column that may be the same under another name: with the same numbers, each column once."""
    left, found = {column: words_of(column) for column in columns}, dict[str, str]()
    for feature in features:
        words = words_of(feature)
        fitting = {column: _alike(words, other) for column, other in left.items() if _numbers(words) == _numbers(other)}
        best = max(fitting, key=lambda column: fitting[column], default="")
        if best and fitting[best] >= CLOSE:
            found[feature] = best
            del left[best]
    return found


def read_renamed(given: Iterable[str], features: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """Read texts such as `tempo=BPM`; return the column for each feature.

    Raises DataError where one is no such pair, or names a feature or a column that there is not.
    """
    found = {}
    for text in given:
        ways = [(text[:at], text[at + 1 :]) for at, letter in enumerate(text) if letter == "="]
        fitting = [(one.strip(), other.strip()) for one, other in ways if one.strip() in features] or ways[:1]
        if not fitting:
            raise DataError(f"{text[:60]} is no pair: write FEATURE=COLUMN, such as {features[0]}={columns[0]}.")
        feature, column = fitting[0]
        if feature not in features:
            raise DataError(f"The run has no feature {feature[:60]}{_did_you_mean(feature, features)}")
        if column not in columns:
            raise DataError(f"The table has no column {column[:60]}{_did_you_mean(column, columns)}")
        found[feature] = column
    return found


def _by_words(names: Iterable[str]) -> dict[Words, list[str]]:
    found: dict[Words, list[str]] = {}
    for name in names:
        found.setdefault(words_of(name), []).append(name)
    return found


def _numbers(words: Words) -> Words:
    return tuple(sorted(word for word in words if word.isdigit()))


def _alike(one: Words, other: Words) -> float:
    """Return how alike two names are, from 0 to 1, whatever the order of their words."""
    if sorted(one) == sorted(other):
        return 1.0
    return difflib.SequenceMatcher(None, "".join(sorted(one)), "".join(sorted(other))).ratio()


def _did_you_mean(name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    return f": did you mean {close[0]}?" if close else f", but {', '.join(names[:5])}{' …' if len(names) > 5 else '.'}"
