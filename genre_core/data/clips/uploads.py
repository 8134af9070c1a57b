"""Uploaded sounds: written under names that lead nowhere else, and kept under the hash of what is in them."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from genre_core.data.clips.folder import NAMED_GENRE, SOUND, TABLES
from genre_core.data.clips.reading import one_line
from genre_core.errors import DataError

MAX_FILES = 2_000
MAX_BYTES = 500 * 1024**2
"""Most bytes of all files of one upload."""
LONGEST_NAME = 100
DEEPEST = 8
STALE_SECONDS = 86_400
BY_HAND = "run `python -m genre_core import FOLDER` on the server"

Files = Sequence[tuple[str, bytes]]


def is_sound(name: str) -> bool:
    """Say whether a file is one of sound, by the ending of its name."""
    return os.path.splitext(name)[1].lower() in SOUND


def says_genre(name: str) -> bool:
    """Say whether a file names its genre, as `blues.00012.wav` does."""
    return NAMED_GENRE.fullmatch(os.path.splitext(name)[0]) is not None


def check(sizes: Iterable[int], instead: str = BY_HAND) -> None:
    """Refuse an upload of too many files, or of too many bytes; `instead` says what to do with so many.

    Raises DataError where it is too large.
    """
    sizes = list(sizes)
    if len(sizes) > MAX_FILES:
        raise DataError(f"These are {len(sizes):,} files; an upload takes {MAX_FILES:,} at most: {instead}.")
    if sum(sizes) > MAX_BYTES:
        raise DataError(
            f"These files have {sum(sizes) / 1024**2:,.0f} MB; an upload takes {MAX_BYTES // 1024**2} MB at most: "
            f"{instead}."
        )


def write(files: Files, uploads: Path, genre: str = "") -> Path:
    """Write uploaded files into a new folder below `uploads`, those of one genre into its folder; return the folder.

    Raises DataError where the upload is too large, or the disk does not take it.
    """
    check(len(data) for _, data in files)
    above = [genre.replace("/", " ").replace("\\", " ").lstrip(".")] if genre else []
    folder = None
    try:
        uploads.mkdir(parents=True, exist_ok=True)
        _sweep(uploads)
        folder = Path(tempfile.mkdtemp(prefix="new-", dir=uploads))
        for name, data in files:
            path = _free(folder.joinpath(*_parts("/".join([*above, name]))))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    except OSError as error:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        raise DataError(
            f"The server's disk could not store these files ({error.strerror or type(error).__name__}): free some "
            "space on it, or give access to it."
        ) from error
    return folder


def root_of(folder: Path) -> Path:
    """Return the folder whose clips were uploaded: the one within, where a table of its clips lies in that."""
    inside = [path for path in folder.iterdir() if not path.name.startswith(".")]
    if len(inside) != 1 or not inside[0].is_dir():
        return folder
    tells = [path for path in inside[0].iterdir() if path.suffix.lower() in TABLES or path.name == "fma_metadata"]
    return inside[0] if tells else folder


def keep(locations: Mapping[str, Path], uploads: Path) -> dict[str, Path]:
    """Move the files of clips, each to its hash and its ending; return where they are.

    Raises DataError where a file cannot be moved.
    """
    kept = {}
    for clip, path in locations.items():
        kept[clip] = uploads / f"{clip}{path.suffix.lower()}"
        try:
            os.replace(path, kept[clip])
        except OSError as error:
            raise DataError(f"The server's disk could not keep these files ({error.strerror}): try again.") from error
    return kept


def _sweep(uploads: Path) -> None:
    """Remove what uploads left behind whose server was ended on the way."""
    for folder in uploads.glob("new-*"):
        with suppress(OSError):  # another upload may be removing it
            if folder.stat().st_mtime < time.time() - STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _parts(name: str) -> list[str]:
    """Return a path as its parts, nothing in them that leads elsewhere or that no file may be called."""
    text = name.replace("\\", "/").encode(errors="replace").decode()
    named = [part for part in map(_short, map(one_line, text.split("/"))) if part not in ("", ".", "..")]
    return named[:DEEPEST] + named[-1:] if len(named) > DEEPEST + 1 else named or ["unnamed"]


def _short(part: str) -> str:
    """Return a name that is not too long for a file, with its ending."""
    stem, ending = os.path.splitext(part.strip())
    return stem.encode()[:LONGEST_NAME].decode(errors="ignore") + ending.encode()[:20].decode(errors="ignore")


def _free(path: Path) -> Path:
    """Return a path that no file has yet: names that differ only in what was left out stand beside each other."""
    number, found = 2, path
    with suppress(OSError):
        while found.exists():
            found = path.with_stem(f"{path.stem} ({number})")
            number += 1
    return found
