"""A data set: rows with their inputs, their genres and what they belong to.

Arrays are read-only. `y` (n_samples,) holds class numbers 0 … n_genres - 1 in the order of `genres`.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from genre_core.data.clips.shards import Window
    from genre_core.data.inputs import Inputs

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")

GROUPS = ("track", "album", "artist", "group")
"""Levels that rows can belong to, finest to coarsest; "group" is a column that a person chose."""

Role = Literal["label", "group", "identifier", "feature", "left out"]


@dataclass(frozen=True)
class Column:
    """Role of a column of a table, and why; `problem` says what of its values was lost or is in doubt.

    Where a feature has `categories`, each of them is a feature of its own.
    """

    name: str
    role: Role
    reason: str
    problem: str = ""
    categories: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Return the sentence on its problem."""
        return f"{self.name}{'' if self.problem[:1].islower() else ':'} {self.problem}"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows with their inputs and genres; a row is a track, or a piece of one.

    `features` names the columns of `X` (n_samples, n_features); it is empty where a row is no list of features, and
    `X` then raises a DataError. `tracks` names each row; `notes` are sentences on what loading did to the data, and
    `lost` those of them, and of reading, on what nobody chose to leave out; `columns` says what each column of a table
    was taken for. `made` says that the tracks are generated, so that genres cannot be chosen among them. `groups` maps
    a level of `GROUPS` to the numbers (n_samples,) of the tracks, albums or artists that the rows belong to; it has
    only levels that say something (see `telling`). `published` (n_samples,) holds positions in `PARTS` where the data
    come with a split of their own, -1 for a row in no part of it. `y_clean` (n_samples,) holds the true classes where
    `y` is what noisy labels say.
    `group_names` hold what the groups of a level are called, by their numbers, and `titles` what the tracks are called
    besides (n_samples,), empty where that is not known.
    `paths` hold each genre's path in a tree, from its top genre down to itself, where one is known. `heard` holds the
    window of sound that each row is, where it can be heard; `recorded` says of the file of each what is known: codec,
    sample_rate, channels, length (s), loudness (dB), peak.
    """

    inputs: "Inputs"
    y: IntArray
    genres: tuple[str, ...]
    tracks: tuple[str, ...]
    groups: Mapping[str, IntArray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    published: IntArray | None = None
    y_clean: IntArray | None = None
    group_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    paths: tuple[tuple[str, ...], ...] = ()
    heard: "tuple[Window, ...]" = ()
    recorded: Mapping[str, Sequence[float | str]] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    made: bool = False

    def __post_init__(self) -> None:
        assert set(self.groups) <= set(GROUPS), f"levels are {GROUPS}"
        object.__setattr__(self, "groups", {level: self.groups[level] for level in GROUPS if level in self.groups})
        for array in (self.y, self.published, self.y_clean, *self.groups.values()):
            if array is not None:
                assert len(array) == len(self.inputs)
                array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.y)

    def names(self, unit: Literal["row", "track"]) -> tuple[str, ...]:
        """Return the name of each row, or of the track that it is a window of."""
        return self.tracks if unit == "row" else self._whole

    @cached_property
    def _whole(self) -> tuple[str, ...]:
        return tuple(re.sub(r" at [\d.]+ s$", "", name) for name in self.tracks) if self.heard else self.tracks

    def address_of(self, row: int) -> str:
        """Return what a link calls a row: its name, a number without commas; later ones of a name as `name (2)`."""
        return self._addresses[0][row]

    def row_at(self, address: str) -> int | None:
        """Return the row that a link names; None where there is none of that name."""
        return self._addresses[1].get(address)

    @cached_property
    def _addresses(self) -> tuple[tuple[str, ...], dict[str, int]]:
        found: dict[str, int] = {}
        seen: dict[str, int] = {}
        for row, name in enumerate(self.tracks):
            bare = name.replace(",", "")
            text = bare if bare.replace(".", "").isdigit() else name
            while text in found:
                seen[text] = seen.get(text, 1) + 1
                text = f"{text} ({seen[text]})"
            found[text] = row
        return tuple(found), found

    @property
    def features(self) -> tuple[str, ...]:
        """Return the names of the features; none where a row is no list of features."""
        return self.inputs.names

    @property
    def X(self) -> FloatArray:
        """Return the features (n_samples, n_features), NaN where a value is missing."""
        return self.inputs.X

    @property
    def counts(self) -> IntArray:
        """Return the number of rows of each genre, shape (n_genres,)."""
        return np.bincount(self.y, minlength=len(self.genres))

    @property
    def coarsest(self) -> tuple[str, IntArray] | None:
        """Return the coarsest level that the rows belong to and its numbers (n_samples,); None: rows stand alone."""
        return next(((level, self.groups[level]) for level in reversed(GROUPS) if level in self.groups), None)

    def called(self, level: str, number: int) -> str:
        """Return what a group of a level is called: its own name, or the level and its number from 1."""
        names = self.group_names.get(level, ())
        return names[number] if number < len(names) else f"{level} {number + 1:,}"

    @property
    def in_segments(self) -> bool:
        """Return whether rows are segments of tracks, and not whole tracks."""
        return "track" in self.groups

    @cached_property
    def noun(self) -> str:
        """Return what a row is: a track, a clip that can be heard, or a segment; none where each has its own genre."""
        if not self.in_segments:
            return self.whole
        filed = len(np.unique(self.groups["track"] * len(self.genres) + self.y)) == len(self)
        return "row" if filed else "segment"

    @property
    def whole(self) -> str:
        """Return what a piece of music is called here."""
        return "clip" if self.heard else "track"

    def n_tracks(self, rows: IntArray | None = None) -> int:
        """Return of how many tracks rows (n,) are, by default all."""
        if not self.in_segments:
            return len(self) if rows is None else len(rows)
        tracks = self.groups["track"]
        return count_groups(tracks if rows is None else tracks[rows])

    def clusters(self, rows: IntArray) -> IntArray | None:
        """Return what each of `rows` belongs to at the coarsest level (n,), as an interval needs it.

        None where each stands alone: there are no groups, or each of the rows is of another one.
        """
        numbers = None if self.coarsest is None else self.coarsest[1][rows]
        return None if numbers is None or count_groups(numbers) == len(numbers) else numbers

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of what a result depends on: inputs, genres, groups and a published split, as 64 hex digits."""
        digest = hashlib.sha256("\x1f".join((*self.genres, "\x1e", *self.features)).encode())
        for part in self.inputs.content():
            digest.update(part)
        digest.update(np.ascontiguousarray(self.y).tobytes())
        named = {**self.groups, "published": self.published, "y_clean": self.y_clean}
        for name, array in named.items():
            if array is not None:
                digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def telling(groups: Mapping[str, IntArray]) -> dict[str, IntArray]:
    """Return the levels that say something: not those where every row stands alone, or where one group holds all."""
    return {level: numbers for level, numbers in groups.items() if 1 < count_groups(numbers) < len(numbers)}


def count_groups(numbers: IntArray) -> int:
    """Return how many different numbers there are."""
    # np.unique hashes whole numbers, which takes fifty times as long as sorting where most of them differ.
    return int(np.count_nonzero(np.diff(np.sort(numbers)))) + 1 if len(numbers) else 0
