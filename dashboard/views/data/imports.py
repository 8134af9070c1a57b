"""Imports that take longer than a page waits, and the files on the server that may be imported.

An import goes on whoever looks: of files on the server, pages of all sessions show it, and a reload finds it again. A
process of its own does it, so that its memory is not the pages'.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from dashboard.services import server_files
from dashboard.services.server_files import CLIPS_END
from dashboard.services.tables import add_table, keep_uploaded, uploads
from dashboard.services.workers import store
from dashboard.views.data.import_process import import_paths
from genre_core.data.clips.uploads import write
from genre_core.data.fma.layout import FEATURES, HEAD_BYTES, TRACKS, find_fma, parse_header
from genre_core.errors import DataError, GenreLabError

WAITING, STARTING = "Waiting", "Starting"


@dataclass(frozen=True)
class Import:
    """An import of FMA or of a folder of clips: how far it is, and what came of it."""

    name: str
    source: str = "fma"
    stage: str = WAITING
    done: float = 0.0
    """Part of the stage that is done, in [0, 1]."""
    table: str = ""
    problem: str = ""
    is_uploaded: bool = False
    """Whether one person asked for it, from files of their own."""

    @property
    def ended(self) -> bool:
        """Say whether nothing more happens."""
        return bool(self.table or self.problem)


Say = Callable[[str, int, int], None]
"""Told the stage of an import, how much of it is done, and of how much."""
Work = Callable[[Say], str]
"""An import: says how far it is, and returns the hash of what it stored."""


class _Imports:
    """The imports of this server by their keys; one runs at a time, others wait."""

    def __init__(self) -> None:
        self._known: dict[str, Import] = {}
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, "genre-lab-import")

    def start(self, key: str, new: Import, work: Work, folder: Path | None = None) -> None:
        """Begin an import; `folder` was made for it, and goes when it has ended."""
        with self._lock:
            if key in self._known and not self._known[key].ended:
                return
            self._known[key] = new
        self._worker.submit(self._run, key, work, folder)

    def known(self) -> dict[str, Import]:
        with self._lock:
            return dict(self._known)

    def forget(self, key: str) -> None:
        with self._lock:
            if key in self._known and self._known[key].ended:
                del self._known[key]

    def _run(self, key: str, work: Work, folder: Path | None) -> None:
        self._say(key, stage=STARTING)
        try:
            table = work(lambda stage, done, total: self._say(key, stage=stage, done=done / max(1, total)))
            self._say(key, table=table)
        except GenreLabError as error:
            self._say(key, problem=str(error))
        except Exception as error:  # whatever it is, an import that stops says so
            self._say(key, problem=f"The import stopped ({type(error).__name__}: {error}): try again.")
        finally:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def _say(self, key: str, **news: str | float) -> None:
        with self._lock:
            self._known[key] = replace(self._known[key], **news)  # type: ignore[arg-type]


@st.cache_resource(show_spinner=False)
def _imports() -> _Imports:
    return _Imports()


def imports() -> dict[str, Import]:
    """Return the imports of this server by their keys, those too that have ended and that nobody has put away."""
    return _imports().known()


def put_away(key: str) -> None:
    """Forget an import that has ended; what it stored stays."""
    _imports().forget(key)


def is_fma(files: Sequence[tuple[str, bytes]]) -> bool:
    """Say whether uploaded files are FMA's, by their names and headers."""
    named = dict(files)
    if not {TRACKS, FEATURES} <= set(named):
        return False
    try:
        for kind in (TRACKS, FEATURES):
            parse_header(kind, named[kind][:HEAD_BYTES], kind)
    except DataError:
        return False
    return True


def import_uploaded(files: Sequence[tuple[str, bytes]]) -> str:
    """Start to import uploaded files of FMA; return the import's key.

    Raises DataError where the server's disk does not take them.
    """
    folder = _unpacked(files)
    found = find_fma([folder])
    assert found is not None
    _imports().start(str(folder), Import("FMA", is_uploaded=True), _of_paths(found.paths), folder)
    return str(folder)


def import_sounds(files: Sequence[tuple[str, bytes]], name: str, genre: str = "", added_to: str = "") -> str:
    """Start to import uploaded sounds as a collection, or into a stored one; return the import's key.

    Raises DataError where they are too many or the server's disk does not take them, and StoreError where there is no
    folder for them.
    """
    folder = write(files, uploads(), genre)

    def work(say: Say) -> str:
        return keep_uploaded(folder, name, added_to, lambda done, total: say("Listening to clips", done, total))

    _imports().start(str(folder), Import(name, "clips", is_uploaded=True), work, folder)
    return str(folder)


def _of_paths(paths: Sequence[Path]) -> Work:
    """Return the import of what lies on the server, by a process of its own."""
    url = store().url

    def work(say: Say) -> str:
        table = ""
        for step in import_paths(paths, url):
            if isinstance(step, str):
                table = step
            else:
                say(step.stage, step.done, step.total)
        return table

    return work


def imported_soon(key: str, seconds: float) -> str:
    """Wait a little for an import and return the hash of its table, nothing if it takes longer or has failed."""
    deadline = time.monotonic() + seconds
    # Another session may put the import away as soon as it has ended.
    while (item := imports().get(key)) is not None and not item.ended and time.monotonic() < deadline:
        time.sleep(0.02)
    return item.table if item is not None else ""


def _unpacked(files: Sequence[tuple[str, bytes]]) -> Path:
    folder = None
    try:
        folder = Path(tempfile.mkdtemp(prefix="genre-lab-"))
        for name, data in files:
            (folder / Path(name).name).write_bytes(data)
    except OSError as error:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        reason = error.strerror or type(error).__name__
        raise DataError(f"The server's disk could not store these files ({reason}): free some space on it.") from error
    return folder


def import_offered(name: str) -> str:
    """Import what the server offers by that name: a table at once, whose hash is returned, or else in the background.

    Raises DataError where it is not below the data folder, is no longer there, or cannot be read, and StoreError where
    it could not be saved.
    """
    path = server_files.find(name)
    if path.is_dir() and name.endswith(CLIPS_END):
        _imports().start(str(path), Import(path.name, "clips"), _of_paths([path]))
        return ""
    if path.is_dir():
        files = find_fma([path])
        if files is None or not all(map(server_files.is_offered, files.paths)):
            raise DataError(f"{name} does not hold FMA's tracks.csv and features.csv: choose another folder.")
        _imports().start(str(path), Import(name.rstrip("/")), _of_paths(files.paths))
        return ""
    try:
        return add_table([(path.name, path.read_bytes())])
    except OSError as error:
        raise DataError(f"{name} cannot be read ({error.strerror}): check its permissions.") from error
