"""Collections: manifests of clips, one row a clip, kept as Parquet; no sound is in them."""

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genre_core.data.clips.folder import MAX_CLIPS, FoundClip, find_clips
from genre_core.data.clips.reading import SILENCE, ClipInfo, probe, shown
from genre_core.errors import ClipError, DataError
from genre_core.text import count, joined

if TYPE_CHECKING:
    import pandas as pd

KIND = "clips"
"""Kind of table in the store."""
COLUMNS: Mapping[str, type] = {
    "clip": str,
    "file": str,
    "genre": str,
    "track": str,
    "album": str,
    "artist": str,
    "seconds": float,
    "sample_rate": int,
    "channels": int,
    "codec": str,
    "loudness": float,
    "peak": float,
    "problem": str,
}
"""Columns of a manifest. `clip` is the SHA-256 of a file's bytes; where `problem` is a sentence, numbers are empty."""
FORMAT = b"clips 1\0"
"""Begins what is hashed."""
MAX_ROWS = 2 * MAX_CLIPS
MAX_BYTES = 500 * 1024**2
"""Most bytes that a manifest unpacks to."""
CLIPS_AT_A_TIME = 64
MOST_THREADS = 8

Row = dict[str, Any]
NOT_READ = asdict(ClipInfo(clip="", seconds=0.0, sample_rate=0, channels=0, codec="", loudness=SILENCE, peak=0.0))
"""Numbers of a file that cannot be used."""


@dataclass(frozen=True, eq=False)
class Collection:
    """Clips with their genres and what they belong to, in the order of their files.

    A clip stands once for each of its genres. A file that cannot be used is a row with a `problem`.
    """

    name: str
    frame: "pd.DataFrame"
    """The manifest (n_rows, n_columns), with `COLUMNS`."""
    notes: tuple[str, ...] = ()

    @cached_property
    def content_hash(self) -> str:
        """Return the SHA-256 of all rows, the same for the same files in any order and under any folder."""
        digest = hashlib.sha256(FORMAT)
        for row in self.frame.itertuples(index=False, name=None):
            digest.update(json.dumps(row, ensure_ascii=True).encode() + b"\n")
        return digest.hexdigest()

    @cached_property
    def clips(self) -> "pd.DataFrame":
        """Return the rows that can be used."""
        return self.frame[self.frame["problem"] == ""].reset_index(drop=True)

    @cached_property
    def refused(self) -> "pd.DataFrame":
        """Return the rows of files that cannot be used."""
        return self.frame[self.frame["problem"] != ""].reset_index(drop=True)

    @property
    def genres(self) -> tuple[str, ...]:
        """Return the genres of clips that can be used, in alphabetical order."""
        return tuple(self.counts)

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of clips of each genre."""
        return {str(genre): int(n) for genre, n in self.clips.groupby("genre").size().items()}

    @property
    def hours(self) -> dict[str, float]:
        """Return the hours of sound of each genre."""
        seconds = self.clips.groupby("genre")["seconds"].sum()
        return {str(genre): float(total) / 3600 for genre, total in seconds.items()}

    def to_parquet(self) -> bytes:
        """Return the manifest as Parquet."""
        import pyarrow as pa
        from pyarrow import parquet

        types = {str: pa.string(), float: pa.float64(), int: pa.int64()}
        columns = [pa.array(self.frame[name].tolist(), types[kind]) for name, kind in COLUMNS.items()]
        buffer = io.BytesIO()
        parquet.write_table(pa.table(columns, names=list(COLUMNS)), buffer, compression="zstd")
        return buffer.getvalue()

    @classmethod
    def from_parquet(cls, data: bytes, name: str = "", notes: Iterable[str] = ()) -> "Collection":
        """Read a manifest.

        Raises DataError where it is no Parquet, is too large, or its columns or values are not those of a manifest.
        """
        frame = _read_parquet(data)
        _check(frame)
        return _collection(name, _rows(frame), notes)

    def add(self, other: "Collection") -> "Collection":
        """Return both collections' clips, each once for each genre, under the name of the first.

        A file that could not be used is forgotten where the other collection has it in order.
        """
        merged, n_copies = _distinct([*_rows(self.frame), *_rows(other.frame)])
        notes = [f"{count(n_copies, 'clip')} in both {self.name} and {other.name}."] if n_copies else []
        return _collection(self.name, merged, dict.fromkeys((*self.notes, *other.notes, *notes)))


def collect(
    root: Path, progress: Callable[[int, int], None] | None = None, *, needs_genre: bool = True
) -> tuple[Collection, dict[str, Path]]:
    """Find the clips of a folder and describe each; return them, and where each clip is, by its hash.

    `progress` is told how many files are done, of how many. Files that cannot be used are rows with a sentence, as are
    those without a genre where each `needs_genre`.
    Raises DataError where the folder cannot be read, or holds no clips or too many.
    """
    found = find_clips(root, needs_genre=needs_genre)
    paths = list(dict.fromkeys(clip.path for clip in found.clips))
    described: dict[Path, ClipInfo | ClipError] = {}
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:  # the decoder leaves Python's lock
        for start in range(0, len(paths), CLIPS_AT_A_TIME):
            some = paths[start : start + CLIPS_AT_A_TIME]
            described |= zip(some, pool.map(_described, some), strict=True)
            if progress is not None:
                progress(len(described), len(paths))
    rows = [_row(clip, described[clip.path]) for clip in found.clips]
    rows += [_belongs(refused.file) | NOT_READ | {"problem": refused.problem} for refused in found.refused]
    distinct, n_copies = _distinct(rows)
    notes = [*found.notes, *_copies(rows, n_copies), *_of_several_genres(distinct)]
    locations: dict[str, Path] = {}
    for clip in found.clips:
        if isinstance(info := described[clip.path], ClipInfo):
            locations.setdefault(info.clip, clip.path)
    return _collection(shown(os.path.realpath(root)), distinct, notes), locations


def _rows(frame: "pd.DataFrame") -> list[Row]:
    return [{str(column): value for column, value in row.items()} for row in frame.to_dict("records")]


def _described(path: Path) -> ClipInfo | ClipError:
    try:
        return probe(path)
    except ClipError as error:
        return error


def _row(clip: FoundClip, described: ClipInfo | ClipError) -> Row:
    belongs = _belongs(clip.file, clip.genre, clip.track, clip.album, clip.artist)
    if isinstance(described, ClipError):
        return belongs | NOT_READ | {"problem": str(described)}
    return belongs | asdict(described) | {"problem": ""}


def _belongs(file: str, genre: str = "", track: str = "", album: str = "", artist: str = "") -> Row:
    return {"file": file, "genre": genre, "track": track, "album": album, "artist": artist}


def _collection(name: str, rows: Iterable[Row], notes: Iterable[str]) -> Collection:
    """Return a collection of rows, in an order that is always the same."""
    import pandas as pd

    ordered = sorted(rows, key=lambda row: (row["file"], row["genre"], row["clip"]))
    columns = {column: [row[column] for row in ordered] for column in COLUMNS}
    types = {str: "str", float: "float64", int: "int64"}
    frame = pd.DataFrame({column: pd.Series(columns[column], dtype=types[kind]) for column, kind in COLUMNS.items()})
    return Collection(name, frame, tuple(notes))


def _distinct(rows: list[Row]) -> tuple[list[Row], int]:
    """Return each clip once for each of its genres, and each file in trouble once; and how many copies there were."""
    usable: dict[tuple[str, str], Row] = {}
    for row in rows:
        if not row["problem"]:
            usable.setdefault((row["clip"], row["genre"]), row)
    heard = {row["file"] for row in rows if not row["problem"]}
    troubled = {(row["file"], row["genre"]): row for row in rows if row["problem"] and row["file"] not in heard}
    return [*usable.values(), *troubled.values()], sum(not row["problem"] for row in rows) - len(usable)


def _copies(rows: list[Row], n_copies: int) -> list[str]:
    """Say how many files were left out as copies, with an example."""
    if not n_copies:
        return []
    first: dict[tuple[str, str], str] = {}
    for row in rows:
        original = first.setdefault((row["clip"], row["genre"]), row["file"])
        if not row["problem"] and original != row["file"]:
            example = f"{shown(row['file'])} is a copy of {shown(original)}"
            return [f"{count(n_copies, 'file')} left out as copies of other files of their genre: {example}."]
    return []


def _of_several_genres(rows: list[Row]) -> list[str]:
    """Say which clips have more than one genre."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if not row["problem"]:
            found.setdefault(row["clip"], []).append(row)
    several = [of_clip for of_clip in found.values() if len(of_clip) > 1]
    if not several:
        return []
    example = min(several, key=lambda of_clip: str(of_clip[0]["file"]))
    genres = joined(sorted(row["genre"] for row in example))
    n = count(len(several), "clip has", "clips have")
    return [f"{n} more than one genre, such as {shown(example[0]['file'])}: {genres}."]


def _read_parquet(data: bytes) -> "pd.DataFrame":
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        groups = [file.metadata.row_group(at) for at in range(file.metadata.num_row_groups)]
        if file.metadata.num_rows > MAX_ROWS or sum(group.total_byte_size for group in groups) > MAX_BYTES:
            raise DataError(f"The collection has more than {MAX_ROWS:,} rows: divide it.")
        if missing := [column for column in COLUMNS if column not in file.schema_arrow.names]:
            raise DataError(f"The collection has no column {missing[0]}: import its folder again.")
        types = {str: pa.string(), float: pa.float64(), int: pa.int64()}
        schema = pa.schema([(column, types[kind]) for column, kind in COLUMNS.items()])
        table = file.read(columns=list(COLUMNS)).select(list(COLUMNS)).cast(schema)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError("The collection cannot be read: import its folder again.") from error
    if any(column.null_count for column in table.columns):
        raise DataError("The collection has empty cells: import its folder again.")
    return table.to_pandas()


def _check(frame: "pd.DataFrame") -> None:
    """Refuse rows that no import has made."""
    usable = frame[frame["problem"] == ""]
    wrong = {
        "clip": ~usable["clip"].str.fullmatch("[0-9a-f]{64}"),
        "genre": usable["genre"].str.strip() == "",
        "seconds": ~usable["seconds"].between(0, 1e6, inclusive="neither"),
        "sample_rate": ~usable["sample_rate"].between(1, 10**7),
        "channels": ~usable["channels"].between(1, 1024),
        "loudness": ~usable["loudness"].between(SILENCE, 1e3),
        "peak": ~usable["peak"].between(0, 1),
    }
    for column, rows in wrong.items():
        if rows.any():
            value = str(usable.loc[rows, column].iloc[0])
            raise DataError(f"The collection has {value[:40] or 'nothing'} in {column}: import its folder again.")
    if usable["file"].str.contains(r"^/|(?:^|/)\.\.(?:/|$)").any():
        raise DataError("The collection names a file outside its folder: import its folder again.")
    if usable.duplicated(["clip", "genre"]).any():
        raise DataError("The collection has a clip twice in one genre: import its folder again.")
