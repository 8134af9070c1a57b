"""Files that are named on a command line."""

import argparse
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from genre_core.data.tables.how import FOUND_OUT, How, sign
from genre_core.data.tables.reading import Reading, check_size, read_table
from genre_core.data.tables.roles import read_names
from genre_core.errors import DataError
from genre_core.terminal.usage import UsageError


def read_files(paths: Sequence[str], how: How = FOUND_OUT) -> Reading:
    """Read one table from one file, or from several that are joined, in the way that a person said.

    Raises DataError where a file is not there, cannot be read, or is no table.
    """
    return read_table([read_file(Path(path)) for path in paths], how)


def how_said(options: argparse.Namespace, *, of_table: bool = True) -> How:
    """Return how the files of a table are to be read, as far as the options of `add_reading` say.

    Raises DataError where a sign or an encoding is unknown, and UsageError where the options say something, and it is
    not a table that is read.
    """
    how = How(
        options.encoding,
        sign(options.separator),
        sign(options.decimal),
        sign(options.thousands),
        options.header,
        read_names(options.missing),
        options.keep_rows,
    )
    if how.is_said and not of_table:
        raise UsageError("--encoding, --separator and the like say how the file of a table is read: name such a file.")
    return how


def read_file(path: Path) -> tuple[str, bytes]:
    """Return a file's name and content. Raises DataError where it is not there, too large, or cannot be read."""
    try:
        if path.is_dir():
            raise DataError(f"{path} is a folder: name a CSV or Parquet file in it, or the folder of FMA's metadata.")
        check_size(path.name, path.stat().st_size)
        return path.name, path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"There is no file {path}: check its name and folder.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): check its name and permissions.") from error


def save_file(path: Path, content: bytes) -> None:
    """Write a file as a whole, or leave what was there. Raises DataError where it cannot be written."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        why = error.strerror or type(error).__name__
        raise DataError(f"{path} cannot be written ({why}): check its folder, and that there is room.") from error
