"""A folder for files that are needed for a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from genre_core.errors import DataError, GenreLabError


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give an empty folder, and delete it with all that is in it.

    Raises DataError where it, or a file in it, cannot be written: the disk is full, say.
    """
    try:
        with TemporaryDirectory(prefix="genre-lab-", ignore_cleanup_errors=True) as name:
            yield Path(name)
    except GenreLabError:  # one of the store is an OSError, too
        raise
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise DataError(f"Files cannot be written to the temporary folder ({why}): make room there.") from error
