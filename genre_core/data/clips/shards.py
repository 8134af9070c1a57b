"""Shards: files of numbers that were measured on many windows, read by memory mapping.

A shard is a safetensors file with one tensor, `values` (n_windows, …). Its name is the hash of what it holds, and it
is written under another name first: work that is done twice, or killed in between, leaves no half of a file.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from genre_core.errors import DataError


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


def write_shard(folder: Path, extractor: str, windows: Sequence[Window], values: npt.NDArray[Any]) -> str:
    """Write the numbers (n_windows, …) of windows as a shard; return its name.

    Raises
    ------
    DataError
        The folder cannot be written.
    """
    from safetensors.numpy import save

    keys = "\n".join(f"{clip} {start} {length}" for clip, start, length in windows)
    name = f"{extractor}/{hashlib.sha256(keys.encode()).hexdigest()[:32]}.safetensors"
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            try:
                file.write(save({"values": np.ascontiguousarray(values)}))
                file.close()
                os.replace(file.name, path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise DataError(
            f"The folder for extracted sound, {folder}, cannot be written ({why}): make room or give access, or name "
            "another one in GENRE_LAB_FILES."
        ) from error
    return name


def read_rows(folder: Path, places: Iterable[Place]) -> npt.NDArray[Any]:
    """Return the numbers (n, …) of windows that lie in those places, in their order.

    Raises
    ------
    DataError
        A shard is not there, or is no longer what was written.
    """
    from safetensors import SafetensorError, safe_open

    places = list(places)
    by_shard: dict[str, list[int]] = {}
    for at, place in enumerate(places):
        by_shard.setdefault(place.shard, []).append(at)
    found: npt.NDArray[Any] | None = None
    for shard, positions in by_shard.items():
        try:
            with safe_open(folder / shard, "np") as file:
                values = file.get_tensor("values")
            rows = values[[places[at].row for at in positions]]
        except (OSError, SafetensorError, IndexError) as error:
            raise DataError(
                f"What was extracted from these clips is not in {folder}: bring the folder back, name where it is in "
                "GENRE_LAB_FILES, or extract it again."
            ) from error
        if found is None:
            found = np.empty((len(places), *rows.shape[1:]), dtype=rows.dtype)
        found[positions] = rows
    assert found is not None, "there is no row to read"
    return found
