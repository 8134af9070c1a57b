"""Data sets, their limits, and what the Data page shows of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.services.commands import act
from dashboard.services.workers import store
from genre_core import exploration
from genre_core.bayes import BayesLimit, bayes_limit
from genre_core.config import DatasetConfig, FmaConfig, SyntheticConfig, TableConfig, fingerprint
from genre_core.dataset import Dataset
from genre_core.errors import DataError
from genre_core.generator.law import law_of
from genre_core.sources import load_dataset
from genre_core.sources.table import Inspection, inspect
from genre_core.tables.reading import read_table

_CONFIGS: dict[str | type[Any], Callable[[Any], Any]] = dict.fromkeys(
    (SyntheticConfig, TableConfig, FmaConfig), fingerprint
)


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=_CONFIGS)
def dataset(config: DatasetConfig) -> Dataset:
    """Return the tracks that a configuration names; raises DataError."""
    return load_dataset(config, store())


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs=_CONFIGS)
def limit(config: DatasetConfig) -> BayesLimit | None:
    """Return the best that any classifier can do on such tracks, where that is known."""
    return bayes_limit(config) if isinstance(config, SyntheticConfig) else None


@dataclass(frozen=True)
class Shape:
    """The size of a data set: what a page says before anything is trained."""

    n_tracks: int
    n_features: int
    n_genres: int
    majority: float
    """Share of the commonest genre."""


def shape(config: DatasetConfig) -> Shape:
    """Return the size of the data that a configuration names, without drawing generated ones; raises DataError."""
    if isinstance(config, SyntheticConfig):
        counts = config.tracks_per_genre
        majority = float(law_of(config).label_shares.max()) if config.label_noise else max(counts) / sum(counts)
        return Shape(sum(counts) * config.segments, config.n_features, config.n_genres, majority)
    data = dataset(config)
    return Shape(len(data), len(data.features), len(data.genres), float(data.counts.max() / len(data)))


def tables() -> list[tuple[str, str]]:
    """Return the stored tables as (content hash, title), newest first."""
    return [(table.content_hash, f"{table.name} · {table.n_rows:,} rows") for table in store().tables()]


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=_CONFIGS)
def separations(config: DatasetConfig) -> tuple[exploration.Separation, ...]:
    """Return how well each feature alone tells genres apart, the best first."""
    return exploration.separations(dataset(config))


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=_CONFIGS)
def projection(config: DatasetConfig, method: exploration.Method) -> exploration.Projection:
    """Return tracks on a plane; raises DataError."""
    return exploration.project(dataset(config), method)


@st.cache_resource(show_spinner=False, max_entries=4)
def inspection(content_hash: str) -> Inspection | None:
    """Return what a stored table would be taken for as it is; None where it is not stored."""
    try:
        return inspect(store().read_table(content_hash))
    except DataError:
        return None


@st.cache_resource(show_spinner=False, max_entries=4)
def first_rows(content_hash: str, n_rows: int) -> Any:
    """Return the first rows of a stored table as a pyarrow table; raises DataError."""
    import io

    from pyarrow import parquet

    file = parquet.ParquetFile(io.BytesIO(store().read_table(content_hash)))
    return next(file.iter_batches(n_rows))


def add_table(files: Sequence[tuple[str, bytes]]) -> str:
    """Read one table from files and store it; return its content hash.

    Raises
    ------
    DataError
        It is no table, or holds no genre that could be chosen.
    StoreError
        It could not be saved.
    """
    reading = read_table(files)
    seen = inspect(reading.parquet)
    if seen.dataset is None and not seen.candidates:
        raise DataError(f"{reading.name}: {seen.problem}")
    store().put_table(
        reading.content_hash, reading.name, reading.parquet, reading.n_rows, reading.n_columns, reading.notes
    )
    return reading.content_hash


def delete_table(content_hash: str) -> None:
    """Forget a stored table and what is cached of it."""
    act(lambda: store().delete_table(content_hash))
    for cached in (inspection, dataset, separations, projection):
        cached.clear()
