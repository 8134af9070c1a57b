"""The soundfont that plays generated music: the one that pretty_midi brings, or the one of GENRE_LAB_SOUNDFONT."""

import hashlib
import os
from functools import cache
from pathlib import Path

from genre_core.errors import DataError

VARIABLE = "GENRE_LAB_SOUNDFONT"


def soundfont_in_use() -> str:
    """Return the SHA-256 of the soundfont that GENRE_LAB_SOUNDFONT names; empty where that is pretty_midi's.

    Raises DataError where it cannot be read.
    """
    named = os.environ.get(VARIABLE)
    return hash_of(named) if named else ""


def soundfont(content_hash: str = "") -> tuple[bytes, str]:
    """Return the soundfont of that hash, empty: that of pretty_midi, and the name of its file.

    Raises DataError where it is not the one that GENRE_LAB_SOUNDFONT names, or cannot be read.
    """
    if not content_hash:
        import pretty_midi

        name = str(Path(pretty_midi.__file__).with_name("TimGM6mb.sf2"))
        return _read(name), name
    name = os.environ.get(VARIABLE, "")
    if not name or hash_of(name) != content_hash:
        raise DataError(f"This clip is played by another soundfont: name the file that it had in {VARIABLE}.")
    return _read(name), name


def hash_of(name: str) -> str:
    """Return the SHA-256 of a file's bytes; raises DataError where it cannot be read."""
    try:
        found = os.stat(name)
    except OSError as error:
        raise _unread(name, error) from error
    return _hash(name, found.st_size, found.st_mtime_ns)


@cache
def _hash(name: str, size: int, mtime: int) -> str:
    try:
        with open(name, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unread(name, error) from error


@cache
def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise _unread(name, error) from error


def _unread(name: str, error: OSError) -> DataError:
    why = error.strerror or error
    return DataError(f"The soundfont {name} cannot be read: {why}. Set {VARIABLE} to a .sf2 file.")
