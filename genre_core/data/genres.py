"""Genres of stored tracks: their order, and those that a person chooses of them."""

import difflib
from collections.abc import Iterable

from genre_core.data.tables.roles import read_names
from genre_core.errors import DataError


def in_order(genres: Iterable[str]) -> tuple[str, ...]:
    """Return genres, each once, by name; by number where all are numbers."""
    found = sorted(set(genres))
    try:
        return tuple(sorted(found, key=float))
    except ValueError:
        return tuple(sorted(found, key=lambda genre: (genre.casefold(), genre)))


def chosen_genres(genres: Iterable[str], names: str) -> frozenset[str]:
    """Return which of the genres a text with commas names; all where it names none.

    Raises
    ------
    DataError
        It names a genre that is not among them, or fewer than two.
    """
    there, chosen = set(genres), read_names(names)
    for name in chosen:
        if name not in there:
            close = difflib.get_close_matches(name, there, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]}?" if close else f"choose from {', '.join(in_order(there)[:20])}."
            raise DataError(f"There is no genre {name[:40]} in these data: {hint}")
    if len(chosen) == 1:
        raise DataError(f"Only the genre {chosen[0]} is chosen: at least two genres are needed.")
    return frozenset(chosen or there)
