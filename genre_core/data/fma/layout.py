"""The files of FMA, and the layered headers that they have."""

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from genre_core.data.tables.decoding import decode
from genre_core.errors import DataError

TRACKS, FEATURES, GENRES, ECHONEST = "tracks.csv", "features.csv", "genres.csv", "echonest.csv"
HEADER_ROWS = {TRACKS: 2, FEATURES: 3, ECHONEST: 3}
_NAMES = (TRACKS, FEATURES, GENRES, ECHONEST)
INDEX = "track_id"
HEAD_BYTES = 1024**2
"""Number of bytes read to see a file's header: sixty times as much as FMA's longest has."""


@dataclass(frozen=True)
class FmaFiles:
    """Where FMA's files are; genres and Echonest's features may be absent."""

    tracks: Path
    features: Path
    genres: Path | None = None
    echonest: Path | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return the files that are there, in the order in which they are read."""
        return tuple(path for path in (self.tracks, self.features, self.genres, self.echonest) if path is not None)


@dataclass(frozen=True)
class Header:
    """The names of a file's columns, one for each header row, without those of the index; and its lines."""

    names: tuple[tuple[str, ...], ...]
    n_lines: int


def find_fma(paths: Sequence[Path]) -> FmaFiles | None:
    """Find FMA in a folder or among files, by the names of its files; None where it is something else.

    Raises DataError where a folder holds tracks.csv or features.csv, but not both.
    """
    is_folder = len(paths) == 1 and os.path.isdir(paths[0])  # not Path's, which fails on names that are too long
    found = {path.name: path for path in (list_folder(paths[0]) if is_folder else paths) if path.name in _NAMES}
    missing = [name for name in (TRACKS, FEATURES) if name not in found]
    if missing:
        if is_folder and len(missing) == 1:
            other = FEATURES if missing[0] == TRACKS else TRACKS
            raise DataError(f"{paths[0]} holds {other} but no {missing[0]}: put both of FMA's files there.")
        return None
    return FmaFiles(found[TRACKS], found[FEATURES], found.get(GENRES), found.get(ECHONEST))


def list_folder(folder: Path) -> list[Path]:
    """Return what a folder holds, by name. Raises DataError where it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise DataError(f"The folder {folder} cannot be read ({error.strerror}): check its permissions.") from error


def read_header(path: Path, kind: str) -> Header:
    """Read the header rows of one of FMA's files; `kind` is the name that FMA gives it.

    Raises DataError where the file cannot be read, is no text, or its header has another depth than FMA's.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError as error:
        raise DataError(f"There is no file {path}: check its name and folder.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): check its name and permissions.") from error
    return parse_header(path.name, head, kind)


def parse_header(name: str, head: bytes, kind: str) -> Header:
    """Read the header rows from the first `HEAD_BYTES` of a file.

    Raises DataError where it is no text, or its header has another depth than FMA's.
    """
    decode(name, head)  # says what is no text
    depth = HEADER_ROWS[kind]
    rows = list(islice(csv.reader(io.StringIO(head.decode("utf-8-sig", "replace"))), depth + 4))
    index_rows = [number for number, row in enumerate(rows) if row and row[0] == INDEX and not any(row[1:])]
    if index_rows != [depth]:
        found = f"has {index_rows[0]}" if index_rows else f"has no row with {INDEX} alone below its"
        raise DataError(
            f"{name} {found} header rows, where FMA's has {depth} and then a row with {INDEX} alone: "
            "take the file as FMA publishes it."
        )
    columns = list(zip(*(row[1:] for row in rows[:depth]), strict=False))
    if len(columns) + 1 != len(rows[depth]) or not columns:
        raise DataError(f"{name} has header rows of different lengths: take the file as FMA publishes it.")
    return Header(tuple(tuple(part.strip() for part in column) for column in columns), depth + 1)
