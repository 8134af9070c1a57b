"""How the columns of a new table stand for what a run learned from, told before it answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from genre_core.data.dataset import Dataset, FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.judging.predicting.spelling import perhaps_renamed, read_renamed, spelled_otherwise
from genre_core.text import capitalized, count, joined

MARGIN = 0.1
"""Part of the range of training values by which new ones may lie beyond it before their unit is doubted."""
FACTORS = (1_000_000.0, 1_000.0, 100.0, 60.0)
"""Factors between usual units: of these one is named where values are about so many times as large, or as small."""
MOST_NAMED = 3


@dataclass(frozen=True, eq=False)
class Learned:
    """The `features` that a run learned from, which a table has to have, and where they lay in the training part (k,).

    `label` and `name` are the columns with genres and names of tracks, where its own data are a table.
    """

    features: tuple[str, ...]
    low: FloatArray
    high: FloatArray
    median: FloatArray
    label: str = ""
    name: str = ""

    @classmethod
    def of(cls, data: Dataset, train: IntArray, name: str = "") -> "Learned":
        """Return it of a run's data and the rows of its training part.

        Raises DataError where its data are no features.
        """
        empty = np.isnan(data.X[train]).all(axis=0)
        X = np.where(empty, 0.0, data.X[train])
        low = np.where(empty, -np.inf, np.nanmin(X, axis=0))
        high = np.where(empty, np.inf, np.nanmax(X, axis=0))
        median = np.nanmedian(X, axis=0)
        label = next((column.name for column in data.columns if column.role == "label"), "")
        return cls(data.features, low, high, median, label, name)


@dataclass(frozen=True)
class Odd:
    """A column whose usual values (their `median`) lie outside all training values, from `low` to `high`."""

    feature: str
    median: float
    low: float
    high: float
    factor: float

    @property
    def sentence(self) -> str:
        """Say so, and how many times as large or small they are where that is a usual factor between units."""
        here, learned = _number(self.median), f"{_number(self.low)} to {_number(self.high)}"
        said = f"Values of {self.feature} are about {here} here, outside the {learned} that the run learned from"
        if not self.factor:
            return f"{said}: another unit?"
        times = f"{self.factor:,.0f} times as large" if self.factor > 1 else f"{1 / self.factor:,.0f} times as small"
        return f"{said}, {times}: another unit?"


@dataclass(frozen=True)
class Matching:
    """Columns that stand for features: `columns` maps each feature that was found to its column.

    `said` were named by a person and `respelled` found by their words. `missing` are features without a column, and
    `perhaps` names for some of them one that may be it. `others` are not used. `problems` say what of a column was
    lost. `label` names the column with genres, and `name` that with names of tracks; empty where there is none.
    """

    columns: Mapping[str, str]
    said: tuple[str, ...]
    respelled: tuple[str, ...]
    missing: tuple[str, ...]
    perhaps: Mapping[str, str]
    others: tuple[str, ...]
    reordered: bool
    n_rows: int
    n_tracks: int = 0
    label: str = ""
    name: str = ""
    odd: tuple[Odd, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def check(self, *, fill: bool, remedy: str) -> None:
        """Go on only where the run can answer; with `fill`, columns may be missing, but not all of them.

        Raises DataError where it cannot; `remedy` says what to do about a missing column.
        """
        if not self.columns:
            raise DataError(
                f"The table has none of the {len(self.missing):,} features that the run learned from, such as "
                f"{self.missing[0]}: measure the same features, or name its columns."
            )
        if self.missing and not fill:
            raise DataError(f"{self.lacking} {remedy}")

    @property
    def lacking(self) -> str:
        """Say which features have no column; empty where all have one."""
        if not self.missing:
            return ""
        them = named(self.missing)
        said = f"The table lacks {count(len(self.missing), 'feature')} that the run learned from: {them}."
        likely = [f"{column} for {feature}" for feature, column in self.perhaps.items()]
        return f"{said} Perhaps {named(likely)}." if likely else said

    @property
    def sentences(self) -> list[str]:
        """Say what will be used, and what is odd."""
        n = len(self.columns)
        said = [f"{count(n, 'column is', 'columns are')} used, of the {n + len(self.missing):,} that the run "
                "learned from."]  # fmt: skip
        if self.lacking:
            said.append(self.lacking)
        if self.respelled:
            pairs = [f"{self.columns[feature]} for {feature}" for feature in self.respelled]
            said.append(f"{count(len(pairs), 'column is', 'columns are')} spelled otherwise: {named(pairs)}.")
        if self.said:
            pairs = [f"{self.columns[feature]} for {feature}" for feature in self.said]
            said.append(f"As you said, {named(pairs)}.")
        if self.reordered:
            said.append("The columns stand in another order, which does not matter: they are found by their names.")
        said += [one.sentence for one in self.odd[:MOST_NAMED]]
        if len(self.odd) > MOST_NAMED:
            said.append(f"So are those of {named([one.feature for one in self.odd[MOST_NAMED:]])}.")
        said += [f"In {column}, {problem[0].lower()}{problem[1:]}" for column, problem in self.problems.items()]
        if self.others:
            said.append(f"{count(len(self.others), 'other column is', 'other columns are')} not used: "
                        f"{named(self.others)}.")  # fmt: skip
        if self.n_tracks < self.n_rows:
            said.append(f"{self.n_rows:,} rows are segments of {count(self.n_tracks, 'track')}, by {self.name}.")
        if self.label:
            said.append(f"Genres are in the column {self.label}, so tracks that are new to the run are judged too.")
        return [capitalized(sentence) for sentence in (*said, *self.notes)]

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain numbers, lists and dicts, with its sentences."""
        return {**asdict(self), "sentences": self.sentences}


def match_columns(columns: Sequence[str], learned: Learned, said: Iterable[str] = (), n_rows: int = 0) -> Matching:
    """Return which columns stand for which features: as a person has `said`, by name, or by another spelling.

    Raises DataError where what was said names a feature or a column that there is not.
    """
    as_said = read_renamed(said, learned.features, columns)
    taken = set(as_said.values())
    found = {f: f for f in learned.features if f in set(columns) - taken and f not in as_said} | as_said
    left = [column for column in columns if column not in found.values()]
    lacking = [feature for feature in learned.features if feature not in found]
    respelled = spelled_otherwise(lacking, left)
    found |= respelled
    missing = [feature for feature in lacking if feature not in respelled]
    left = [column for column in left if column not in respelled.values()]
    place = {column: at for at, column in enumerate(columns)}
    places = [place[found[feature]] for feature in learned.features if feature in found]
    return Matching(
        {feature: found[feature] for feature in learned.features if feature in found},
        tuple(as_said),
        tuple(respelled),
        tuple(missing),
        perhaps_renamed(missing, left),
        tuple(left),
        places != sorted(places),
        n_rows,
    )


def with_values(matching: Matching, X: FloatArray, learned: Learned) -> Matching:
    """Return a matching that knows the features (n, k), NaN where there is none: which of them are odd."""
    odd = []
    for at, feature in enumerate(learned.features):
        values = X[:, at][~np.isnan(X[:, at])]
        if not len(values):
            continue
        median, low, high = float(np.median(values)), float(learned.low[at]), float(learned.high[at])
        if not low - MARGIN * (high - low) <= median <= high + MARGIN * (high - low):
            odd.append(Odd(feature, median, low, high, _factor(median, float(learned.median[at]))))
    return replace(matching, odd=tuple(odd))


def _factor(here: float, there: float) -> float:
    """Return the usual factor between units that lies between two medians; 0 where there is none."""
    if not (here and there):
        return 0.0
    ways = [*FACTORS, *(1 / factor for factor in FACTORS)]
    return next((factor for factor in ways if 0.7 < here / there / factor < 1.4), 0.0)


def named(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    shown = [name[:60] for name in names[:MOST_NAMED]]
    more = len(names) - len(shown)
    return joined([*shown, f"{more:,} more"] if more else shown)


def _number(value: float) -> str:
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e12 else f"{value:.4g}"
