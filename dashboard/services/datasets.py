"""Data sets, their limits, what there is to know about them, and what the Data page shows of them."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.services.workers import store
from genre_core.bayes import recipe
from genre_core.bayes.conditions import Heard, is_known
from genre_core.bayes.limit import BayesLimit, bayes_limit
from genre_core.data import sources
from genre_core.data.clips.gathering import frame_seconds, input_shape
from genre_core.data.dataset import Dataset, FloatArray
from genre_core.data.generator.law import law_of
from genre_core.data.sources import counts_of, load_dataset, unmeasured, windows_of
from genre_core.data.splitting import Split, split_dataset
from genre_core.errors import DataError
from genre_core.inspection.warnings import Finding, findings
from genre_core.settings.config import DatasetConfig, ExperimentConfig, MusicConfig, SoundConfig, SplitConfig

MOST_COLUMNS = 200
"""Most columns of which gaps are listed."""
MOST_SECONDS = 5.0
"""How long a page waits for the data check of a run that it shows."""
_lookers = ThreadPoolExecutor(2, "genre-lab-checks")


@st.cache_resource(show_spinner=False, max_entries=16)
def dataset(config: DatasetConfig) -> Dataset:
    """Return the tracks that a configuration names; raises DataError."""
    return load_dataset(config, store())


@st.cache_resource(show_spinner=False, max_entries=256)
def limit(config: DatasetConfig, heard: Heard = "row", *, clean: bool = False) -> BayesLimit | None:
    """Return the best that any classifier can do by what it hears together, where that is known.

    It is right about labels, or with `clean` about the true genres.
    """
    drawn = config.generator
    return bayes_limit(drawn, clean=clean, heard=heard) if drawn and is_known(drawn, heard) else None


@st.cache_resource(show_spinner=False, max_entries=64)
def recipe_limit(config: DatasetConfig, *, clean: bool = False) -> BayesLimit | None:
    """Return how far whoever knows the recipes of generated music can get; None of other tracks."""
    return recipe.recipe_limit(config, clean=clean) if isinstance(config, MusicConfig) else None


def has_limit(config: DatasetConfig) -> bool:
    """Say whether the best possible score on tracks can be known: they are drawn by a law, or composed by recipes."""
    return config.generator is not None or isinstance(config, MusicConfig)


@dataclass(frozen=True)
class Shape:
    """The size of a data set: what a page says before anything is trained."""

    n_tracks: int
    inputs: tuple[int, ...]
    """The shape of what a network is given of each track."""
    n_genres: int
    majority: float
    """Share of the most common genre."""
    frame_seconds: float = 0.0
    """Seconds between two frames of a spectrogram; 0 of features."""


def shape(config: DatasetConfig) -> Shape:
    """Return the size of the data that a configuration names, without drawing generated ones; raises DataError."""
    if drawn := config.generator:
        counts = drawn.tracks_per_genre
        majority = float(law_of(drawn).label_shares.max()) if drawn.label_noise else max(counts) / sum(counts)
        return Shape(sum(counts) * drawn.segments, (drawn.n_features,), drawn.n_genres, majority)
    if isinstance(config, SoundConfig):  # known before anything is measured
        return sound_shape(config)
    data = dataset(config)
    return Shape(len(data), data.inputs.shape, len(data.genres), float(data.counts.max() / len(data)))


@st.cache_resource(show_spinner=False, max_entries=64)
def sound_shape(config: SoundConfig) -> Shape:
    """Return the size of clips as they will be cut: a page asks for it several times a run; raises DataError."""
    sizes = counts_of(config, store()).values()
    inputs = input_shape(windows_of(config, store()), config)
    return Shape(sum(sizes), inputs, len(sizes), max(sizes) / sum(sizes), frame_seconds(config))


@st.cache_resource(show_spinner=False, max_entries=64)
def longest_window(config: DatasetConfig) -> float:
    """Return how many seconds of sound a row holds at most, infinity where it is none; raises DataError."""
    return sources.longest_window(config, store())


@st.cache_resource(show_spinner=False, max_entries=64)
def check_split(config: DatasetConfig, split: SplitConfig) -> None:
    """Check that clips can be split, before they are measured, and stored tracks too.

    Raises DataError where they cannot; of a `GenresError`, its other genres can.
    """
    if isinstance(config, SoundConfig):
        split_dataset(unmeasured(config, store()), split)
    elif config.imported:
        split_dataset(dataset(config), split)


@dataclass(frozen=True, eq=False)
class Gaps:
    """Where values are missing: of the columns that miss most, shares overall (n_columns,) and by genre.

    `by_genre` has the shape (n_genres, n_columns); `n_complete` counts rows that miss nothing.
    """

    columns: tuple[str, ...]
    share: FloatArray
    by_genre: FloatArray
    n_complete: int


@dataclass(frozen=True, eq=False)
class Checked:
    """Data check: findings, and the split that they were looked at with, or why there is none."""

    findings: tuple[Finding, ...]
    split: Split | None
    problem: str = ""


def checked(config: DatasetConfig, split: SplitConfig) -> Checked:
    """Return what there is to know about data and their split, which takes a second or two; raises DataError."""
    return findings_soon(config, split).result()


def serious(config: ExperimentConfig, seconds: float = MOST_SECONDS) -> tuple[Finding, ...]:
    """Return what makes a score on imported data mean something else; nothing where it takes more seconds to find."""
    if not config.data.imported:
        return ()
    with suppress(DataError, TimeoutError):
        found = findings_soon(config.data, config.split).result(timeout=seconds).findings
        return tuple(one for one in found if one.severity == "serious")
    return ()


@st.cache_resource(show_spinner=False, max_entries=32)
def findings_soon(config: DatasetConfig, split: SplitConfig) -> "Future[Checked]":
    """Start to look for what there is to know about data and their split; raises DataError.

    scikit-learn is imported here first: two threads that begin to import it at once break each other's import.
    """
    import sklearn.model_selection  # noqa: F401

    return _lookers.submit(_check, dataset(config), split)


def _check(data: Dataset, config: SplitConfig) -> Checked:
    try:
        split = split_dataset(data, config)
    except DataError as error:
        return Checked(findings(data), None, str(error))
    return Checked(findings(data, split), split)


@st.cache_resource(show_spinner=False, max_entries=8)
def gaps(config: DatasetConfig) -> Gaps:
    """Return where values are missing, by column and by genre; raises DataError."""
    data = dataset(config)
    missing = np.isnan(data.X)
    columns = np.flatnonzero(missing.any(axis=0))
    columns = columns[np.argsort(-missing[:, columns].sum(axis=0), kind="stable")][:MOST_COLUMNS]
    missing = missing[:, columns]
    return Gaps(
        tuple(data.features[i] for i in columns),
        missing.mean(axis=0),
        np.array([missing[data.y == genre].mean(axis=0) for genre in range(len(data.genres))]),
        int((~np.isnan(data.X).any(axis=1)).sum()),
    )
