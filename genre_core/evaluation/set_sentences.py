"""Sentences about prediction sets, on the page and in the terminal alike."""

from collections.abc import Sequence

from genre_core.evaluation.prediction_sets import PredictionSets, SetRule
from genre_core.text import GAP, count, joined, percent, quoted_at_starts, spread

_NEW = {
    "track": "segments of new tracks",
    "album": "tracks from new albums",
    "artist": "tracks by new artists",
    "group": "tracks of new groups",
}
"""Tracks that a promise is for, by what their groups are."""


def held_sentence(found: PredictionSets, nouns: str) -> str:
    """Say how often sets hold the right genre, against the promise; `nouns` are such as `test tracks`."""
    if found.rule.too_few.all():
        return f"Each set holds all {len(found.rule.limits)} genres: validation is too small to promise more."
    held, n = percent(found.share, found.interval), count(found.n, nouns[:-1])
    promised = percent(found.rule.level, decimals=0)
    return f"The right genre is in the set for {held} of {n}; {promised} was promised."


def promise_sentence(rule: SetRule, names: Sequence[str], level: str, *, leaky: bool = False) -> str:
    """Say what is promised, of which tracks, and what the limits rest on; `level` is what groups are: `artist`."""
    few, unit = rule.too_few, f"validation {level if rule.grouped else 'track'}"
    n, needed = int(rule.units.max()), count(rule.needed, unit)
    wanted = percent(rule.level, decimals=0)
    if few.all():
        there = f"no genre has more than {n:,}" if rule.by_genre else f"there are only {n:,}"
        each = " of each genre" if rule.by_genre else ""
        return f"Promising {wanted} takes {needed}{each}, and {there}."
    tracks = _NEW[level] if rule.grouped else "new tracks"
    whose = "each genre's " if rule.by_genre else ""
    text = f"The promise: at least {wanted} of {whose}{tracks}, if they are like those of validation. {_holds(rule)}"
    if few.any():
        missing = [names[genre] for genre, without in enumerate(few) if without]
        said = joined(missing) if len(missing) <= 4 else count(len(missing), "genre")
        has = "has" if len(missing) == 1 else "have"
        text += f" {said} {has} fewer than {needed} and so {'is' if len(missing) == 1 else 'are'} in every set."
    if leaky:
        text += f" The split leaks, so nothing is promised for {level}s that training does not know."
    return quoted_at_starts(text, names)


def _holds(rule: SetRule) -> str:
    """Say which genres are in a set."""
    if rule.by_genre:
        return "A set holds the prediction and each genre whose probability reaches a limit of its own."
    limit = float(rule.limits[0])
    if limit == 1.0:
        return "The prediction alone is right that often, so each set holds one genre."
    return f"A set holds the prediction and each genre with a probability of {percent(limit)} or more."


def size_sentence(found: PredictionSets) -> str:
    """Say how many genres a set holds."""
    alone = int(found.by_size[0].sum())
    mean = f"{found.size:.2f}" if found.size < 10 else f"{found.size:.1f}"
    return f"A set holds {mean} genres on average; {percent(alone / found.n)} of the sets hold the prediction alone."


def chance_sentence(found: PredictionSets, part: str) -> str:
    """Say whether what is seen on a part is as usual; on validation, that it has to be."""
    if found.rule.too_few.all():
        return ""
    if part == "validation":
        return "The limits were set on these tracks, so the share had to reach the promise: look at the test part."
    usual = found.rule.usual_share(found.n)
    if usual is None:
        return ""
    if found.share < usual.low:
        why = "this is clearly less than promised: these tracks are not like those of validation."
        return f"{spread(usual)}{GAP}% would be usual, so {why}"
    return f"With this many tracks, {spread(usual)}{GAP}% is usual."


def short_sentence(found: PredictionSets, names: Sequence[str]) -> str:
    """Name genres that are clearly held less often than is promised over all tracks; nothing where there are none."""
    if found.rule.by_genre:
        return ""
    short = [genre for genre in found.per_genre if genre.short]
    if not short:
        return ""
    short.sort(key=lambda genre: genre.held / genre.n)
    said = joined([f"{names[genre.genre]} ({percent(genre.held / genre.n)})" for genre in short[:3]])
    more = f" and {count(len(short) - 3, 'other genre')}" if len(short) > 3 else ""
    wanted = percent(found.rule.level, decimals=0)
    return quoted_at_starts(
        f"{said}{more} {'stays' if len(short) == 1 else 'stay'} clearly below {wanted}: this is promised for all "
        "tracks together, not for each genre.",
        names,
    )
