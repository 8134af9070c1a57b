"""Shards: files of numbers that were measured on many windows, in a folder or at any address that fsspec reaches.

A shard is a safetensors file with one tensor, `values` (n_windows, …). Its name is the hash of what it holds, and it
is written under another name first: work that is done twice, or killed in between, leaves no half of a file. Shards
of a folder are read by memory mapping.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from genre_core.errors import DataError

MOST_OPEN = 256
"""Most shards that are kept open, of which rows are read one batch after another."""
_TYPES = {"F16": np.float16, "F32": np.float32}


class Window(NamedTuple):
    """A window of a clip: its start and length in milliseconds."""

    clip: str
    start: int
    length: int


class Place(NamedTuple):
    """Where the numbers of a window lie: a row of a shard; or, where there are none, why."""

    shard: str
    row: int
    problem: str = ""


class Shards:
    """The shards at an address: a folder, or `s3://bucket/folder` and the like where the driver is installed."""

    def __init__(self, address: str) -> None:
        self.address = address

    @cached_property
    def _place(self) -> tuple[Any, str]:
        """Return the file system and the path on it.

        Raises DataError where there is no such file system, or its driver is not installed.
        """
        from fsspec.core import url_to_fs

        try:
            found: tuple[Any, str] = url_to_fs(self.address)
        except (ImportError, ValueError) as error:
            raise DataError(f"GENRE_LAB_FILES names {self.address}, which cannot be reached: {error}") from error
        return found

    def has(self, shard: str) -> bool:
        """Say whether a shard is there."""
        files, root = self._place
        return bool(files.exists(f"{root}/{shard}"))

    def write(self, extractor: str, windows: Sequence[Window], values: npt.NDArray[Any]) -> str:
        """Write the numbers (n_windows, …) of windows as a shard; return its name.

        Raises DataError where the address cannot be written.
        """
        from safetensors.numpy import save

        keys = "\n".join(f"{clip} {start} {length}" for clip, start, length in windows)
        name = f"{extractor}/{hashlib.sha256(keys.encode()).hexdigest()[:32]}.safetensors"
        files, root = self._place
        part = f"{root}/{name}.{uuid.uuid4().hex}.part"
        try:
            files.makedirs(f"{root}/{extractor}", exist_ok=True)
            try:
                files.pipe_file(part, save({"values": np.ascontiguousarray(values)}))
                files.mv(part, f"{root}/{name}")
            finally:
                if files.exists(part):
                    files.rm(part)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise DataError(
                f"What is measured cannot be written to {self.address} ({why}): make room or give access, or name "
                "another place in GENRE_LAB_FILES."
            ) from error
        return name

    def read(self, places: Iterable[Place]) -> npt.NDArray[Any]:
        """Return the numbers (n, …) of windows that lie in those places, in their order.

        Raises DataError where a shard is not there, or is no longer what was written.
        """
        from safetensors import SafetensorError

        places = list(places)
        by_shard: dict[str, list[int]] = {}
        for at, place in enumerate(places):
            by_shard.setdefault(place.shard, []).append(at)
        found: npt.NDArray[Any] | None = None
        for shard, positions in by_shard.items():
            try:
                rows = self._values(shard)[[places[at].row for at in positions]]
            except (OSError, SafetensorError, KeyError, IndexError) as error:
                raise self._gone() from error
            if found is None:
                found = np.empty((len(places), *rows.shape[1:]), dtype=rows.dtype)
            found[positions] = rows
        assert found is not None, "there is no row to read"
        return found

    def rows(self, shard: str, numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return rows of a shard; where it is a file, no others are read. Raises DataError where they are gone."""
        from safetensors import SafetensorError

        files, root = self._place
        try:
            found: npt.NDArray[Any] = _open(f"{root}/{shard}", files if "file" not in files.protocol else None)[numbers]
        except (OSError, SafetensorError, KeyError, IndexError) as error:
            raise self._gone() from error
        return found

    def _gone(self) -> DataError:
        return DataError(
            f"What was measured on these clips is not in {self.address}: bring it back, name where it is in "
            "GENRE_LAB_FILES, or measure the clips again."
        )

    def _values(self, shard: str) -> npt.NDArray[Any]:
        from safetensors import safe_open
        from safetensors.numpy import load

        files, root = self._place
        if "file" not in files.protocol:
            return load(files.cat_file(f"{root}/{shard}"))["values"]
        with safe_open(f"{root}/{shard}", "np") as file:
            return file.get_tensor("values")


class Padded:
    """Rows (n, n_mels, n_frames) that lie in shards, read when they are asked for: `rows[[3, 1]]` reads two.

    What is shorter in its shard is filled with NaN at the end; what is longer is cut.
    """

    def __init__(self, shards: Shards, places: Sequence[Place], shape: tuple[int, int]) -> None:
        self.shape = (len(places), *shape)
        self._shards = shards
        self._names = list(dict.fromkeys(place.shard for place in places))
        number = {name: at for at, name in enumerate(self._names)}
        self._shard = np.array([number[place.shard] for place in places], dtype=np.int64)
        self._row = np.array([place.row for place in places], dtype=np.int64)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any, /) -> npt.NDArray[np.float16]:
        """Return some of the rows as float16, by a slice or by their numbers."""
        chosen = np.arange(len(self))[rows]
        numbers = np.atleast_1d(chosen)
        found = np.full((len(numbers), *self.shape[1:]), np.nan, dtype=np.float16)
        shards = self._shard[numbers]
        for shard in np.unique(shards):
            at = np.flatnonzero(shards == shard)
            values = self._shards.rows(self._names[shard], self._row[numbers[at]])[..., : self.shape[2]]
            found[at, :, : values.shape[2]] = values
        return found.reshape(*chosen.shape, *self.shape[1:])


@lru_cache(maxsize=MOST_OPEN)
def _open(path: str, files: Any) -> npt.NDArray[Any]:
    """Return the numbers in a shard: memory-mapped, or from a file system that is not this machine's."""
    from safetensors import safe_open
    from safetensors.numpy import load

    if files is not None:
        return load(files.cat_file(path))["values"]
    with safe_open(path, "np"), open(path, "rb") as file:  # what is no shard is refused before its header is believed
        size = int.from_bytes(file.read(8), "little")
        about = json.loads(file.read(size))["values"]
        start = 8 + size + about["data_offsets"][0]
        return np.memmap(file, _TYPES[about["dtype"]], "r", start, tuple(about["shape"]))
