"""Published splits: text files that name the tracks of each part, one on a line.

A name may be a path, with any extension: `blues/blues.00012.wav` names the row blues.00012.au, and all segments of that
track. Folders count only where two names differ in nothing else.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

import numpy as np

from genre_core.data.dataset import PARTS, Dataset, Part
from genre_core.data.tables.cells import EXTENSION, FOLDER_OF_GENRE, track_keys
from genre_core.data.tables.decoding import decode
from genre_core.data.tables.delimited import count_of
from genre_core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

KIND = "split"
MAX_BYTES = 64 * 1024**2
MAX_NAME = 1000
LISTS = (".txt", ".lst", ".list")
"""Endings of files that may list the tracks of a part."""
PARTS_SAID = " which rows are in which part"
"""Between the columns of a split and how they are read, in the note on a table that brings its own."""
WORDS: Mapping[str, Part] = {
    "train": "train",
    "tr": "train",
    "trn": "train",
    "training": "train",
    "val": "validation",
    "va": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "devel": "validation",
    "development": "validation",
    "test": "test",
    "te": "test",
    "tst": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
    "holdout": "test",
}
"""Names of files that list the tracks of a part."""


@dataclass(frozen=True, eq=False)
class PublishedSplit:
    """A split that was read: a table of `name` and `part`, named by the SHA-256 of its content.

    `counts` says how many tracks each part names; `notes` what reading did to them.
    """

    parquet: bytes
    content_hash: str
    name: str
    counts: Mapping[Part, int]
    notes: tuple[str, ...]


def part_of(file_name: str) -> Part | None:
    """Return the part that a file's name speaks of, such as test for `test_filtered.txt`; None where it is unclear."""
    stem = PureWindowsPath(file_name).stem.lower()
    found = {WORDS[word] for word in re.split(r"[^a-z]+", stem) if word in WORDS}
    return found.pop() if len(found) == 1 else None


def is_list(file_name: str) -> bool:
    """Say whether a file may list the tracks of a part, by its name."""
    return PureWindowsPath(file_name).suffix in LISTS and part_of(file_name) is not None


def are_lists(names: Iterable[str]) -> bool:
    """Say whether files are the lists of a published split, by their names."""
    found = [is_list(name) for name in names]
    return len(found) > 1 and all(found)


def parts_of(names: Sequence[str]) -> list[Part | None]:
    """Return the part that each of several files or words speaks of; a development set trains where nothing else does.

    So MediaEval and DCASE call what others call training and test: development and evaluation.
    """
    found = [part_of(name) for name in names]
    if "train" in found:
        return found
    return [
        "train" if part == "validation" and "dev" in name.lower() else part
        for name, part in zip(names, found, strict=True)
    ]


def read_split(files: Sequence[tuple[str, bytes]], parts: Sequence[Part | None] = ()) -> PublishedSplit:
    """Read a split from its files; `parts` says of which part each is, None or nothing where its name says so.

    Raises DataError where a file is no list of names or of no known part, a part has no file, or a track stands in two
    parts.
    """
    part_of_name: dict[str, Part] = {}
    notes: list[str] = []
    said = parts_of([name for name, _ in files])
    for (name, data), given, found in zip(files, (*parts, *[None] * (len(files) - len(parts))), said, strict=True):
        part = given or found
        if part is None:
            raise DataError(f"{name} does not say which part it lists: write train=, validation= or test= before it.")
        _add(part_of_name, _names(name, data), part, name, notes)
    counts = {part: sum(other == part for other in part_of_name.values()) for part in PARTS}
    if missing := [part for part in ("train", "test") if not counts[part]]:
        raise DataError(f"No file names the {missing[0]} tracks: a published split needs train and test.")
    if not counts["validation"]:
        notes.append("No file names validation tracks: they are cut from the training part.")
    rows = sorted(part_of_name.items())
    digest = hashlib.sha256("\n".join(f"{part}\t{name}" for name, part in rows).encode()).hexdigest()
    title = " + ".join(PureWindowsPath(name).name for name, _ in files)
    return PublishedSplit(_parquet(rows), digest, title, counts, tuple(notes))


def with_split(dataset: Dataset, parquet: bytes) -> Dataset:
    """Return a data set that knows the part of each row that the split names, by the row's name or its track's.

    Raises DataError where what is stored is no split, or names none of these tracks.
    """
    import pandas as pd

    split = pd.read_parquet(io.BytesIO(parquet))
    if list(split.columns) != ["name", "part"]:
        raise DataError("data.published names a table that is not a published split: import the split's files.")
    named = _plain(split["name"])
    # The folder tells names apart only where the rest does not.
    by_file = not _base(named).duplicated().any()
    named = _base(named) if by_file else named
    part = dict(zip(named, split["part"].map(PARTS.index), strict=True))
    rows = pd.Series(dataset.tracks, dtype="str")
    keys = [_plain(rows), track_keys(rows)]
    own, track = (_base(key) for key in keys) if by_file else keys
    found = own.map(part).fillna(track.map(part)).fillna(-1).to_numpy().astype(np.int64)
    if (found < 0).all():
        raise DataError(
            f"The published split names {named.iloc[0]} and {count_of(len(named) - 1, 'other track')}, of which these "
            f"data, such as {dataset.tracks[0]}, hold none: choose the split of these data, or another name column."
        )
    unknown = named[~named.isin(set(own) | set(track))]
    notes = []
    if n_outside := int((found < 0).sum()):
        notes.append(f"{n_outside:,} of {count_of(len(found), 'row')} in no part of the published split.")
    if len(unknown):
        notes.append(
            f"{count_of(len(unknown), 'track')} of the published split not in these data, such as {unknown.iloc[0]}."
        )
    return replace(dataset, published=found, notes=(*dataset.notes, *notes))


def _names(file_name: str, data: bytes) -> list[str]:
    """Return the names in a file, one on a line; what a tabulator parts from it is not the name."""
    if len(data) > MAX_BYTES:
        raise DataError(
            f"{file_name} has more than {MAX_BYTES // 1024**2} MB: choose a file that lists names of tracks."
        )
    text, _ = decode(file_name, data)
    lines = (line.partition("\t")[0].strip().strip("\"'").strip() for line in text.decode().splitlines())
    names = [line.replace("\\", "/") for line in lines if line]
    if any(len(name) > MAX_NAME for name in names):
        raise DataError(
            f"{file_name} is not a list with one name per line: choose a file that lists the names of tracks."
        )
    return names


def _add(known: dict[str, Part], names: Sequence[str], part: Part, file_name: str, notes: list[str]) -> None:
    for name in names:
        if (other := known.setdefault(name, part)) != part:
            raise DataError(f"{name} is in both {other} and {part}: a track belongs to one part.")
    if n_repeated := len(names) - len(set(names)):
        notes.append(f"{file_name}: {count_of(n_repeated, 'line')} with a name that stood there before.")


def _plain(names: "pd.Series[str]") -> "pd.Series[str]":
    """Return names with slashes, without extension, `blues/blues.00012` as `blues.00012`."""
    names = names.str.replace("\\", "/", regex=False).str.replace(EXTENSION, "", regex=True)
    return names.str.replace(FOLDER_OF_GENRE, r"\1.", regex=True)


def _base(names: "pd.Series[str]") -> "pd.Series[str]":
    return names.str.rpartition("/")[2]


def _parquet(rows: Sequence[tuple[str, Part]]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    buffer = io.BytesIO()
    names, parts = ([row[at] for row in rows] for at in (0, 1))
    parquet.write_table(pa.table({"name": names, "part": parts}), buffer, compression="zstd")
    return buffer.getvalue()
