"""A sample of a data set: whole tracks, drawn at random from each genre."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from genre_core.data.dataset import Dataset, IntArray, telling
from genre_core.data.inputs import Features


def sampled(dataset: Dataset, share: float, seed: int) -> Dataset:
    """Return a share of the tracks of each genre, at least one, with all of their rows; features alone are sampled."""
    if share >= 1 or not isinstance(dataset.inputs, Features):
        return dataset
    tracks = dataset.groups.get("track", np.arange(len(dataset)))
    numbers, first = np.unique(tracks, return_index=True)
    rng, kept = np.random.default_rng(seed), list[IntArray]()
    for genre in range(len(dataset.genres)):
        own = numbers[dataset.y[first] == genre]
        kept.append(rng.choice(own, size=min(len(own), max(1, round(share * len(own)))), replace=False))
    chosen = np.concatenate(kept)
    rows = np.flatnonzero(np.isin(tracks, chosen))
    note = f"A sample of {len(chosen):,} of {len(numbers):,} tracks, drawn with seed {seed}."
    return replace(
        dataset,
        inputs=replace(dataset.inputs, matrix=dataset.X[rows].copy()),
        y=dataset.y[rows].copy(),
        tracks=tuple(dataset.tracks[row] for row in rows.tolist()),
        groups=telling(_of(dataset.groups, rows)),
        notes=(*dataset.notes, note),
        published=None if dataset.published is None else dataset.published[rows].copy(),
        titles=tuple(dataset.titles[row] for row in rows.tolist()) if dataset.titles else (),
    )


def _of(groups: Mapping[str, IntArray], rows: IntArray) -> dict[str, IntArray]:
    return {level: numbers[rows].copy() for level, numbers in groups.items()}
