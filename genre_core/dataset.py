"""What is trained on: a data set, its split into parts, and its standardised features.

Arrays are read-only. `X` has the shape (n_samples, n_features) and may hold NaN where a value is missing; `y` holds
class numbers 0 … n_genres - 1 in the order of `genres`.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from genre_core.config import SplitConfig
from genre_core.errors import DataError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")

Role = Literal["label", "group", "identifier", "feature", "left out"]


@dataclass(frozen=True)
class Column:
    """What a column of a table was taken for, and why."""

    name: str
    role: Role
    reason: str


@dataclass(frozen=True, eq=False)
class Dataset:
    """Tracks with their features and genres.

    `tracks` names each row; `groups` (n_samples,) numbers what must not straddle a split (None: each row stands alone);
    `notes` are sentences on what loading did to the data; `columns` says what each column of a table was taken for.
    """

    X: FloatArray
    y: IntArray
    genres: tuple[str, ...]
    features: tuple[str, ...]
    tracks: tuple[str, ...]
    groups: IntArray | None = None
    notes: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()

    def __post_init__(self) -> None:
        for array in (self.X, self.y, self.groups):
            if array is not None:
                array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.y)

    @property
    def counts(self) -> IntArray:
        """Return the number of tracks of each genre, shape (n_genres,)."""
        return np.bincount(self.y, minlength=len(self.genres))

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of features, genres and groups, as 64 hex digits."""
        digest = hashlib.sha256("\x1f".join((*self.genres, "\x1e", *self.features)).encode())
        for array in (self.X, self.y, self.groups):
            digest.update(b"" if array is None else np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers of each part, in the order in which they are trained on and reported.

    `leaky` is true where rows of one group stand in several parts.
    """

    train: IntArray
    validation: IntArray
    test: IntArray
    leaky: bool = False

    def __getitem__(self, part: Part) -> IntArray:
        rows: IntArray = getattr(self, part)
        return rows


@dataclass(frozen=True, eq=False)
class Standardizer:
    """Imputation and scaling fitted on the training part alone; every array has the shape (n_features,)."""

    median: FloatArray
    mean: FloatArray
    scale: FloatArray

    @classmethod
    def fit(cls, X: FloatArray) -> "Standardizer":
        """Learn medians of the values that are there, then means and standard deviations after imputation."""
        from sklearn.preprocessing import StandardScaler

        missing = np.isnan(X)
        median = np.zeros(X.shape[1])
        known = ~missing.all(axis=0)
        median[known] = np.nanmedian(X[:, known], axis=0) if missing.any() else np.median(X, axis=0)
        scaler = StandardScaler().fit(np.where(missing, median, X))
        return cls(median, scaler.mean_, scaler.scale_)

    def transform(self, X: FloatArray) -> npt.NDArray[np.float32]:
        """Return standard scores of shape (n_samples, n_features), missing values at the training median."""
        filled = np.where(np.isnan(X), self.median, X)
        scores: npt.NDArray[np.float32] = ((filled - self.mean) / self.scale).astype(np.float32)
        return scores


def split_dataset(dataset: Dataset, config: SplitConfig) -> Split:
    """Deal rows into stratified parts: the test part first, then validation from what it leaves.

    With groups (and `config.grouped`) whole groups are dealt, stratified by the genre of most of their rows.

    Raises
    ------
    DataError
        A genre has too few tracks (or groups) to be in every part.
    """
    keep_together = config.grouped and dataset.groups is not None
    if not keep_together:
        train, validation, test = _deal(dataset.y, config, dataset, "tracks")
        return Split(train, validation, test, leaky=dataset.groups is not None and _straddles(dataset.groups, test))
    assert dataset.groups is not None
    _, first, members = np.unique(dataset.groups, return_index=True, return_inverse=True)
    parts = _deal(_majority(dataset.y, members, len(first), len(dataset.genres)), config, dataset, "groups")
    train, validation, test = (np.flatnonzero(np.isin(members, part)) for part in parts)
    return Split(train, validation, test)


def _deal(y: IntArray, config: SplitConfig, dataset: Dataset, unit: str) -> tuple[IntArray, IntArray, IntArray]:
    """Return the members of training, validation and test part among `y`'s positions."""
    from sklearn.model_selection import train_test_split

    rows = np.arange(len(y))
    try:
        rest, test = train_test_split(rows, test_size=config.test_fraction, random_state=config.seed, stratify=y)
        train, validation = train_test_split(
            rest, test_size=config.validation_fraction, random_state=config.seed, stratify=y[rest]
        )
    except ValueError as error:
        raise DataError(_too_small(y, config, dataset, unit)) from error
    for part in (train, validation, test):
        if len(np.unique(y[part])) < len(np.unique(y)):
            raise DataError(_too_small(y, config, dataset, unit))
    return train, validation, test


def _too_small(y: IntArray, config: SplitConfig, dataset: Dataset, unit: str) -> str:
    counts = np.bincount(y, minlength=len(dataset.genres))
    smallest = int(counts.argmin())
    noun = unit.removesuffix("s") if counts[smallest] == 1 else unit
    return (
        f"The genre {dataset.genres[smallest]} has {counts[smallest]} {noun}, too few for a training, a validation "
        f"and a test part (test {100 * config.test_fraction:g} %, "
        f"validation {100 * config.validation_fraction:g} % of the rest): "
        "add tracks, raise the fractions, or leave it out by raising the least number of tracks per genre."
    )


def _majority(y: IntArray, members: IntArray, n_groups: int, n_genres: int) -> IntArray:
    """Return the commonest genre of each group, shape (n_groups,)."""
    counts = np.bincount(members * n_genres + y, minlength=n_groups * n_genres)
    majority: IntArray = counts.reshape(n_groups, n_genres).argmax(axis=1)
    return majority


def _straddles(groups: IntArray, test: IntArray) -> bool:
    inside = np.zeros(len(groups), dtype=bool)
    inside[test] = True
    return bool(np.intersect1d(groups[inside], groups[~inside]).size)
