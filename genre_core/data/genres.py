r"""Genres of stored tracks: their order, and those that a person chooses of them, renames or merges.

A text such as `rock, metal=heavy+death` says which genres are used: rock as it is, and heavy and death as one, called
metal. `*` stands for all that are not named otherwise. In a merge `\` stands before a `=`, `+` or `\` of a name.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from genre_core.data.tables.roles import read_names, write_names
from genre_core.errors import DataError
from genre_core.text import joined

OTHERS = "*"


def in_order(genres: Iterable[str]) -> tuple[str, ...]:
    """Return genres, each once, by name; by number where all are numbers."""
    found = sorted(set(genres))
    try:
        return tuple(sorted(found, key=float))
    except ValueError:
        return tuple(sorted(found, key=lambda genre: (genre.casefold(), genre)))


def counted_as(genres: Iterable[str], text: str) -> dict[str, str]:
    """Return the genres that a text says are used, each with the name that it counts as; all where it is empty.

    Raises DataError where it names a genre that is not among them, counts one as two, or leaves fewer than two.
    """
    there, items = set(genres), read_names(text)
    found: dict[str, str] = {}
    for item in items:
        if item == OTHERS and OTHERS not in there:
            continue
        name, members = _read(item, there)
        for member in members:
            if member not in there:
                raise DataError(_unknown(member, there))
            if found.setdefault(member, name) != name:
                raise DataError(f"{member} is to count both as {found[member]} and as {name}: choose one of them.")
    if OTHERS in items or not items:
        found = {**{genre: genre for genre in there}, **found}
    if items and len(set(found.values())) == 1:
        raise DataError(f"Only the genre {next(iter(found.values()))} is chosen: at least two genres are needed.")
    return {genre: found[genre] for genre in in_order(found)}


def write_counted(genres: Iterable[str], counted: Mapping[str, str]) -> str:
    """Return the text that `counted_as` reads as this; empty where all genres are used as they are."""
    there = in_order(genres)
    members: dict[str, list[str]] = {}
    for genre in there:
        if genre in counted:
            members.setdefault(counted[genre], []).append(genre)
    changed = {name: own for name, own in members.items() if own != [name]}
    if len(counted) < len(there) or OTHERS in there:
        named = write_names(_item(name, own) if name in changed else name for name, own in members.items())
        return named if changed or len(counted) < len(there) else ""
    return write_names([OTHERS, *(_item(name, own) for name, own in changed.items())]) if changed else ""


def counted_anew(genres: Iterable[str], text: str, change: Mapping[str, str]) -> str:
    """Return a text whose genres are used as `change` says: those that it names, each with its new name."""
    there = tuple(genres)
    before = counted_as(there, text)
    return write_counted(there, {genre: change[name] for genre, name in before.items() if name in change})


def items_of(genres: Iterable[str], counted: Mapping[str, str]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return how a text names each genre, used or not → its name, and which genres count as it where others do."""
    members: dict[str, list[str]] = {}
    for genre in in_order(genres):
        members.setdefault(counted.get(genre, genre), []).append(genre)
    return {
        write_names([name if own == [name] else _item(name, own)]): (name, tuple(own) if own != [name] else ())
        for name, own in members.items()
    }


def one_name(genres: Sequence[str]) -> str:
    """Return a name for genres that count as one."""
    return " & ".join(genres if len(genres) < 4 else (genres[0], f"{len(genres) - 1} more"))


def name_of(labels: Any, counted: Mapping[str, str]) -> Any:
    """Return the name that each label (n,) counts as; those that are not used stay what they are."""
    found = np.array(labels, dtype=object)
    for genre, name in counted.items():
        if genre != name:
            found[labels == genre] = name
    return found


def merged_as(counted: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the names that other genres count as, each with those genres."""
    members: dict[str, list[str]] = {}
    for genre in in_order(counted):
        members.setdefault(counted[genre], []).append(genre)
    return {name: tuple(members[name]) for name in in_order(members) if members[name] != [name]}


def merge_notes(counted: Mapping[str, str]) -> tuple[str, ...]:
    """Say which genres count as one, and which have another name."""
    return tuple(merge_note(name, own) for name, own in merged_as(counted).items())


def merge_note(name: str, members: Sequence[str]) -> str:
    """Say which genres count as one of that name."""
    if len(members) == 1:
        return f"{members[0]} counts as {name}."
    return f"{joined(list(members)) if len(members) < 6 else f'{len(members)} genres'} count as {name}."


def _read(item: str, there: set[str]) -> tuple[str, tuple[str, ...]]:
    """Return the name that an item gives, and the genres that it gives it to; a genre's own name goes first."""
    if item in there or len(parts := _split(item, "=")) != 2 or not all(parts):
        return item, (item,)
    name, right = parts
    members = [right] if _plain(right) in there or right in there else _split(right, "+")
    return _plain(name), tuple(right if right in there else _plain(member) for member in members if member)


def _split(text: str, mark: str) -> list[str]:
    """Return the parts of a text between marks that no backslash stands before."""
    parts, part = [], ""
    for piece in re.findall(r"\\.|.", text, flags=re.DOTALL):
        if piece == mark:
            parts.append(part.strip())
            part = ""
        else:
            part += piece
    return [*parts, part.strip()]


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _item(name: str, members: Iterable[str]) -> str:
    written = [re.sub(r"([\\=+])", r"\\\1", word) for word in (name, *members)]
    return f"{written[0]}={'+'.join(written[1:])}"


def _unknown(name: str, there: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, there, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]}?" if close else f"choose from {', '.join(in_order(there)[:20])}."
    return f"There is no genre {name[:40]} in these data: {hint}"
