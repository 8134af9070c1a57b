"""Inputs: what a network is given of each row, how that is standardized by the training part, and how it is read.

`Features` are a matrix with a name for each column, held in memory. `Spectrograms` lie in files and are read a batch
at a time; frames in which there is no sound, as a clip ends before others do, are NaN. Both give rows of standard
scores: an array, or `LazyRows` that are read when they are needed.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError, NotExtractedError

Per = Literal["band", "all", "none"]
"""The parts of a spectrogram that are standardized together."""

Pretrained = Callable[[], Mapping[str, npt.NDArray[np.float32]]]
"""Reads the weights of a network that has learned, by their names; raises DataError where they are gone."""


class Copy(NamedTuple):
    """Rows (n, *shape of a row) of a data set, changed, of which some are `measured` (n,), and some are `missing` (n,).

    The others could not be measured.
    """

    rows: "Rows"
    measured: npt.NDArray[np.bool_]
    missing: npt.NDArray[np.bool_]


Decibels = tuple[FloatArray, FloatArray]
"""The mean and scale in dB of the standard scores of spectrograms, (n_mels, 1) or (1, 1)."""

BEYOND = 1e30
"""Scale by which a feature comes to nothing."""
READ_AT_ONCE = 4_000_000
"""Most numbers that are read from a file at a time: 16 MB."""
MOST_KEPT = 128_000_000
"""Most numbers of standardized spectrograms that are kept once they were read: 512 MB."""


class Rows(Protocol):
    """Rows (n, *shape of a row): an array, or rows that are read when they are needed."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of rows and the shape of one."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Any, /) -> Any:
        """Return some of the rows, by a slice or by their numbers."""
        ...


class Inputs(ABC):
    """The rows of a data set as a network is given them."""

    noun: str
    """Noun for them, as a person says it: "features"."""
    pretrained: Pretrained | None = None
    """The weights of a network that was trained on such inputs, where there is one."""
    names: tuple[str, ...] = ()
    """The names of the features; none where a row is not a list of features."""
    frame_seconds: float = 0.0
    """Seconds from one frame of a spectrogram to the next; 0 where a row has none."""
    unit_db: float = 1.0
    """How many decibels 1 is in a spectrogram."""
    copies: tuple[Copy, ...] = ()
    """The same rows, changed: to learn from, and never to be judged by."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Return the shape of one row."""

    @property
    def X(self) -> FloatArray:
        """Return the features (n, n_features). Raises DataError where a row is not a list of features."""
        raise DataError(f"These data hold {self.noun}, and this needs features.")

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of rows."""

    @abstractmethod
    def standardize(self, train: IntArray) -> "tuple[Standardizer | BandStandardizer, Rows]":
        """Return what the rows `train` say about scale, and standard scores of all rows by it."""

    def learned(self, train: IntArray) -> tuple[IntArray, ...]:
        """Return the rows that are learned from: `train`, and of each copy those of them that could be measured.

        Raises NotExtractedError where some of them are not measured yet.
        """
        if n_missing := sum(int(copy.missing[train].sum()) for copy in self.copies):
            raise NotExtractedError(n_missing, len(train) * len(self.copies))
        return (train, *(train[copy.measured[train]] for copy in self.copies))

    @abstractmethod
    def to_learn(self, X: Rows, standardizer: "Standardizer | BandStandardizer", train: IntArray) -> Rows:
        """Return standard scores of the rows that are learned from, copy after copy; X is what `standardize` returned.

        Raises NotExtractedError as `learned` does.
        """

    @abstractmethod
    def of(self, rows: IntArray) -> "Inputs":
        """Return some rows (n,), by their numbers; without copies."""

    @abstractmethod
    def content(self) -> Iterator[bytes]:
        """Yield what tells these inputs from others of the same names."""


@dataclass(frozen=True, eq=False)
class Features(Inputs):
    """Features (n, n_features), NaN where a value is missing, and their names.

    `copies` are features of the same rows, changed. `is_mark` says which features are 1 in the rows of a category and
    0 elsewhere: a category that the training part lacks says nothing.
    """

    matrix: FloatArray
    names: tuple[str, ...]
    copies: tuple[Copy, ...] = ()
    is_mark: tuple[bool, ...] = ()
    noun = "features"

    def __post_init__(self) -> None:
        assert self.matrix.ndim == 2
        self.matrix.setflags(write=False)

    @property
    def X(self) -> FloatArray:
        """Return the features (n, n_features)."""
        return self.matrix

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of features, as the shape of one row."""
        return self.matrix.shape[1:]

    def __len__(self) -> int:
        return len(self.matrix)

    def standardize(self, train: IntArray) -> "tuple[Standardizer, Rows]":
        """Return medians, means and scales of the rows `train`, and standard scores (n, n_features) of all rows."""
        standardizer = Standardizer.fit(self.matrix[train])
        if any(self.is_mark):
            unseen = np.array(self.is_mark) & (self.matrix[train] == self.matrix[train[:1]]).all(axis=0)
            standardizer = replace(standardizer, scale=np.where(unseen, BEYOND, standardizer.scale))
        return standardizer, standardizer.transform(self.matrix)

    def to_learn(self, X: Rows, standardizer: "Standardizer | BandStandardizer", train: IntArray) -> Rows:
        """Return standard scores of the rows `train`, and after them those of each copy."""
        if not self.copies:
            return X[train]
        own, *changed = self.learned(train)
        copies = zip(self.copies, changed, strict=True)
        return np.concatenate([X[own], *(standardizer.transform(copy.rows[rows]) for copy, rows in copies)])

    def of(self, rows: IntArray) -> "Features":
        """Return some rows (n,), by their numbers; without copies."""
        return Features(self.matrix[rows], self.names)

    def content(self) -> Iterator[bytes]:
        """Yield the numbers."""
        yield np.ascontiguousarray(self.matrix).tobytes()


@dataclass(frozen=True, eq=False)
class Spectrograms(Inputs):
    """Spectrograms (n, n_mels, n_frames) in an array that may lie in files; nothing holds all of them at once.

    They are standardized by the mean and scale of each mel band, of all bands together, or not at all. `identity` names
    what the file holds, so that telling it from others does not read all of it; empty: its numbers are hashed.
    `frame_seconds` lie between the starts of two frames, and 1 in the array is `unit_db` decibels.
    `copies` are arrays of the same rows, changed.
    """

    array: Rows
    per: Per = "band"
    identity: str = ""
    frame_seconds: float = 0.0
    pretrained: Pretrained | None = None
    unit_db: float = 1.0
    copies: tuple[Copy, ...] = ()
    noun = "spectrograms"

    def __post_init__(self) -> None:
        assert len(self.array.shape) == 3

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of mel bands and of frames, as the shape of one row."""
        return self.array.shape[1:]

    def __len__(self) -> int:
        return len(self.array)

    def standardize(self, train: IntArray) -> "tuple[BandStandardizer, Rows]":
        """Return means and scales of the rows `train`, and standard scores of all rows, not read yet."""
        if self.per == "none":  # the same whatever they are standardized by
            return self._as_they_are.standardizer, LazyRows(self._as_they_are, np.arange(len(self)))
        standardizer = BandStandardizer.fit(self.array, train, self.per)
        return standardizer, LazyRows(Scores(self._with_copies, standardizer), np.arange(len(self)))

    @cached_property
    def _as_they_are(self) -> "Scores":
        return Scores(self._with_copies, BandStandardizer(np.zeros((1, 1)), np.ones((1, 1))))

    @property
    def _with_copies(self) -> Rows:
        return Joined((self.array, *(copy.rows for copy in self.copies))) if self.copies else self.array

    def to_learn(self, X: Rows, standardizer: "Standardizer | BandStandardizer", train: IntArray) -> Rows:
        """Return standard scores of the rows `train`, and after them those of each copy, not read yet."""
        assert isinstance(X, LazyRows)
        numbers = [rows + len(self) * copy for copy, rows in enumerate(self.learned(train))]
        return LazyRows(X.scores, np.concatenate(numbers))

    def of(self, rows: IntArray) -> "Spectrograms":
        """Return some rows (n,), by their numbers, not read yet; without copies."""
        return replace(self, array=Some(self.array, rows), identity="", copies=())

    def content(self) -> Iterator[bytes]:
        """Yield the shape, and the identity or the numbers."""
        yield str(self.array.shape).encode() + self.per.encode() + self.identity.encode()
        if not self.identity:
            for rows in in_chunks(self.array.shape):
                yield np.ascontiguousarray(self.array[rows]).tobytes()


@dataclass(frozen=True, eq=False)
class Some:
    """Rows of an array by their `numbers` (n,), read when they are needed."""

    array: Rows
    numbers: IntArray

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of rows and the shape of one."""
        return (len(self.numbers), *self.array.shape[1:])

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, rows: Any, /) -> Any:
        """Return some of the rows, by a slice or by their numbers."""
        return self.array[self.numbers[rows]]


@dataclass(frozen=True, eq=False)
class Joined:
    """Arrays (n, *shape of a row) one after another, as rows."""

    arrays: tuple[Rows, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of rows and the shape of one."""
        return (sum(map(len, self.arrays)), *self.arrays[0].shape[1:])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, numbers: IntArray, /) -> npt.NDArray[Any]:
        """Return rows by their numbers (n,)."""
        of, at = np.divmod(numbers, len(self.arrays[0]))
        places = [np.flatnonzero(of == number) for number in range(len(self.arrays))]
        read = np.concatenate([array[at[own]] for array, own in zip(self.arrays, places, strict=True)])
        found = np.empty_like(read)
        found[np.concatenate(places)] = read
        return found


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
        return ((filled - self.mean) / self.scale).astype(np.float32)


@dataclass(frozen=True, eq=False)
class BandStandardizer:
    """Scaling of spectrograms fitted on the training part alone: mean and scale (n_mels, 1), or (1, 1) for all."""

    mean: FloatArray
    scale: FloatArray

    @classmethod
    def fit(cls, array: Rows, train: IntArray, per: Literal["band", "all"]) -> "BandStandardizer":
        """Learn means and standard deviations of what sounds in the rows `train`, a few rows at a time."""
        from sklearn.preprocessing import StandardScaler

        scaler, train = StandardScaler(), np.sort(train)  # in the order in which they lie in the file
        width = array.shape[1] if per == "band" else 1
        for chunk in in_chunks((len(train), *array.shape[1:])):
            values = array[train[chunk]].astype(np.float64)
            scaler.partial_fit(values.swapaxes(1, 2).reshape(-1, width))
        return cls(scaler.mean_[:, None], scaler.scale_[:, None])

    def transform(self, spectrograms: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Return standard scores (n, n_mels, n_frames), NaN where there is no sound."""
        # In single precision: doubles would take three times as long, for digits that a network does not see.
        scores: npt.NDArray[np.float32] = np.subtract(spectrograms, self.mean, dtype=np.float32)
        return np.divide(scores, self.scale, out=scores, dtype=np.float32)


class Scores:
    """Standard scores of an array's rows: computed when they are first asked for, and kept where all of them fit.

    All who train on a data set share them, so that many networks need no more memory than one.
    """

    def __init__(self, array: Rows, standardizer: BandStandardizer) -> None:
        self.shape, self.standardizer = array.shape, standardizer
        self.computed: dict[str, dict[int, Any]] = {}
        """Outputs of layers that do not learn, under their name by the numbers of rows."""
        self._array = array
        keeps = math.prod(array.shape) <= MOST_KEPT
        # The system gives memory to what is written alone: rows that nobody asks for take none.
        self._kept = np.empty(array.shape, dtype=np.float32) if keeps else None
        self._is_kept = np.zeros(len(array), dtype=bool)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, numbers: IntArray, /) -> npt.NDArray[np.float32]:
        """Return rows by their numbers (n,)."""
        if self._kept is None:
            return self.standardizer.transform(self._array[numbers])
        new = np.unique(numbers[~self._is_kept[numbers]])
        if len(new):
            self._kept[new] = self.standardizer.transform(self._array[new])
            self._is_kept[new] = True
        return self._kept[numbers]


@dataclass(frozen=True, eq=False)
class LazyRows:
    """Rows `numbers` (n,) of standard scores, which are read when they are needed: `np.asarray(rows[:64])` reads 64."""

    scores: Scores
    numbers: IntArray

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of rows and the shape of one."""
        return (len(self.numbers), *self.scores.shape[1:])

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, rows: Any, /) -> "LazyRows":
        return LazyRows(self.scores, self.numbers[rows])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return self.scores[self.numbers].astype(dtype or np.float32, copy=False)


def in_chunks(shape: tuple[int, ...], most: int | None = None) -> Iterator[slice]:
    """Yield slices of the rows of an array of that shape, each of at most `most` numbers, usually `READ_AT_ONCE`."""
    size = max(1, (most or READ_AT_ONCE) // math.prod(shape[1:]))
    for start in range(0, shape[0], size):
        yield slice(start, start + size)
