"""Clips of a store: where their sound comes from, and what was measured on their windows.

Sound and measured numbers are files; the database knows where they lie. Writing is idempotent: what is there already
is left as it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy.typing as npt
from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from genre_core.data.clips.shards import Padded, Place, Shards, Window
from genre_core.data.clips.sounds import Location
from genre_core.store.database import Shelf
from genre_core.store.files import files_folder, shards_address
from genre_core.store.schema import clips as _clips
from genre_core.store.schema import extracted as _extracted

AT_ONCE = 500
"""Most values in one query: SQLite refuses thousands."""
MOST_TRIES = 10
_Write = TypeVar("_Write", bound=Callable[..., None])


def _insistent(write: _Write) -> _Write:
    """Write once more where another process was faster with some of it."""

    @wraps(write)
    def insist(*args: Any) -> None:
        for _ in range(MOST_TRIES - 1):
            with suppress(IntegrityError):
                return write(*args)
        return write(*args)

    return cast(_Write, insist)


class ClipStore(Shelf):
    """The clips of a database and its folder of files."""

    @property
    def folder(self) -> Path:
        """Return the folder of files; raises StoreError where none is known."""
        return files_folder(self._database.url)

    @property
    def uploads(self) -> Path:
        """Return the folder of sounds that came by a page or an archive; raises StoreError where none is known."""
        return self.folder / "uploads"

    @cached_property
    def shards(self) -> Shards:
        """Return where what was measured lies; raises StoreError where no place is known."""
        return Shards(shards_address(self._database.url))

    @_insistent
    def put(self, locations: Mapping[str, Location]) -> None:
        """Keep where the sound of clips comes from; a file that has moved is known by its new path.

        What could not be measured on them is forgotten, so that it is tried again.
        """
        for some in _in_parts(sorted(locations)):
            self._database.change(delete(_extracted).where(_extracted.c.clip.in_(some), _extracted.c.row < 0))
        known = self.locations(sorted(locations))
        for some in _in_parts([clip for clip in sorted(locations) if known.get(clip) != locations[clip]]):
            rows = [{"clip": clip, **locations[clip]._asdict()} for clip in some]
            with self._database.transaction() as connection:
                connection.execute(delete(_clips).where(_clips.c.clip.in_(some)))
                connection.execute(insert(_clips), rows)

    def find(self, clip: str) -> Location | None:
        """Return where the sound of a clip comes from; None where the store does not know it."""
        return self.locations([clip]).get(clip)

    def locations(self, clips: Sequence[str]) -> dict[str, Location]:
        """Return where the sound of the clips that are known comes from."""
        found: dict[str, Location] = {}
        for some in _in_parts(clips):
            query = select(_clips.c.clip, _clips.c.path, _clips.c.recipe).where(_clips.c.clip.in_(some))
            found |= {row.clip: Location(row.path, row.recipe) for row in self._database.all(query)}
        return found

    def save(
        self, extractor: str, values: npt.NDArray[Any] | None, windows: Sequence[Window], problems: Mapping[Window, str]
    ) -> None:
        """Keep what was measured: the numbers (n_windows, …) of windows, and why others have none.

        Raises DataError where the folder of files cannot be written.
        """
        places = {window: Place("", -1, problem) for window, problem in problems.items()}
        if windows:
            assert values is not None
            shard = self.shards.write(extractor, windows, values)
            places |= {window: Place(shard, row) for row, window in enumerate(windows)}
        self._index(extractor, places)

    @_insistent
    def _index(self, extractor: str, places: Mapping[Window, Place]) -> None:
        known = self.places(extractor, [window.clip for window in places])
        new = {window: place for window, place in places.items() if window not in known or known[window].row < 0}
        # In one order everywhere, so that two writers wait for each other rather than each for the other.
        rows = [{"extractor": extractor, **window._asdict(), **new[window]._asdict()} for window in sorted(new)]
        if rows:
            of = [_extracted.c[name] == bindparam(f"of_{name}") for name in (*Window._fields, "extractor")]
            keys = [{f"of_{name}": row[name] for name in (*Window._fields, "extractor")} for row in rows]
            with self._database.transaction() as connection:
                connection.execute(delete(_extracted).where(*of), keys)
                connection.execute(insert(_extracted), rows)

    def places(self, extractor: str, clips: Iterable[str]) -> dict[Window, Place]:
        """Return what is known of the windows of clips, as far as an extractor has measured them.

        What lies in a shard that is no longer there is not known.
        """
        found: dict[Window, Place] = {}
        there = cache(self.shards.has)
        for some in _in_parts(list(dict.fromkeys(clips))):
            query = select(_extracted).where(_extracted.c.extractor == extractor, _extracted.c.clip.in_(some))
            for row in self._database.all(query):
                if not row.shard or there(row.shard):
                    found[Window(row.clip, row.start, row.length)] = Place(row.shard, row.row, row.problem)
        return found

    def n_left_out(self) -> int:
        """Return how many windows could not be measured, of all clips."""
        query = select(func.count()).select_from(_extracted).where(_extracted.c.row < 0)
        return int(self._database.value(query))

    def values(self, places: Iterable[Place]) -> npt.NDArray[Any]:
        """Return the numbers (n, …) that lie in those places, in their order; raises DataError where they are gone."""
        return self.shards.read(places)

    def padded(self, places: Sequence[Place], shape: tuple[int, int]) -> Padded:
        """Return spectrograms (n, *shape) that lie in those places, to be read when they are needed."""
        return Padded(self.shards, places, shape)

    def take_over(self, other: "ClipStore", extractor: str, clips: Iterable[str]) -> None:
        """Know what another store has measured; its files are read where they lie."""
        own = Path(self.shards.address)
        if self.shards.address != other.shards.address and not own.exists():
            own.parent.mkdir(parents=True, exist_ok=True)
            own.symlink_to(other.shards.address, target_is_directory=True)
        self._index(extractor, other.places(extractor, clips))


def _in_parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE))
