"""Numbers as they are written, on pages and in the terminal alike."""

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

GAP = "\u202f"
"""Narrow no-break space: between a number and its unit."""
NO_INTERVAL = "too few for an interval"


class HasLimits(Protocol):
    """A range with a lower and an upper limit, such as `genre_core.evaluation.uncertainty.Interval`."""

    @property
    def low(self) -> float:
        """Return the lower limit."""

    @property
    def high(self) -> float:
        """Return the upper limit."""


Limits = TypeVar("Limits", bound=HasLimits)


def percent(rate: float, interval: HasLimits | None = None, too_few: str = "", decimals: int = 1) -> str:
    """Return a rate in [0, 1] with its interval: `79.9 % (77.6–82.1)`; a dash where there is none (NaN).

    `too_few` says what gives no interval, where nothing is told: `3 artists are too few for an interval`.
    """
    if rate != rate:
        return "–"
    text = f"{100 * rate:.{decimals}f}{GAP}%"
    return text if interval is None else f"{text} ({spread(interval, too_few, decimals)})"


def unbroken(text: str) -> str:
    """Return a text in which a number and its per cent sign stay on one line."""
    return re.sub(r"(?<=\d) (?=%)", GAP, text)


def size(n_bytes: float) -> str:
    """Return how large a file is: `107 KB`, `1.2 MB`."""
    if n_bytes < 1e6:
        return f"{max(1, round(n_bytes / 1e3)):,}{GAP}KB"
    return f"{n_bytes / 1e6:,.1f}{GAP}MB"


def nothing_told(interval: HasLimits) -> bool:
    """Return whether an interval of a rate, or of a difference of rates, leaves nothing out."""
    return interval.low <= 0.0 and interval.high >= 1.0


def told(interval: Limits | None) -> Limits | None:
    """Return an interval of a rate to be drawn; None where it leaves nothing out."""
    return None if interval is None or nothing_told(interval) else interval


def too_few(number: int, noun: str) -> str:
    """Say that so many groups give no interval: `3 artists are too few for an interval`."""
    return f"{count(number, noun)} {'is' if number == 1 else 'are'} {NO_INTERVAL}"


def one_each(noun: str) -> str:
    """Say that one group in each genre gives no interval over genres: `1 artist a genre is too few for an interval`."""
    return f"1 {noun} a genre is {NO_INTERVAL}"


def spread(interval: HasLimits, too_few: str = "", decimals: int = 1) -> str:
    """Return a range of rates in percent, without its unit: `77.6–82.1`; what is `too_few` where nothing is told."""
    if nothing_told(interval):
        return too_few or NO_INTERVAL
    return f"{100 * interval.low:.{decimals}f}–{100 * interval.high:.{decimals}f}"


def points(difference: float, interval: HasLimits | None = None, decimals: int = 1) -> str:
    """Return a difference of rates with its interval: `12.4 points (9.1 to 15.7)`; of a size alone, pass its size."""
    text = f"{100 * difference:.{decimals}f}{GAP}points"
    if interval is not None and interval.low <= -1.0 and interval.high >= 1.0:
        return f"{text} ({NO_INTERVAL})"
    if interval is not None:
        text += f" ({100 * interval.low:.{decimals}f} to {100 * interval.high:.{decimals}f})"
    return text.replace("-", "\u2212")


def signed_points(difference: float) -> str:
    """Return a difference of rates with its sign: `+1.2 points`."""
    return f"{'+' if difference >= 0 else ''}{points(difference)}"


def judged(part: str, n_rows: int, n_tracks: int, unit: str, whole: str = "track") -> str:
    """Return what is judged: `1,197 test tracks`, `45 test tracks (449 segments)`, `449 test segments of 45 tracks`."""
    segment, track = f"{part} segment".strip(), f"{part} {whole}".strip()
    if n_rows == n_tracks:
        return count(n_tracks, track)
    if unit == "row":
        return f"{count(n_rows, segment)} of {count(n_tracks, whole)}"
    return f"{count(n_tracks, track)} ({count(n_rows, 'segment')})"


def count(number: int, noun: str = "", nouns: str = "") -> str:
    """Return a number with its noun: `1,200`, `1 track`, `1,200 tracks`."""
    if not noun:
        return f"{number:,}"
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def joined(words: list[str], last: str = "and") -> str:
    """Return words as a list in a sentence: `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def capitalized(text: str) -> str:
    """Return a text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def quoted_at_starts(text: str, genres: Sequence[str]) -> str:
    """Quote genres in lower case at the start of a sentence, where they would look like a slip: `“rock” is hard.`."""
    for genre in genres:
        if genre[:1].islower():
            text = re.sub(rf"(^|[.:] )({re.escape(genre)})(?=[ ,])", r"\1“\2”", text)
    return text
