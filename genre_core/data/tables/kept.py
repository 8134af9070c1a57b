"""Rows of a table that are used: those with a genre that is chosen and common enough, and with features."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray
from genre_core.data.genres import counted_as, merge_notes
from genre_core.data.tables.categories import marked, marks
from genre_core.data.tables.cells import numbers, texts, track_keys
from genre_core.data.tables.delimited import count_of
from genre_core.data.tables.meaning import Meaning
from genre_core.data.tables.several import rows_kept
from genre_core.errors import DataError
from genre_core.settings.config import TableConfig

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 1e300
"""From here on a number stands for one that is missing: programs write the largest that there is."""

Mask = npt.NDArray[np.bool_]
_LOST = re.compile(r"left out: (no genre\.$|every feature is missing)|^No row of the genre|infinite values? taken")


@dataclass(frozen=True, eq=False)
class Kept:
    """Rows that are used, their features X (n_rows, n_features), their genres (n_rows,), and notes on the others."""

    rows: "pd.DataFrame"
    X: FloatArray
    names: "pd.Series[str]"
    notes: tuple[str, ...]

    def where(self, mask: Mask, *notes: str) -> "Kept":
        """Return those of the rows where `mask` (n_rows,) says so, with a note on the others."""
        told = (*self.notes, *filter(None, notes))
        if mask.all():
            return replace(self, notes=told)
        return Kept(self.rows[mask], self.X[mask], self.names[mask], told)


def kept_rows(table: Meaning, config: TableConfig) -> Kept:
    """Return the rows of a table that are used.

    Raises DataError where a genre is chosen that there is not, or no row is left.
    """
    label = table.label.values
    counted = counted_as(label.dropna().unique(), config.genres)
    labelled, chosen = label.notna().to_numpy(), label.isin(counted).to_numpy()
    rows = table.frame if chosen.all() else table.frame[chosen]
    X, infinite = _features(rows, table.features)
    complete, notes = _complete(X, config, rows.index)
    if n_without := int((~labelled).sum()) - table.n_several:
        notes = (f"{count_of(n_without, 'row')} left out: no genre.", *notes)
    if n_others := int((labelled & ~chosen).sum()):
        notes = (f"{count_of(n_others, 'row')} left out: their genres are not chosen.", *notes)
    notes = (*notes, *_emptied(label[rows.index], complete))
    names = label[rows.index].map(counted)
    kept = Kept(rows, X, names, notes).where(complete, *table.notes)
    if table.key and config.several != "each":
        one, note = rows_kept(track_keys(texts(kept.rows[table.key])), kept.names, config.several)
        kept = kept.where(one, note)
    common, rare = _common(kept.names, config.min_tracks)
    return kept.where(common, *merge_notes(counted), *rare, *infinite)


def lost_of(notes: Iterable[str]) -> tuple[str, ...]:
    """Return those of the notes that tell of rows and values that nobody chose to leave out."""
    return tuple(note for note in notes if _LOST.search(note))


def _emptied(names: "pd.Series[str]", kept: Mask) -> tuple[str, ...]:
    """Note the genres of which no row is kept."""
    gone = [] if kept.all() else sorted(set(names.unique()) - set(names[kept].unique()))
    if not gone:
        return ()
    noun, them = ("genre", "it") if len(gone) == 1 else ("genres", "them")
    return (f"No row of the {noun} {_listed(gone)} is left: fill in values, or train without {them}.",)


def _common(names: "pd.Series[str]", min_tracks: int) -> tuple[Mask, tuple[str, ...]]:
    """Say which rows have a genre of at least `min_tracks` rows (n_rows,), and note which genres are left out."""
    sizes = names.value_counts()
    rare = sizes.index[sizes < min_tracks]
    if rare.empty:
        return np.ones(len(names), dtype=bool), ()
    n_rows = count_of(int(sizes[rare].sum()), "row")
    noun = "genre has" if len(rare) == 1 else "genres have"
    note = f"{n_rows} left out: {len(rare)} {noun} fewer than {min_tracks:,} tracks ({_listed(sorted(rare))})."
    return (~names.isin(rare)).to_numpy(), (note,)


def _features(rows: "pd.DataFrame", features: Mapping[str, tuple[str, ...]]) -> tuple[FloatArray, tuple[str, ...]]:
    """Return the features (n_rows, n_features), infinities turned into NaN, with a note on them.

    `features` are the columns, each with its categories where it has some.
    """
    X = np.empty((len(rows), sum(len(marked(name, own)) if own else 1 for name, own in features.items())))
    infinite: dict[str, int] = {}
    example = ""
    position = 0
    for name, own in features.items():
        if own:
            found = marks(rows[name], own)
            X[:, position : position + found.shape[1]] = found
            position += found.shape[1]
            continue
        values = numbers(rows[name])
        assert values is not None
        X[:, position] = values
        endless = np.abs(values) >= LARGEST
        if n_endless := int(endless.sum()):
            infinite[name] = n_endless
            row = int(endless.argmax())
            example = example or f"{values[row]:.4g} in row {rows.index[row] + 1:,}"
            X[endless, position] = np.nan
        position += 1
    if not infinite:
        return X, ()
    n = sum(infinite.values())
    which = f"{'It is' if n == 1 else 'The first is'} {example}."
    return X, (f"{count_of(n, 'infinite value')} taken as missing, in {_listed(list(infinite))}. {which}",)


def _complete(X: FloatArray, config: TableConfig, index: "pd.Index[Any]") -> tuple[Mask, tuple[str, ...]]:
    """Say which rows are kept (n_rows,), and note how many are left out for which reason."""
    n_missing = np.isnan(X).sum(axis=1)
    empty: Mask = (n_missing == X.shape[1]) & (config.missing != "all")
    gap: Mask = (n_missing > 0) & ~empty & (config.missing == "drop")
    dropped = [(empty, "every feature is missing"), (gap, "a feature is missing")]
    kept: Mask = ~(empty | gap)
    if not kept.any():
        raise DataError("Every row misses a feature: replace missing values by the median, or leave out a column.")
    notes = []
    for rows, why in dropped:
        if n := int(rows.sum()):
            which = f" {'It is' if n == 1 else 'The first is'} row {index[int(rows.argmax())] + 1:,}."
            notes.append(f"{count_of(n, 'row')} left out: {why}.{which if rows is empty else ''}")
    return kept, tuple(notes)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
