"""Recordings: what their files differ in by genre, so that a network may hear the file instead of the music."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from genre_core.data.dataset import Dataset, IntArray
from genre_core.inspection.warning import Finding, percent, rows_of, tracks

CHANCE = 0.001
"""Chance of a false alarm for each property."""
TOLD_APART = 0.25
"""Share of the variance of ranks that lies between genres from which on a measured property is reported."""
SILENT = -60.0
"""Loudness (dB RMS) below which a clip is silent."""
CLIPPED = 0.999
"""Peak from which on a clip has reached the limit of its format."""
FEWEST = 5

NAMED = {"codec": "codec", "sample_rate": "sample rate", "channels": "number of channels"}
MEASURED = {"length": ("length", "s"), "loudness": ("loudness", "dB")}


def find(dataset: Dataset) -> list[Finding]:
    """Return what the files of clips give away, and those that are silent or clipped; nothing without files."""
    found = []
    for name, noun in NAMED.items():
        if name in dataset.recorded:
            found += _named(dataset, noun, [str(value) for value in dataset.recorded[name]])
    for name, (noun, unit) in MEASURED.items():
        if name in dataset.recorded:
            found += _measured(dataset, noun, unit, np.asarray(dataset.recorded[name], dtype=np.float64))
    return [*found, *_faulty(dataset)]


def _named(dataset: Dataset, noun: str, values: Sequence[str]) -> list[Finding]:
    """Report a property that differs by genre beyond chance, by a chi-squared test."""
    from scipy.stats import chi2_contingency

    kinds, numbers = np.unique(values, return_inverse=True)
    present = np.flatnonzero(dataset.counts)
    if len(kinds) < 2 or len(present) < 2:
        return []
    counts = np.zeros((len(dataset.genres), len(kinds)), dtype=np.int64)
    np.add.at(counts, (dataset.y, numbers), 1)
    counts = counts[present]
    if float(chi2_contingency(counts).pvalue) > CHANCE:
        return []
    told, always = counts.max(axis=0).sum() / counts.sum(), counts.sum(axis=1).max() / counts.sum()
    unlike = np.abs(counts / counts.sum(axis=1, keepdims=True) - counts.sum(axis=0) / counts.sum()).max(axis=1)
    genre = int(present[unlike.argmax()])
    own = Counter(value for value, y in zip(values, dataset.y.tolist(), strict=True) if y == genre).most_common(1)[0]
    share = own[1] / int(dataset.counts[genre])
    sentence = (
        f"The {noun} of the files differs by genre: {percent(share)} of {dataset.genres[genre]} is {own[0]}. From the "
        f"{noun} alone, {percent(told)} of the genres can be guessed ({percent(always)} without it). The network may "
        f"hear the {noun} instead of the music: convert all files to one {noun} before you trust a score."
    )
    return [Finding("recorded another way", "serious", sentence, genres=(dataset.genres[genre],))]


def _measured(dataset: Dataset, noun: str, unit: str, values: Any) -> list[Finding]:
    """Report a measured property whose ranks differ by genre, by the Kruskal-Wallis test and its epsilon squared."""
    from scipy.stats import kruskal

    groups = [values[dataset.y == genre] for genre in np.flatnonzero(dataset.counts >= FEWEST)]
    if len(groups) < 2 or np.ptp(values) == 0:
        return []
    statistic, p_value = kruskal(*groups)
    # Tomczak and Tomczak (2014), The need to report effect size estimates revisited.
    if p_value > CHANCE or statistic / (len(values) - 1) < TOLD_APART:
        return []
    medians = np.array([np.median(values[dataset.y == g]) if n else np.nan for g, n in enumerate(dataset.counts)])
    high, low = int(np.nanargmax(medians)), int(np.nanargmin(medians))
    sentence = (
        f"The {noun} of the clips differs by genre: half of {dataset.genres[high]} has more than "
        f"{medians[high]:.1f} {unit}, half of {dataset.genres[low]} less than {medians[low]:.1f} {unit}. Part of a "
        f"score may come from the {noun}, which says how a clip was made rather than what is played."
    )
    names = (dataset.genres[high], dataset.genres[low])
    return [Finding("recorded another way", "warning" if noun == "length" else "note", sentence, genres=names)]


def _faulty(dataset: Dataset) -> list[Finding]:
    found = []
    if "loudness" in dataset.recorded:
        silent = np.flatnonzero(np.asarray(dataset.recorded["loudness"]) < SILENT)
        found += _rows(dataset, silent, "silent", "listen to them, and leave them out if nothing is heard.")
    if "peak" in dataset.recorded:
        clipped = np.flatnonzero(np.asarray(dataset.recorded["peak"]) >= CLIPPED)
        if len(clipped) < len(dataset) / 2:  # most mastered music touches the limit
            found += _rows(dataset, clipped, "at the limit of the format", "they may be distorted by clipping.")
    return found


def _rows(dataset: Dataset, rows: IntArray, what: str, then: str) -> list[Finding]:
    if not len(rows):
        return []
    verb = "is" if len(rows) == 1 else "are"
    sentence = f"{tracks(dataset, len(rows))} {verb} {what}: {then}"
    return [Finding("faulty recordings", "note", sentence, rows=rows_of(rows))]
