"""Rows that stand there more than once, exactly or nearly: a copy that comes into the test part was trained on."""

import numpy as np
import numpy.typing as npt

from genre_core.data.copies import row_hashes
from genre_core.data.dataset import Dataset, FloatArray, IntArray
from genre_core.data.inputs import Standardizer
from genre_core.data.splitting import Split
from genre_core.data.tables.delimited import count_of
from genre_core.inspection.sampling import sample
from genre_core.inspection.warning import Finding, rows_of

BY_CHANCE = 3
"""How many times as many copies as shuffled columns have: coarse columns have copies by themselves."""
NEIGHBOURS = 5
NEAREST = 0.2
"""Share of the distance to the fifth neighbor under which the first is suspiciously near."""
CHANCE = 0.01
"""Chance of a false alarm among all rows."""
MAX_ASKED = 2000
MAX_SEARCHED = 20_000
MAX_DIMENSIONS = 60
"""Directions of most variance that neighbors are looked for in."""
MAX_EXACT = 1000
"""Most columns whose covariances are all computed to find them."""


def find(dataset: Dataset, split: Split | None) -> list[Finding]:
    """Return exact copies, those of them under several genres, and near copies that nothing keeps together."""
    hashes = row_hashes(dataset.X)
    _, first, members, sizes = np.unique(hashes, return_index=True, return_inverse=True, return_counts=True)
    return [*_exact(dataset, split, members, sizes), *_near(dataset, split, np.sort(first))]


def _exact(dataset: Dataset, split: Split | None, members: IntArray, sizes: IntArray) -> list[Finding]:
    extra = int((sizes - 1).sum())
    if not extra or extra <= BY_CHANCE * _by_chance(dataset):
        return []
    pairs = np.unique(np.column_stack([members, dataset.y]), axis=0)
    n_genres = np.bincount(pairs[:, 0], minlength=len(sizes))
    of_one_track = _of_one_track(dataset, members, len(sizes))
    several = np.flatnonzero((n_genres > 1) & ~of_one_track)
    noun = "row" if ((n_genres > 1) & of_one_track).any() else dataset.noun  # a track under two genres has no segments
    found = []
    if len(several):
        rows = _rows_of_sets(members, several)
        genres = tuple(dataset.genres[g] for g in np.unique(dataset.y[rows]))
        n = count_of(len(several), "set")
        sentence = (
            f"{n} of identical {dataset.whole}s {'has' if len(several) == 1 else 'have'} more than one genre, such as "
            f"{_example(dataset, rows)}: one of the genres is wrong."
        )
        found.append(Finding("copies under several genres", "serious", sentence, rows=rows_of(rows), genres=genres))
    rows = _rows_of_sets(members, np.flatnonzero(sizes > 1))
    torn, together = _torn(members, split, sizes), _kept_together(dataset, members, rows)
    if torn is None:
        where = (
            f"each within one {together}."
            if together
            else f"a copy of a training {dataset.whole} can be in the test part."
        )
    else:
        where = _said_of_torn(torn)
    sentence = f"{count_of(extra, noun)} {'has' if extra == 1 else 'have'} the same features as an earlier one: {where}"
    harmless = torn == 0 or (torn is None and together)
    return [*found, Finding("copies", "note" if harmless else "warning", sentence, rows=rows_of(rows))]


def _of_one_track(dataset: Dataset, members: IntArray, n: int) -> npt.NDArray[np.bool_]:
    """Say which sets are of one track (n_sets,): it is filed under several genres, which is told otherwise."""
    if "track" not in dataset.groups:
        return np.zeros(n, dtype=bool)
    pairs = np.unique(np.column_stack([members, dataset.groups["track"]]), axis=0)
    return np.asarray(np.bincount(pairs[:, 0], minlength=n) == 1)


def _kept_together(dataset: Dataset, members: IntArray, rows: IntArray) -> str:
    """Return the level of the groups within which all copies lie, nothing where some do not."""
    if dataset.coarsest is None:
        return ""
    level, groups = dataset.coarsest
    pairs = np.unique(np.column_stack([members[rows], groups[rows]]), axis=0)
    return level if len(pairs) == len(np.unique(members[rows])) else ""


def _by_chance(dataset: Dataset) -> int:
    """Return how many copies there would be if the columns of each genre had nothing to do with each other."""
    rng = np.random.default_rng(0)
    in_genres = np.argsort(dataset.y, kind="stable")
    shuffled = np.empty_like(dataset.X)
    for i in range(len(dataset.features)):
        mixed = np.lexsort((rng.random(len(dataset)), dataset.y))
        shuffled[in_genres, i] = dataset.X[mixed, i]
    return len(dataset) - len(np.unique(row_hashes(shuffled)))


def _rows_of_sets(members: IntArray, sets: IntArray) -> IntArray:
    """Return the rows of some sets, those of one set beside each other."""
    rows = np.flatnonzero(np.isin(members, sets))
    return rows[np.argsort(members[rows], kind="stable")]


def _example(dataset: Dataset, rows: IntArray) -> str:
    """Name the first of the rows and the next one of another genre."""
    other = rows[np.flatnonzero(dataset.y[rows] != dataset.y[rows[0]])[0]]
    first, second = (f"{dataset.tracks[row]} ({dataset.genres[dataset.y[row]]})" for row in (rows[0], other))
    return f"{first} and {second}"


def _torn(members: IntArray, split: Split | None, sizes: IntArray) -> int | None:
    """Return how many sets have rows in the test part and in another one; None without a split."""
    if split is None:
        return None
    tested = np.bincount(members[split.test], minlength=len(sizes)) > 0
    learned = np.bincount(members[np.concatenate([split.train, split.validation])], minlength=len(sizes)) > 0
    return int((tested & learned).sum())


def _said_of_torn(n: int) -> str:
    if not n:
        return "this split keeps them all on one side."
    return f"{count_of(n, 'set')} of copies {'is' if n == 1 else 'are'} both in the test part and outside it."


def _near(dataset: Dataset, split: Split | None, distinct: IntArray) -> list[Finding]:
    """Report rows much nearer to a row of another group than rows here usually are."""
    if len(distinct) < 10 * NEIGHBOURS:
        return []
    Z = _scores(dataset.X[distinct])
    clusters = dataset.clusters(distinct)
    groups = np.arange(len(distinct)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    radius, ratio = _usual(Z, groups)
    pairs = _pairs(Z, groups, radius, ratio)
    if not len(pairs):
        return []
    rows = distinct[pairs]
    several = int((dataset.y[rows[:, 0]] != dataset.y[rows[:, 1]]).sum())
    noun = dataset.noun
    looked = f" (of {MAX_SEARCHED:,} {noun}s looked at)" if len(distinct) > MAX_SEARCHED else ""
    n, first, second = len(pairs), dataset.tracks[rows[0, 0]], dataset.tracks[rows[0, 1]]
    sentence = (
        f"{count_of(n, 'pair')} of {noun}s{looked} {'is' if n == 1 else 'are'} nearly the same"
        f"{f', {several:,} of them with two genres' if several else ''}, such as {first} and {second}; "
        f"{_kept_apart(dataset, rows, split)}."
    )
    return [Finding("near copies", "warning", sentence, rows=rows_of(rows.ravel()))]


def _kept_apart(dataset: Dataset, pairs: IntArray, split: Split | None) -> str:
    """Say how many of the pairs a split tears apart."""
    if split is None:
        return "nothing keeps them on one side of a split"
    part = np.zeros(len(dataset), dtype=np.int64)
    part[np.concatenate([split.train, split.validation])] = 1
    part[split.test] = 2
    torn = int((part[pairs].min(axis=1) * part[pairs].max(axis=1) == 2).sum())
    if not torn:
        return "this split keeps each pair on one side"
    return f"{torn:,} {'has' if torn == 1 else 'have'} one {dataset.whole} in the test part and one outside it"


def _scores(X: FloatArray) -> FloatArray:
    """Return standard scores (n_rows, at most `MAX_DIMENSIONS`) that keep most of the distances."""
    from sklearn.decomposition import PCA

    Z = Standardizer.fit(X[sample(np.arange(len(X)), MAX_SEARCHED)]).transform(X).astype(np.float64)
    if Z.shape[1] <= MAX_DIMENSIONS:
        return Z
    solver = "covariance_eigh" if Z.shape[1] <= MAX_EXACT else "randomized"
    finder = PCA(min(MAX_DIMENSIONS, len(Z)), svd_solver=solver, random_state=0)
    return finder.fit(Z[sample(np.arange(len(Z)), MAX_SEARCHED)]).transform(Z)


def _usual(Z: FloatArray, groups: IntArray) -> tuple[float, float]:
    """Return how near rows of other groups usually are (the median distance to the fifth), and which share is too near.

    In d dimensions the nearest of k neighbors lies within a share t of the distance to the k-th with a chance of about
    (k - 1) t^d; d is estimated from the same distances (Levina and Bickel, 2005, Maximum likelihood estimation of
    intrinsic dimension).
    """
    asked = sample(np.arange(len(Z)), MAX_ASKED)
    distances, _ = _neighbours(Z, groups, asked, sample(np.arange(len(Z)), MAX_SEARCHED, seed=1))
    distances = distances[np.isfinite(distances).all(axis=1) & (distances[:, 0] > 0)]
    if not len(distances):
        return 0.0, 0.0
    logs = np.log(distances[:, -1:] / distances[:, :-1])
    dimension = 1 / max(float(np.median(logs.mean(axis=1))), 1e-9)
    ratio = min(NEAREST, (CHANCE / (len(Z) * (NEIGHBOURS - 1))) ** (1 / dimension))
    return float(np.median(distances[:, -1])), ratio


def _neighbours(Z: FloatArray, groups: IntArray, asked: IntArray, searched: IntArray) -> tuple[FloatArray, IntArray]:
    """Return distances to the nearest `NEIGHBOURS` rows of other groups (n_asked, 5), infinite where few, and who."""
    from sklearn.neighbors import NearestNeighbors

    largest = int(np.bincount(groups[searched]).max())
    n_neighbours = min(len(searched), NEIGHBOURS + min(largest, 50))
    finder = NearestNeighbors(n_neighbors=n_neighbours, algorithm="brute").fit(Z[searched])
    distances, positions = finder.kneighbors(Z[asked])
    rows = searched[positions]
    distances = np.where(groups[rows] == groups[asked][:, None], np.inf, distances)
    order = np.argsort(distances, axis=1, kind="stable")[:, :NEIGHBOURS]
    return np.take_along_axis(distances, order, axis=1), np.take_along_axis(rows, order, axis=1)


def _pairs(Z: FloatArray, groups: IntArray, usual: float, ratio: float) -> IntArray:
    """Return pairs of rows (n_pairs, 2) of two groups that are too near, for where they are and overall."""
    from scipy.spatial import KDTree

    if not usual * ratio > 0:
        return np.empty((0, 2), dtype=np.int64)
    asked = sample(np.arange(len(Z)), MAX_SEARCHED)
    largest = min(int(np.bincount(groups).max()), 50)
    distances, others = KDTree(Z).query(Z[asked], k=largest + 1, distance_upper_bound=usual * ratio)
    which, columns = np.nonzero(np.isfinite(distances))
    rows, found = asked[which], others[which, columns]
    pairs = np.unique(np.sort(np.column_stack([rows, found])[groups[rows] != groups[found]], axis=1), axis=0)
    suspects = sample(np.unique(pairs), MAX_ASKED)
    if not len(suspects):
        return pairs
    near, _ = _neighbours(Z, groups, suspects, sample(np.arange(len(Z)), MAX_SEARCHED, seed=1))
    around = np.full(len(Z), np.inf)  # beyond those asked, what is usual overall decides
    around[suspects] = near[:, -1]
    apart = np.linalg.norm(Z[pairs[:, 0]] - Z[pairs[:, 1]], axis=1)
    return pairs[apart <= ratio * around[pairs].min(axis=1)]
