"""Which rows train, which choose and which report: single rows, whole groups, or a published split."""

import hashlib
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from genre_core.data.copies import with_copies
from genre_core.data.dataset import PARTS, Dataset, IntArray, Part
from genre_core.errors import DataError, GenresError, UnlearnedError
from genre_core.settings.config import DatasetConfig, SplitConfig

FEWEST = 3
"""Members of a genre from which on each of three parts can have one."""


MOST_TRIES, FEW_TRIES, MANY_GROUPS = 30, 3, 3000
"""Cuts of which the most balanced is taken, of many groups fewer: those are balanced by their number."""


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers of each part, in the order in which they are trained on and reported.

    `by` is what was dealt: row, a level of the data's groups, or published. `straddling` names the levels of which a
    group stands in more than one part.
    """

    train: IntArray
    validation: IntArray
    test: IntArray
    by: str = "row"
    straddling: tuple[str, ...] = ()

    @property
    def leaky(self) -> bool:
        """Return whether what belongs together stands in several parts, so that scores are too good."""
        return bool(self.straddling)

    def __getitem__(self, part: Part) -> IntArray:
        return getattr(self, part)


def name_test_set(data: DatasetConfig, tracks: Iterable[str]) -> str:
    """Return a name for a test set, as 64 hex digits: the same for the same tracks of the same source.

    The source is the stored table, or how tracks are drawn: which features are taken changes nothing.
    """
    return hashlib.sha256("\n".join((data.identity, *sorted(tracks))).encode()).hexdigest()


def split_dataset(dataset: Dataset, config: SplitConfig) -> Split:
    """Deal rows into stratified parts: the test part first, then validation from what it leaves.

    Whole groups of the level `config.by` are dealt, stratified by the genre of most of their rows; "auto" is the
    coarsest level that there is. A published split is taken as it is, and its rows in no part are left out; where it
    has no validation part, that is cut from its training part. With folds,
    the test part is in no part: the held-out fold of what it leaves takes its place (see `_hold_out`). Dealt again, it
    is in no part either: what it leaves is dealt into three parts, the fractions being of that.
    Raises DataError where the data do not have that level, or a genre has too few tracks (or groups) to be in every
    part.
    """
    by = _level(dataset, config)
    parts = _published(dataset, config) if by == "published" else _deal(dataset, config, np.arange(len(dataset)), by)
    if config.folds or config.dealing:
        by = _foldable(dataset) if by == "published" else by
        outside = np.sort(np.concatenate(parts[:2]))
        again = config.model_copy(update={"seed": (config.seed + config.dealing) % 2**32})
        parts = _hold_out(dataset, config, outside, by) if config.folds else _deal(dataset, again, outside, by)
    return _split(dataset, parts, by)


def to_balance(dataset: Dataset) -> bool:
    """Say whether parts are to be balanced when data are chosen: artists, albums and chosen groups differ in size."""
    return dataset.coarsest is not None and dataset.coarsest[0] != "track"


def own_test(dataset: Dataset, config: SplitConfig) -> IntArray:
    """Return the rows of the test part, which no fold or further deal touches; none where nothing can be split."""
    alone = config.model_copy(update={"folds": 0, "dealing": 0})
    try:
        return split_dataset(dataset, alone).test
    except DataError:
        return np.zeros(0, dtype=np.int64)


def split_outside(dataset: Dataset, config: SplitConfig, closed: IntArray) -> Split:
    """Deal the rows outside a closed test part as `split_dataset` deals all; the fractions are of what is left.

    A published split stays as it is, without those rows. Where its own test part is the closed one, its validation part
    is judged instead, and the part that chooses is cut from its training part.
    Raises DataError as `split_dataset` does.
    """
    by = _level(dataset, config)
    if by != "published":
        return _split(dataset, _deal(dataset, config, np.setdiff1d(np.arange(len(dataset)), closed), by), by)
    train, validation, test = (np.setdiff1d(rows, closed) for rows in _published(dataset, config))
    if not len(test):
        test = validation
        train, validation = _choose_validation(dataset, config, train, _foldable(dataset))
    return _split(dataset, (train, validation, test), by)


def _split(dataset: Dataset, parts: Sequence[IntArray], by: str) -> Split:
    train, validation, test = parts
    torn = tuple(level for level in dataset.groups if _straddles(dataset.groups[level], parts))
    return Split(train, validation, test, by, torn)


def _level(dataset: Dataset, config: SplitConfig) -> str:
    """Return what is dealt, of what the data have."""
    if config.by == "auto":
        return dataset.coarsest[0] if dataset.coarsest else "row"
    there = ["row", *dataset.groups, *(["published"] if dataset.published is not None else [])]
    if config.by not in there:
        lacking = (
            "come with no published split"
            if config.by == "published"
            else f"do not say which {config.by} a row belongs to"
        )
        raise DataError(f"split.by is {config.by}, but these data {lacking}: choose auto or {' or '.join(there)}.")
    return config.by


def _published(dataset: Dataset, config: SplitConfig) -> Sequence[IntArray]:
    assert dataset.published is not None
    parts = [np.flatnonzero(dataset.published == number) for number in range(len(PARTS))]
    if len(parts[0]) and not len(parts[1]):
        parts[:2] = _choose_validation(dataset, config, parts[0], _foldable(dataset))
    for part, rows in zip(PARTS, parts, strict=True):
        if not len(rows):
            raise DataError(f"The published split has no {part} part among these tracks: split them another way.")
    n_learned = np.bincount(dataset.y[parts[0]], minlength=len(dataset.genres))
    unlearned = [genre for genre, n in zip(dataset.genres, n_learned, strict=True) if not n]
    if unlearned:
        raise UnlearnedError(unlearned, [genre for genre in dataset.genres if genre not in unlearned])
    return parts


def _deal(dataset: Dataset, config: SplitConfig, rows: IntArray, level: str) -> Sequence[IntArray]:
    """Return the rows of training, validation and test part among `rows`, by row or with whole groups of a level."""
    y, groups = dataset.y[rows], _kept_together(dataset, config, level)
    if groups is None:
        return [rows[part] for part in _deal_each(y, config, dataset, level)]
    numbers, n_genres = groups[rows], len(dataset.genres)
    _, first, members = np.unique(numbers, return_index=True, return_inverse=True)
    counts = np.bincount(members * n_genres + y, minlength=len(first) * n_genres).reshape(len(first), n_genres)
    dealt = _deal_each(counts.argmax(axis=1), config, dataset, level, counts)
    parts = [np.flatnonzero(np.isin(members, part)) for part in dealt]
    absent = np.setdiff1d(y, [genre for genre in np.unique(y) if all((y[part] == genre).any() for part in parts)])
    if len(absent):
        sizes = [len(np.unique(numbers[y == genre])) for genre in absent]
        raise _too_small(dataset, config, level, absent[np.argsort(sizes, kind="stable")], min(sizes))
    return [rows[part] for part in parts]


def _kept_together(dataset: Dataset, config: SplitConfig, level: str) -> IntArray | None:
    """Return numbers (n_samples,) of what stays on one side: groups of a level, and copies if asked for; None: rows."""
    groups = None if level == "row" else dataset.groups[level]
    return with_copies(groups, dataset.X) if config.copies and dataset.features else groups


def _deal_each(
    y: IntArray, config: SplitConfig, dataset: Dataset, unit: str, counts: IntArray | None = None
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the members of training, validation and test part among `y`'s positions.

    `counts` (n, n_genres) are each group's rows, by which parts are balanced if asked for.
    """
    rows, by = np.arange(len(y)), counts if config.balanced else None
    # A group counts for each genre that it has rows of.
    sizes = np.bincount(y, minlength=len(dataset.genres)) if counts is None else (counts > 0).sum(axis=0)
    try:
        rest, test = _cut_off(rows, y, by, config.test_fraction, config.seed)
        train, validation = _cut_off(rest, y, by, config.validation_fraction, config.seed)
    except ValueError as error:
        raise _rarest(sizes, config, dataset, unit) from error
    for part in (train, validation, test):
        if len(np.unique(y[part])) < len(np.unique(y)):
            raise _rarest(sizes, config, dataset, unit)
    return train, validation, test


def _cut_off(
    members: IntArray, y: IntArray, counts: IntArray | None, share: float, seed: int
) -> tuple[IntArray, IntArray]:
    """Cut a share off, stratified; return what is left, and it. With `counts` the most balanced of several cuts.

    Raises ValueError where a genre has too few members.
    """
    from sklearn.model_selection import train_test_split

    if counts is None:
        rest, cut = train_test_split(members, test_size=share, random_state=seed, stratify=y[members])
        return rest, cut
    rng = np.random.default_rng(seed)
    tries = MOST_TRIES if len(members) <= MANY_GROUPS else FEW_TRIES
    cuts = [_cut_by_rows(members, y, counts, share, rng) for _ in range(tries)]
    return min(cuts, key=lambda one: _imbalance(counts[one[0]].sum(axis=0), counts[one[1]].sum(axis=0), share))


def _cut_by_rows(
    members: IntArray, y: IntArray, counts: IntArray, share: float, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Cut groups off at random, in each genre those that bring its rows nearer to their share; at least one of each."""
    sizes, cut = counts.sum(axis=1), list[int]()
    for genre in np.unique(y[members]):
        own = rng.permutation(members[y[members] == genre])
        if len(own) < 2:
            raise ValueError("a genre has one group")
        wanted, taken, n = share * sizes[own].sum(), list[int](), 0
        for group in own.tolist():
            if abs(n + sizes[group] - wanted) < abs(n - wanted):
                taken.append(group)
                n += int(sizes[group])
        cut += taken or [int(own[sizes[own].argmin()])]
    inside = np.isin(members, cut)
    return members[~inside], rng.permutation(members[inside])


def _imbalance(rest: IntArray, cut: IntArray, share: float) -> float:
    """Return how far the rows (n_genres,) that are cut off are from their share, and what lacks a genre."""
    there = rest + cut > 0
    wanted = share * (rest + cut)[there]
    apart = np.abs(cut[there] - wanted)
    apart = np.where(apart < 1, 0.0, apart / wanted)  # no whole rows come nearer
    lacks = int(((cut[there] == 0) | (rest[there] == 0)).sum())
    return float(apart.mean()) + 10 * lacks


def _foldable(dataset: Dataset) -> str:
    """Return what folds of a published split keep together: the most there is."""
    return dataset.coarsest[0] if dataset.coarsest else "row"


def _hold_out(dataset: Dataset, config: SplitConfig, rows: IntArray, level: str) -> tuple[IntArray, IntArray, IntArray]:
    """Cut rows into folds, stratified and with groups whole; return training part, validation part, held-out fold.

    Each dealing of the folds has a seed of its own; the validation part is cut from the other folds.
    """
    dealing, fold = divmod(config.fold - 1, config.folds)
    together = _kept_together(dataset, config, level)
    y, groups = dataset.y[rows], None if together is None else together[rows]
    n_each = [
        int(np.count_nonzero(y == genre)) if groups is None else len(np.unique(groups[y == genre]))
        for genre in range(len(dataset.genres))
    ]
    rarest = int(np.argmin(n_each))
    if n_each[rarest] < config.folds:
        raise _too_few_for_folds(dataset, config, level, rarest, n_each[rarest])
    config = config.model_copy(update={"seed": (config.seed + dealing) % 2**32})
    held_out = np.isin(np.arange(len(rows)), _cut(y, groups, config.folds, config.seed)[fold])
    train, validation = _choose_validation(dataset, config, rows[~held_out], level)
    test = rows[held_out]
    for part in (train, validation, test):
        absent = np.setdiff1d(dataset.y, dataset.y[part])
        if len(absent):
            raise _too_few_for_folds(dataset, config, level, int(absent[0]), n_each[absent[0]])
    return train, validation, test


def _cut(y: IntArray, groups: IntArray | None, k: int, seed: int) -> list[IntArray]:
    """Return the positions in each of k folds."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    if groups is None:
        return [fold for _, fold in StratifiedKFold(k, shuffle=True, random_state=seed).split(y, y)]
    with warnings.catch_warnings():  # it counts what it deals by most of a group's rows; what lacks a genre is refused
        warnings.simplefilter("ignore", UserWarning)
        return [fold for _, fold in StratifiedGroupKFold(k, shuffle=True, random_state=seed).split(y, y, groups)]


def _choose_validation(dataset: Dataset, config: SplitConfig, rows: IntArray, level: str) -> tuple[IntArray, IntArray]:
    """Cut the validation part from rows; return what is left, and it."""
    from sklearn.model_selection import train_test_split

    y = dataset.y[rows]
    members = np.arange(len(rows))
    if (groups := _kept_together(dataset, config, level)) is not None:
        _, first, members = np.unique(groups[rows], return_index=True, return_inverse=True)
        y = _majority(y, members, len(first), len(dataset.genres))
    try:
        _, chosen = train_test_split(
            np.arange(len(y)), test_size=config.validation_fraction, random_state=config.seed, stratify=y
        )
    except ValueError as error:
        rarest = int(np.bincount(y, minlength=len(dataset.genres)).argmin())
        n = int(np.count_nonzero(y == rarest))
        if config.folds:
            raise _too_few_for_folds(dataset, config, level, rarest, n) from error
        lack = " in the training part, too few to cut a validation part from it"
        raise _too_few(dataset, [rarest], n, level, lack, ["split another way"]) from error
    inside = np.isin(members, chosen)
    return rows[~inside], rows[inside]


def _too_few_for_folds(dataset: Dataset, config: SplitConfig, unit: str, genre: int, n: int) -> GenresError:
    """Say which genre cannot be in every fold, and what to do."""
    lack = f" outside the test part, too few for {config.folds} folds and a validation part in each"
    return _too_few(dataset, [genre], n, unit, lack, ["take fewer folds"])


def _rarest(counts: IntArray, config: SplitConfig, dataset: Dataset, unit: str) -> GenresError:
    order = np.argsort(counts, kind="stable")
    few = order[counts[order] < FEWEST]
    return _too_small(dataset, config, unit, few if len(few) else order[:1], int(counts.min()))


def _too_small(dataset: Dataset, config: SplitConfig, unit: str, genres: IntArray, n: int) -> GenresError:
    """Say which genre cannot be dealt into three parts, the smallest of `genres` with `n`, and what to do."""
    lack = (
        f", too few for a training, a validation and a test part (test {100 * config.test_fraction:g} %, "
        f"validation {100 * config.validation_fraction:g} % of the rest)"
    )
    add = "add tracks" if unit in ("row", "track") else f"add tracks of other {unit}s"
    return _too_few(dataset, genres.tolist(), n, unit, lack, [add, *(["raise the fractions"] if n >= FEWEST else [])])


def _too_few(dataset: Dataset, genres: Sequence[int], n: int, unit: str, lack: str, ways: Sequence[str]) -> GenresError:
    """Say what the first of `genres` lacks with `n` units, and what to do: leaving out all of them may be a way."""
    others = [] if dataset.made else [name for g, name in enumerate(dataset.genres) if g not in genres]
    finer = [] if unit == "row" else ["keep less together"]
    alone = "leave it out" if len(genres) == 1 else f"leave out the {len(genres)} that are too small"
    *first, last = [*ways, *finer, *([alone] if len(others) > 1 else [])]
    noun = {"row": "track"}.get(unit, unit) + ("" if n == 1 else "s")
    todo = f"{', '.join(first)}, or {last}" if first else last
    return GenresError(f"The genre {dataset.genres[genres[0]]} has {n:,} {noun}{lack}: {todo}.", others)


def _majority(y: IntArray, members: IntArray, n_groups: int, n_genres: int) -> IntArray:
    """Return the most common genre of each group, shape (n_groups,)."""
    counts = np.bincount(members * n_genres + y, minlength=n_groups * n_genres)
    return counts.reshape(n_groups, n_genres).argmax(axis=1)


def _straddles(groups: IntArray, parts: Sequence[IntArray]) -> bool:
    inside = [np.unique(groups[rows]) for rows in parts]
    return len(np.unique(np.concatenate(inside))) < sum(map(len, inside))
