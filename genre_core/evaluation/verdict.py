"""Verdicts of comparisons in words, for pages and the terminal alike."""

from genre_core.evaluation.comparison import Comparison
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.needed import rounded
from genre_core.evaluation.paired import LEVEL
from genre_core.text import NO_INTERVAL, count, nothing_told

MOST_NEEDED = 10_000_000
"""Beyond so many tracks it is kinder to say that no collection is large enough."""


def verdict(found: Comparison, nouns: str, gap: str = " ") -> str:
    """Say in a sentence which run is better, or that it cannot be told.

    `nouns` are the tracks they are compared on ("test tracks"), `gap` stands between a number and its unit.
    """
    tracks = f"{found.matched.n:,} {nouns if found.matched.n != 1 else nouns.removesuffix('s')}"
    if found.kind == "same":
        return f"The same: both make the same prediction on all {tracks}."
    if found.kind == "undecided":
        return f"No clear difference on {tracks}."
    ahead, behind = (found.first, found.second) if found.kind == "first" else (found.second, found.first)
    size = f"{100 * abs(found.matched.difference):.1f}{gap}points"
    return f"{ahead} is better than {behind} by {size} of accuracy on {tracks}."


def why(found: Comparison, gap: str = " ") -> str:
    """Say what a verdict rests on: the difference with its interval, the tracks that tell, and the test."""
    pair = found.matched
    groups = (
        f"; these groups tell as much as {round(pair.effective):,} independent tracks"
        if pair.effective < pair.n
        else ""
    )
    first, two = count(pair.only_first, "track"), (found.first, found.second)
    return (
        f"Accuracy is {higher(pair.difference, pair.interval, *two, gap)}, macro-F1 "
        f"{higher(found.macro_f1, found.macro_f1_interval, *two, gap)}. Only {found.first} is right on {first}, "
        f"only {found.second} on {pair.only_second:,}: {chance(found.p_adjusted)}{groups}."
        f"{which_decides(pair.p, pair.interval)}"
    )


def overlooked(found: Comparison, gap: str = " ") -> str:
    """Say how small a difference the comparison could miss, and what would show it; nothing where one is told."""
    if found.kind != "undecided":
        return ""
    missed = f"A difference under {_point(found.detectable)}{gap}points could be missed"
    if found.needed is None:
        return f"{missed}, and both are right equally often."
    needed = found.needed_range.least
    if needed is None or needed > MOST_NEEDED:
        return f"{missed}; no collection is large enough to show the true difference."
    if needed <= found.matched.n:
        return f"{missed}. Nobody can say from these how many tracks would show the true difference."
    return f"{missed}. To show the true difference, you would need {found.needed_range.say('track')}."


def higher(difference: float, interval: Interval | None, first: str, second: str, gap: str = " ") -> str:
    """Say for which of two a score is higher, and by how much: `higher for B by 0.6 points (−0.9 to 2.1)`."""
    if round(1000 * difference) == 0:
        return f"the same for both, {points(difference, interval, gap)}"
    if difference > 0:
        return f"higher for {first} by {points(difference, interval, gap).lstrip('+')}"
    return higher(-difference, interval and -interval, second, first, gap)


def which_decides(p: float, interval: Interval) -> str:
    """Say which of the two counts where the test and the interval of a difference disagree, as a few tracks may."""
    agrees = (p >= LEVEL) == (interval.low <= 0 <= interval.high)
    return (
        ""
        if agrees or nothing_told(interval)
        else " Test and interval disagree, as they may on a few tracks: the test decides."
    )


def chance(p: float) -> str:
    """Say how often chance alone makes a difference at least as large: `by chance once in 12 times (p = 0.083)`."""
    if p > 0.5:
        return f"chance alone would do this more often than not ({p_value(p)})"
    if p < 1e-4:
        return f"chance alone would do this less than once in 10,000 ({p_value(p)})"
    return f"chance alone would do this once in {rounded(round(1 / p)):,} ({p_value(p)})"


def p_value(p: float) -> str:
    """Return a p-value as it is written: `p = 0.083`, `p < 0.001`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def points(difference: float, interval: Interval | None, gap: str = " ") -> str:
    """Return a difference of rates with its sign and interval: `+0.6 points (−0.9 to 2.1)`."""
    sign = "+" if round(1000 * difference) > 0 else ""
    text = f"{sign}{_point(difference)}{gap}points"
    if interval is not None and nothing_told(interval):
        text += f" ({NO_INTERVAL})"
    elif interval is not None:
        text += f" ({_point(interval.low)} to {_point(interval.high)})"
    return text.replace("-", "\N{MINUS SIGN}")


def _point(rate: float) -> str:
    return f"{round(100 * rate, 1) + 0.0:.1f}"
