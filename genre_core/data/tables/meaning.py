"""The meaning of a table's columns by a configuration: its genre column, and a role for each column."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from genre_core.data.dataset import Column, FloatArray
from genre_core.data.tables.cells import is_identifier_name, is_key, numbers, refuse_unknown, texts
from genre_core.data.tables.columns import find_levels, find_name, judge_columns
from genre_core.data.tables.labels import Label, find_label, may_group, with_unlabeled
from genre_core.data.tables.paths import folder_columns, with_paths
from genre_core.data.tables.roles import Chosen, chosen_roles, named_columns, read_codes
from genre_core.data.tables.several import one_each
from genre_core.data.tables.written import MOST_ODD, MOST_TAKEN, Signs, read_written
from genre_core.errors import DataError, NoFeatureError
from genre_core.settings.config import TableConfig

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Meaning:
    """A table with numbers for text that says numbers, its genre column, the role of each column, and notes on it.

    `levels` name the columns of artists, albums and the chosen group; `name` is the column with the names of the
    tracks, and `key` that column where its repeats are pieces of one track.
    """

    frame: "pd.DataFrame"
    label: Label
    chosen: Chosen
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    n_several: int
    """Rows that are left out because of several genres in their cell."""

    @property
    def features(self) -> dict[str, tuple[str, ...]]:
        """Return the columns that are features, each with its categories where it has some."""
        return {column.name: column.categories for column in self.columns if column.role == "feature"}

    @property
    def levels(self) -> dict[str, str]:
        """Return level → the column that says it."""
        return find_levels(self.frame, self.chosen, self.label.name)

    @property
    def name(self) -> str | None:
        """Return the column that names the tracks."""
        return find_name(self.columns, self.chosen)

    @property
    def key(self) -> str | None:
        """Return the column whose repeats are pieces of one track."""
        return self.name if self.name is not None and (is_key(self.name) or self.chosen.name) else None


def meaning(frame: "pd.DataFrame", config: TableConfig, reader: Mapping[str, str] | None) -> Meaning:
    """Say what a table's columns mean; `reader` says how its text is to be taken, and an earlier version took none.

    Raises DataError where no column holds genres, a choice cannot be followed, or no feature is left.
    """
    frame = with_paths(frame, named_columns(config))
    chosen = chosen_roles(frame, config)
    label, notes, n_several = one_each(find_label(frame, config, chosen.not_genre), config.several)
    if config.unlabeled == "keep":
        label = with_unlabeled(frame, label)
    problems: dict[str, str] | None = None
    if reader is not None:
        if not chosen.group:
            frame = frame.assign(**{name: c for name, c in folder_columns(frame).items() if may_group(name, c, label)})
        others = {label.name, *find_levels(frame, chosen, label.name).values()}
        frame, problems = numbers_read(frame, others, reader, chosen.taken)
    frame = _without_codes(frame, config.codes)
    columns = judge_columns(frame, label, chosen, problems)
    if not any(column.role == "feature" for column in columns):
        raise NoFeatureError(_no_feature(columns), columns)
    return Meaning(frame, label, chosen, columns, notes, n_several)


def _no_feature(columns: Collection[Column]) -> str:
    if lost := next((column for column in columns if column.problem and column.role == "left out"), None):
        return f"The table has no numeric feature. {lost.sentence}"
    return (
        "The table has no numeric feature: each column is the genre, an identifier, text, a length, empty or the "
        "same in every row. Choose a table with features that were measured on the sound."
    )


def numbers_read(
    frame: "pd.DataFrame", others: Collection[str], reader: Mapping[str, str], taken: Collection[str] = ()
) -> tuple["pd.DataFrame", dict[str, str]]:
    """Return a table whose text is numbers where it says numbers, and what was lost by column; but not of `others`.

    Columns that are `taken` as features may hold more words among their numbers.
    """
    import pandas as pd

    found, problems = dict[str, FloatArray](), dict[str, str]()
    signs = Signs.of(reader)
    for name in map(str, frame.columns):
        if name in others or pd.api.types.is_numeric_dtype(frame[name].dtype) or is_identifier_name(name):
            continue
        if read := read_written(texts(frame[name]), signs, MOST_TAKEN if name in taken else MOST_ODD):
            found[name] = read.values
            if read.problem:
                problems[name] = read.problem
    return frame.assign(**found) if found else frame, problems


def _without_codes(frame: "pd.DataFrame", codes: str) -> "pd.DataFrame":
    """Return a table in which numbers that stand for a missing value are missing."""
    found: dict[str, FloatArray] = {}
    for name, code in read_codes(codes).items():
        refuse_unknown(frame, name, "code for missing values")
        values = numbers(frame[name])
        if values is None:
            raise DataError(f"{name} holds text, so that no number stands for a missing value in it.")
        found[name] = np.where(values == code, np.nan, values)
    return frame.assign(**found) if found else frame
