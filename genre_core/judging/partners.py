"""Genres of one data set that are genres of another under other names: found by what they are called, or said."""

import re
from collections.abc import Iterable, Mapping, Sequence

from genre_core.errors import DataError
from genre_core.text import joined

SYNONYMS = (
    ("hiphop", "rap", "hiphoprap", "raphiphop"),
    ("electronic", "electronica"),
    ("rnb", "randb", "rhythmandblue", "rhythmnblue"),
    ("drumandbas", "drumnbas", "dnb"),
    ("classical", "classicalmusic"),
    ("world", "worldmusic"),
    ("folk", "folkmusic"),
    ("country", "countrymusic"),
)
"""Names of one genre, as `plain_name` writes them."""
_SAME = {name: names[0] for names in SYNONYMS for name in names}


def plain_name(genre: str) -> str:
    """Return a genre's name without case, blanks, punctuation and the s of a plural, synonyms by the first of them."""
    name = re.sub(r"[\W_]+", "", genre.casefold().replace("&", " and "))
    name = name[:-1] if len(name) > 3 and name.endswith("s") else name
    return _SAME.get(name, name)


def partners(ours: Iterable[str], theirs: Iterable[str]) -> dict[str, str]:
    """Return for each of their genres that has one the genre of ours that is called alike."""
    ours = tuple(ours)
    by_plain = {plain_name(genre): genre for genre in reversed(ours)}
    found = {genre: genre if genre in ours else by_plain.get(plain_name(genre), "") for genre in theirs}
    return {genre: partner for genre, partner in found.items() if partner}


def read_pairs(text: str, ours: Sequence[str], theirs: Sequence[str]) -> dict[str, str]:
    """Read pairs such as `"Hip-Hop=rap, Rock=metal"`, in either order; return our genre for each of theirs.

    A genre of theirs that stands alone, as in `"metal="`, has no partner: "".
    Raises DataError where a part is no pair, or names a genre that there is not.
    """
    found = {}
    for part in filter(None, (part.strip() for part in re.split("[,;]", text))):
        one, equals, other = (piece.strip() for piece in part.partition("="))
        if not equals or not (one or other):
            raise DataError(f"{part[:60]} is no pair of genres: write two of them, such as {ours[0]}={theirs[0]}.")
        if not one or not other:
            found[_named(one or other, theirs, "The other data have")] = ""
        elif _find(one, ours) and _find(other, theirs):
            found[_find(other, theirs)] = _find(one, ours)
        elif _find(other, ours) and _find(one, theirs):
            found[_find(one, theirs)] = _find(other, ours)
        else:
            _named(one, ours, "The run has")
            _named(other, theirs, "The other data have")
    return found


def with_pairs(automatic: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    """Return the partners that were found, less or more those that a person has said."""
    return {theirs: ours for theirs, ours in {**automatic, **said}.items() if ours}


def _find(name: str, genres: Sequence[str]) -> str:
    if name in genres:
        return name
    return next((genre for genre in genres if plain_name(genre) == plain_name(name)), "")


def _named(name: str, genres: Sequence[str], whose: str) -> str:
    found = _find(name, genres)
    if not found:
        shown = [*genres[:20], *(["…"] if len(genres) > 20 else [])]
        raise DataError(f"{whose} no genre {name[:60]}, but {joined(shown)}.")
    return found
