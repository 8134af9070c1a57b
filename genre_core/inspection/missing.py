"""Values that are missing: how many, and whether that they are missing says something about the genre."""

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import Dataset, FloatArray, IntArray
from genre_core.evaluation.holm import holm
from genre_core.inspection.sampling import one_of_each
from genre_core.inspection.warning import Finding, Severity, listed, percent, tracks

Mask = npt.NDArray[np.bool_]

MANY = 0.05
"""Share of missing values from which a column is worth a word."""
MOST = 0.5
LEVEL = 0.01
APART = 0.05
"""Least difference between the genres' shares of missing values that matters."""


def find(dataset: Dataset) -> list[Finding]:
    """Return the columns without values in a genre, those missing by genre, and those that miss many."""
    gaps = np.isnan(dataset.X)
    if not gaps.any():
        return []
    counts = dataset.counts
    by_genre = np.array([gaps[dataset.y == g].sum(axis=0) for g in range(len(counts))])
    shares = by_genre / np.maximum(counts, 1)[:, None]
    absent = [int(i) for i in np.flatnonzero((shares == 1).any(axis=0)) if not gaps[:, i].all()]
    found = [_absent(dataset, i, np.flatnonzero((shares[:, i] == 1) & (counts > 0))) for i in absent]
    told = set(absent)
    for i in _by_genre(dataset, gaps, shares):
        if i not in told:
            found.append(_unequal(dataset, i, shares[:, i]))
    share = gaps.mean(axis=0)
    most, many = (share >= MOST) & (share < 1), (share >= MANY) & (share < MOST)
    return [*found, *_many(dataset, most, share, "warning", MOST), *_many(dataset, many, share, "note", MANY)]


def _absent(dataset: Dataset, column: int, genres: IntArray) -> Finding:
    name, names = dataset.features[column], tuple(dataset.genres[g] for g in genres)
    sentence = (
        f"{name} has no value for any {dataset.whole} of {listed(names)}: the median that replaces it gives "
        f"{'that genre' if len(names) == 1 else 'those genres'} away. Leave the column out."
    )
    return Finding("missing in a genre", "serious", sentence, (name,), genres=names)


def _unequal(dataset: Dataset, column: int, shares: FloatArray) -> Finding:
    name, present = dataset.features[column], np.where(dataset.counts > 0, shares, np.nan)
    most, least = int(np.nanargmax(present)), int(np.nanargmin(present))
    genres = (dataset.genres[most], dataset.genres[least])
    sentence = (
        f"Whether {name} is missing depends on the genre: {percent(shares[most])} of {genres[0]} lack it, "
        f"{percent(shares[least])} of {genres[1]}. The median that replaces it hints at the genre."
    )
    return Finding("missing by genre", "warning", sentence, (name,), genres=genres)


def _many(dataset: Dataset, are: Mask, share: FloatArray, severity: Severity, least: float) -> list[Finding]:
    columns = np.flatnonzero(are)
    if not len(columns):
        return []
    names = tuple(dataset.features[i] for i in columns)
    worst = columns[share[columns].argmax()]
    if len(names) == 1:
        n = round(share[worst] * len(dataset))
        sentence = (
            f"{names[0]} is missing in {n:,} of {tracks(dataset, len(dataset))}; the training median replaces it."
        )
    else:
        sentence = (
            f"{len(names):,} features ({listed(names)}) lack at least {percent(least)} of their values, "
            f"{dataset.features[worst]} the most ({percent(share[worst])}); the training median replaces them."
        )
    return [Finding("missing", severity, sentence, names)]


def _by_genre(dataset: Dataset, gaps: Mask, shares: FloatArray) -> list[int]:
    """Return the columns whose gaps depend on the genre by Pearson's chi-square, Holm over columns.

    One row of each group is counted, and only columns where enough gaps are expected in every genre (Cochran, 1954).
    """
    from scipy.stats import chi2

    rows = one_of_each(dataset)
    counts = np.bincount(dataset.y[rows], minlength=len(dataset.genres))
    present = counts > 0
    missed = np.array([gaps[rows][dataset.y[rows] == g].sum(axis=0) for g in np.flatnonzero(present)])
    share = missed.sum(axis=0) / len(rows)
    expected = counts[present][:, None] * np.minimum(share, 1 - share)
    fit = (expected.min(axis=0) >= 1) & ((expected >= 5).mean(axis=0) >= 0.8)
    columns = np.flatnonzero(fit & (np.ptp(shares[present], axis=0) >= APART))
    if not len(columns):
        return []
    wanted = counts[present][:, None] * share[columns]
    excess = (missed[:, columns] - wanted) ** 2
    statistic = (excess / wanted + excess / (counts[present][:, None] - wanted)).sum(axis=0)
    p = np.asarray(chi2.sf(statistic, int(present.sum()) - 1))
    return [int(i) for i in columns[holm(p) < LEVEL]]
