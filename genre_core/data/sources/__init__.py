"""Sources of data: one file each, with the `load(config, tables)` of a configuration in `SOURCES`."""

from importlib import import_module
from typing import BinaryIO, Protocol

from genre_core.data.dataset import Dataset
from genre_core.settings.config import DatasetConfig


class Tables(Protocol):
    """Where stored tables are read from."""

    def read_table(self, content_hash: str) -> bytes:
        """Return a stored table as Parquet, or raise DataError where there is none of that hash."""
        ...

    def open_table(self, content_hash: str) -> BinaryIO:
        """Return a stored table as a file that can be read in part, or raise DataError where there is none."""
        ...


def load_dataset(config: DatasetConfig, tables: Tables | None = None) -> Dataset:
    """Generate or read the tracks that a configuration names.

    Raises
    ------
    DataError
        The source cannot provide them; the sentence says why and what to do.
    """
    dataset: Dataset = import_module(config.module).load(config, tables)
    return dataset
