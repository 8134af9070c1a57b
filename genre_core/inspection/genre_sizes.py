"""Genres: too small for a split, owned by one artist, called nearly the same, or far more common than others."""

import re

import numpy as np

from genre_core.data.dataset import Dataset
from genre_core.data.splitting import Split
from genre_core.data.tables.delimited import NUMBER, count_of
from genre_core.data.tables.several import between
from genre_core.inspection.warning import Finding, Severity, listed, percent, rows_of, tracks

FEWEST_TO_SPLIT = 7
"""Tracks (or groups) from which a genre has one in a test part of 15 percent."""
FEWEST_IN_TEST = 5
"""With fewer tracks in the test part, a genre's score moves by a fifth with each of them."""
MANY_IN_TEST = 10
"""Rows that a genre should have in the test part for its share of them to be judged."""
UNEVEN = 0.75
"""How far the shares of two genres in the test part may lie apart, as a part of the share that is wanted."""
TEST_SHARE = 0.15
TIMES = 3
MANY_TIMES = 10
LONG_NAME = 6
"""Letters from which two names that differ in one of them may be one name misspelled."""


def find(dataset: Dataset, split: Split | None) -> list[Finding]:
    """Return what is odd about the genres."""
    return [
        *_small(dataset, split),
        *_unbalanced(dataset, split),
        *_owned(dataset),
        *_several(dataset),
        *_alike(dataset),
        *_names_and_numbers(dataset),
        *_imbalance(dataset),
    ]


def _small(dataset: Dataset, split: Split | None) -> list[Finding]:
    """Report genres that cannot be split, and those whose test score rests on a handful."""
    level, units = _units(dataset)
    owned = [g for g, n in enumerate(units) if n == 1 < dataset.counts[g] and level != "track" and split is None]
    present = np.setdiff1d(np.flatnonzero(dataset.counts > 0), owned)  # those of one artist are told by `_owned`
    tiny = [g for g in present if split is None and units[g] < FEWEST_TO_SPLIT]
    if split is not None:
        in_test, noun = np.bincount(dataset.y[split.test], minlength=len(dataset.genres)), f"{dataset.noun}s"
        few = [g for g in present if in_test[g] < FEWEST_IN_TEST and g not in tiny]
    else:
        noun = f"{level}s"
        few = [g for g in present if TEST_SHARE * units[g] < FEWEST_IN_TEST and g not in tiny]
    found = []
    if tiny:
        names = tuple(dataset.genres[g] for g in tiny)
        leave = f", or leave {'it' if len(tiny) == 1 else 'them'} out" if len(present) - len(tiny) > 1 else ""
        sizes = listed([f"{dataset.genres[g]} with {units[g]:,}" for g in tiny])
        sentence = (
            f"{len(names):,} {'genre has' if len(names) == 1 else 'genres have'} fewer than {FEWEST_TO_SPLIT} {level}s "
            f"({sizes}), too few for training, validation and test: add {dataset.whole}s{leave}."
        )
        found.append(Finding("too small to split", "serious", sentence, genres=names))
    if few:
        names = tuple(dataset.genres[g] for g in few)
        what = "is" if len(names) == 1 else "are"
        sentence = (
            f"{listed(names)} {what} small: with fewer than {FEWEST_IN_TEST} {noun} in the test part, one more error "
            "changes the genre's score by more than 20 points."
        )
        found.append(Finding("small", "warning", sentence, genres=names))
    return found


def _unbalanced(dataset: Dataset, split: Split | None) -> list[Finding]:
    """Report a test part that whole groups make too large or too small for some genres."""
    if split is None or split.by in ("row", "published"):
        return []
    n_dealt = len(split.train) + len(split.validation) + len(split.test)
    share = len(split.test) / n_dealt
    of_genre = np.bincount(dataset.y[split.test], minlength=len(dataset.genres)) / np.maximum(dataset.counts, 1)
    large = dataset.counts * share >= MANY_IN_TEST
    if not large.any():
        return []
    shares = np.where(large, of_genre, share)
    least, most = int(shares.argmin()), int(shares.argmax())
    if shares[most] - shares[least] < UNEVEN * share or n_dealt < len(dataset):
        return []
    sentence = (
        f"The test part holds {percent(float(shares[least]))} of the rows of {dataset.genres[least]} and "
        f"{percent(float(shares[most]))} of those of {dataset.genres[most]}: whole {split.by}s are dealt, and they "
        "differ in size."
    )
    return [Finding("unbalanced parts", "note", sentence, genres=(dataset.genres[least], dataset.genres[most]))]


def _units(dataset: Dataset) -> tuple[str, list[int]]:
    """Return what a split deals, and how many of it each genre has."""
    if dataset.coarsest is None:
        return dataset.whole, dataset.counts.tolist()
    level, numbers = dataset.coarsest
    return level, [len(np.unique(numbers[dataset.y == g])) for g in range(len(dataset.genres))]


def _owned(dataset: Dataset) -> list[Finding]:
    """Report genres that one artist or album makes up, so that no split can keep it together."""
    found = []
    for level, numbers in dataset.groups.items():
        if level == "track":
            continue
        owned = [g for g in np.flatnonzero(dataset.counts > 1) if len(np.unique(numbers[dataset.y == g])) == 1]
        if owned:
            names = tuple(dataset.genres[g] for g in owned)
            sentence = (
                f"All {dataset.whole}s of {listed(names)} come from one {level}{' each' if len(names) > 1 else ''}: a "
                f"split by {level} cannot put {'these genres' if len(names) > 1 else 'this genre'} in both training "
                "and test."
            )
            found.append(Finding("one group", "serious", sentence, genres=names))
    return found


def _alike(dataset: Dataset) -> list[Finding]:
    """Report genres whose names differ in case or punctuation, and long ones that differ in one letter."""
    by_letters: dict[str, list[str]] = {}
    for genre in dataset.genres:
        is_number = NUMBER.fullmatch(genre)  # -1 is not 1
        by_letters.setdefault(genre if is_number else "".join(filter(str.isalnum, genre.casefold())), []).append(genre)
    found = [
        Finding(
            "alike names",
            "warning",
            f"{listed(alike)} look like one genre but are treated as different: if they are the same, give them one "
            "name.",
            genres=tuple(alike),
        )
        for letters, alike in by_letters.items()
        if len(alike) > 1 and letters
    ]
    spelt = [(letters, alike[0]) for letters, alike in by_letters.items()]
    for number, (letters, genre) in enumerate(spelt):
        for others, other in spelt[number + 1 :]:
            if _one_letter_apart(letters, others):
                sentence = f"{genre} and {other} differ by one letter: if they are the same genre, give them one name."
                found.append(Finding("alike names", "note", sentence, genres=(genre, other)))
    return found


def _several(dataset: Dataset) -> list[Finding]:
    """Report tracks of several genres: in one cell, or in several rows."""
    found = []
    signs = between(dataset.genres)
    combined = [genre for genre in dataset.genres if len(re.split(signs, genre)) > 1]
    if combined:
        n_tracks = _count(dataset, combined)
        sentence = (
            f"{tracks(dataset, n_tracks)} {'has' if n_tracks == 1 else 'have'} several genres in "
            f"one cell ({listed(combined)}): each combination counts as a genre of its own."
        )
        found.append(Finding("several genres", "warning", sentence, genres=tuple(combined)))
    if "track" in dataset.groups:
        pairs = np.unique(np.column_stack([dataset.groups["track"], dataset.y]), axis=0)
        several = np.flatnonzero(np.bincount(pairs[:, 0]) > 1)
        if len(several):
            rows = np.flatnonzero(np.isin(dataset.groups["track"], several))
            rows = rows[np.argsort(dataset.groups["track"][rows], kind="stable")]
            first = rows[dataset.groups["track"][rows] == dataset.groups["track"][rows[0]]]
            named = listed([dataset.genres[genre] for genre in np.unique(dataset.y[first])])
            n = count_of(len(several), dataset.whole)
            example = dataset.called("track", int(dataset.groups["track"][rows[0]]))
            sentence = (
                f"{n} {'is' if len(several) == 1 else 'are'} filed under several genres, such as {example} ({named}): "
                "no single answer is right."
            )
            found.append(Finding("several genres", "warning", sentence, rows=rows_of(rows)))
    return found


def _names_and_numbers(dataset: Dataset) -> list[Finding]:
    """Report genres of which some are numbers and some are names: perhaps codes beside the names of the same genres."""
    numbers = [genre for genre in dataset.genres if genre.lstrip("-").isdecimal()]
    names = [genre for genre in dataset.genres if genre not in numbers]
    if not numbers or not names:
        return []
    sentence = (
        f"The genre is a number in {tracks(dataset, _count(dataset, numbers))} ({listed(numbers)}) and a name in "
        f"{tracks(dataset, _count(dataset, names))} ({listed(names)}): if the numbers are codes, name their genres."
    )
    return [Finding("names and numbers", "warning", sentence, genres=tuple(numbers))]


def _count(dataset: Dataset, genres: list[str]) -> int:
    return int(sum(dataset.counts[dataset.genres.index(genre)] for genre in genres))


def _one_letter_apart(first: str, second: str) -> bool:
    """Say whether two long words become one by changing, adding or leaving out one letter, which is no digit."""
    short, long = sorted((first, second), key=len)
    if len(short) < LONG_NAME or len(long) - len(short) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    skipped = 1 if len(short) == len(long) else 0
    odd = long[start] + short[start : start + skipped]
    return short[start + skipped :] == long[start + 1 :] and not any(map(str.isdigit, odd))


def _imbalance(dataset: Dataset) -> list[Finding]:
    """Report genres that are far more common than others, beyond what chance makes of equally common ones."""
    from scipy.stats import chisquare

    counts = dataset.counts
    present = np.flatnonzero(counts > 0)
    most, least = int(counts.argmax()), int(present[counts[present].argmin()])
    times = counts[most] / counts[least]
    if times < TIMES or float(chisquare(counts[present]).pvalue) > 0.001:
        return []
    sentence = (
        f"{dataset.genres[most]} has {tracks(dataset, int(counts[most]))}, {dataset.genres[least]} {counts[least]:,}: "
        "a classifier gains accuracy by favoring common genres. Look at macro-F1 too, or turn on class weighting."
    )
    severity: Severity = "warning" if times >= MANY_TIMES else "note"
    return [Finding("imbalance", severity, sentence, genres=(dataset.genres[most], dataset.genres[least]))]
