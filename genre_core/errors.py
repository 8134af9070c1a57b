"""Errors, in one sentence each: every message says what is wrong, where, and what to do."""

from typing import TYPE_CHECKING

from genre_core.text import joined

if TYPE_CHECKING:
    from genre_core.data.dataset import Column


class GenreLabError(Exception):
    """Base of every error whose message is written for the person at the screen."""


class ConfigError(GenreLabError, ValueError):
    """A configuration that is out of bounds, misspelled or contradicts itself."""


class DataError(GenreLabError, ValueError):
    """Data that cannot be read, split or trained on as they are."""


class ClipError(DataError):
    """A clip that cannot be heard: its file is missing, broken, or no sound."""


class NotExtractedError(DataError):
    """Clips of which something is not measured yet: extracting it is what to do."""

    def __init__(self, n_missing: int, n_windows: int) -> None:
        super().__init__(
            f"{n_missing:,} of {n_windows:,} windows of sound are not measured: measure them on the Data page, or "
            "bring back what lay in GENRE_LAB_FILES."
        )
        self.n_missing, self.n_windows = n_missing, n_windows


class NoFeatureError(DataError):
    """A table without a feature: taking another of its `columns` as one is what to do, where it holds numbers."""

    def __init__(self, sentence: str, columns: "tuple[Column, ...]") -> None:
        super().__init__(sentence)
        self.columns = columns


class GenresError(DataError):
    """A split that some genres cannot have: using the `others` alone is what to do, where there are two or more."""

    def __init__(self, sentence: str, others: list[str]) -> None:
        super().__init__(sentence)
        self.others = others if len(others) > 1 else []


class UnlearnedError(GenresError):
    """A split that has no training track of some genres."""

    def __init__(self, genres: list[str], others: list[str]) -> None:
        they = f"genre{'s' * (len(genres) > 1)} {joined(genres)}"
        instead = f"use the other {len(others):,} genres alone (data.genres), or " if len(others) > 1 else ""
        super().__init__(
            f"The published split has no training track of the {they}: {instead}split another way.", others
        )
        self.genres = genres


class ManyGenresError(DataError):
    """More genres than are told apart: leaving out those of fewer than `least` tracks keeps the `kept` commonest."""

    def __init__(self, column: str, n_genres: int, most: int, min_tracks: int, least: int, kept: int) -> None:
        each = f" of at least {min_tracks:,} tracks" if min_tracks > 1 else ""
        self.least, self.kept = (least, kept) if kept > 1 else (0, 0)
        keep = f"keep the {kept:,} commonest (a minimum of {least:,} tracks per genre), " if self.kept else ""
        super().__init__(
            f"The genre column {column} holds {n_genres:,} genres{each}, more than the {most} that are told apart: "
            f"{keep}choose genres, or choose another column."
        )


class RunStateError(GenreLabError, RuntimeError):
    """A run that is not in the state that the request needs."""


class StoreError(GenreLabError, OSError):
    """The database of runs cannot be read or written."""


class StoreGoneError(StoreError):
    """The server of the database went away in the middle of something, of which nothing may be saved."""


class QuotaError(StoreError):
    """More studies at a time than one person may have under way: nothing was saved."""


class ClassError(StoreError):
    """A class that is not there, is over or full, or what a student may not do in it."""


class ClusterError(GenreLabError, RuntimeError):
    """The processes that train cannot be started or reached."""
