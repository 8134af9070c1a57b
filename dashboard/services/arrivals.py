"""Archives that come into the store: written beside its files, and taken in by a worker."""

from dashboard.services.asking import Asked, ask
from dashboard.services.workers import store
from genre_core.data.clips.uploads import write
from genre_core.data.tables.formats import MAX_BYTES
from genre_core.workers.takehome import Arrived, take_in

MOST_BYTES = MAX_BYTES


def receive(data: bytes) -> str:
    """Write an archive where a worker finds it; return its path.

    Raises DataError where the disk does not take it, and StoreError where there is no folder for files.
    """
    return str(write([("archive.zip", data)], store().clips.folder / "arrivals") / "archive.zip")


def arrived(path: str) -> Asked[Arrived]:
    """Have a worker take an archive in, unless one has, and return what came of it by now."""
    return ask(take_in, path)
