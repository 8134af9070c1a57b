"""FMA's tree of genres: the names of genres, and what a track's genres lead to: its top genre, its finest one."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from genre_core.data.tables.decoding import decode
from genre_core.errors import DataError

MAX_BYTES = 16 * 1024**2
NEEDED = ("genre_id", "parent", "title")


@dataclass(frozen=True)
class Hierarchy:
    """Genres by their numbers: names, and parents (0: a top genre)."""

    names: Mapping[int, str]
    parents: Mapping[int, int]

    def named(self, genre: str | None) -> str | None:
        """Return the name of a genre that is given by its name or by its number."""
        if genre is None or not genre.isdecimal():
            return genre
        return self.names.get(int(genre), genre)

    def titles(self, genres: Sequence[int]) -> list[str]:
        """Return the names of genres, their numbers where they have none."""
        return [self.names.get(genre, str(genre)) for genre in genres]

    def path(self, genre: int) -> tuple[int, ...]:
        """Return the genres from the top genre down to a genre; none where the tree does not lead to a top genre."""
        path: tuple[int, ...] = ()
        while genre in self.parents and genre not in path:
            path = (genre, *path)
            parent = self.parents[genre]
            if not parent:
                return path
            genre = parent
        return ()

    def top(self, genre: int) -> int | None:
        """Return the top genre above a genre; None where the tree does not lead to one."""
        path = self.path(genre)
        return path[0] if path else None

    def finest(self, genres: Sequence[int]) -> list[str] | None:
        """Return the path, by names, to the deepest of a track's genres; None where several lie equally deep."""
        paths = sorted({self.path(genre) for genre in genres} - {()}, key=len)
        if not paths or (len(paths) > 1 and len(paths[-1]) == len(paths[-2])):
            return None
        return self.titles(paths[-1])

    def lift(self, genres: Sequence[int]) -> str | None:
        """Return the top genre that most of a track's genres lead to; None where two are equally common."""
        tops = Counter(top for genre in genres if (top := self.top(genre)) is not None)
        best = tops.most_common(2)
        if not best or (len(best) == 2 and best[0][1] == best[1][1]):
            return None
        return self.names[best[0][0]]


def read_genres(path: Path | None) -> Hierarchy:
    """Read genres.csv; without it there are no names and no tree.

    Raises DataError where the file cannot be read, or is not FMA's.
    """
    if path is None:
        return Hierarchy({}, {})
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): check its name and permissions.") from error
    text, _ = decode(path.name, data)
    rows = csv.DictReader(io.StringIO(text.decode()))
    if lacking := [name for name in NEEDED if name not in (rows.fieldnames or ())]:
        raise DataError(f"{path.name} has no column {lacking[0]}: take FMA's own file.")
    names, parents = {}, {}
    try:
        for row in rows:
            genre = int(row["genre_id"])
            names[genre], parents[genre] = row["title"].strip(), int(row["parent"])
    except (ValueError, TypeError, AttributeError, csv.Error) as error:
        raise DataError(f"{path.name} has a broken row {rows.line_num:,}: fetch it again.") from error
    return Hierarchy(names, parents)
