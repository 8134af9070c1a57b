"""Files on the server that a page offers: those below the folder that GENRE_LAB_DATA names, if it names one."""

import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path, PurePath

import streamlit as st

from genre_core.data.clips.uploads import is_sound
from genre_core.data.fma.layout import FEATURES, TRACKS
from genre_core.data.tables.formats import MAX_BYTES
from genre_core.errors import DataError

DEPTH = 3
MOST_LOOKED_AT, MOST_OFFERED = 2000, 200
ENDINGS = (".csv", ".tsv", ".parquet")
CLIPS_END = "/*"
"""Ends the name of a folder of clips among the offers."""
FEW = 20
"""Files of a folder that are looked at to see whether it holds sound."""


@st.cache_data(show_spinner=False, ttl=10, max_entries=4)
def offered(*, genres: bool = True) -> list[str]:
    """Return what lies on the server: folders of FMA or of clips and tables, by their names below the data folder.

    Folders of clips are those with folders of `genres` in them, or all that hold sound.
    """
    root = _root()
    if root is None:
        return []
    found: list[str] = []
    looked_at = 0
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if len(here.relative_to(root).parts) >= DEPTH:
            folders.clear()
        looked_at += len(files) + 1
        if {TRACKS, FEATURES} <= set(files):
            found.append(f"{here.relative_to(root)}/")
        elif holds_clips(here, folders) or (not genres and any(map(is_sound, files))):
            found.append(f"{here.relative_to(root)}{CLIPS_END}")
            folders.clear()
        else:
            tables = (here / name for name in sorted(files) if name.lower().endswith(ENDINGS))
            found += [str(path.relative_to(root)) for path in tables if _fits(path, root)]
        if looked_at > MOST_LOOKED_AT or len(found) > MOST_OFFERED:
            break
    return found[:MOST_OFFERED]


def find(name: str) -> Path:
    """Return where a file or folder lies that is offered by that name.

    Raises DataError where it is not below the data folder, is no longer there, or is too large.
    """
    root = _root()
    path = _real(root / name.removesuffix(CLIPS_END)) if root else None
    if root is None or path is None or not path.is_relative_to(root) or not os.path.exists(path):
        raise DataError(f"{name} is not among the server's files: choose one that is listed.")
    if path.is_file() and not _fits(path, root):
        raise DataError(f"{name} has more than {MAX_BYTES // 1024**2} MB: leave out rows or columns.")
    return path


def is_offered(path: Path) -> bool:
    """Say whether a file lies below the data folder, links followed."""
    root = _root()
    return root is not None and _real(path).is_relative_to(root)


def holds_clips(folder: Path, folders: Sequence[str]) -> bool:
    """Say whether a folder holds clips in folders named by genre: sound in at least two of those."""
    n = 0
    for name in folders:
        with suppress(OSError), os.scandir(folder / name) as entries:
            n += any(is_sound(entry.name) for entry in islice(entries, FEW))
        if n == 2:
            return True
    return False


def _root() -> Path | None:
    """Return the folder whose files may be imported."""
    named = os.environ.get("GENRE_LAB_DATA", "").strip()
    if not named:
        return None
    root = _real(Path(named))
    return root if root.is_dir() else None


def _real(path: Path) -> Path:
    """Return where a path leads, its links followed; unlike `Path.resolve` also of a link that leads to itself."""
    return Path(os.path.realpath(path))


def _fits(path: Path, root: Path) -> bool:
    """Say whether a file lies below the folder, links followed, and is small enough to be read at once."""
    real = _real(path)
    with suppress(OSError):  # it is gone by now
        return real.is_relative_to(root) and os.path.isfile(real) and real.stat().st_size <= MAX_BYTES
    return False


def title(name: str) -> str:
    """Return what an offer of the server is called: its file or folder, and where that lies."""
    path = PurePath(name.removesuffix(CLIPS_END))
    where = f" in {path.parent}" if str(path.parent) != "." else ""
    kind = " (folder of sounds)" if name.endswith(CLIPS_END) else " (FMA)" if name.endswith("/") else ""
    return f"{path.name or 'this folder'}{kind}{where}"
