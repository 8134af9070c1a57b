"""Columns that give the genre away: one of them alone tells what no single measurement of the sound can.

Two ways are tried. A small decision tree on one column names every genre, judged on rows of other groups than it was
grown on; and the best threshold on one column tells one genre from the rest (Youden, 1950, Index for rating diagnostic
tests). A column is reported where it is nearly perfect and far ahead of the usual column: genres that are easy to tell
apart by many columns are no sign of a leak. Of single genres only columns with a few values are suspected, as a mark or
a code has them: a measurement may well set one genre apart.
"""

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import Dataset, FloatArray, IntArray
from genre_core.data.inputs import Standardizer
from genre_core.inspection.sampling import halves, sample
from genre_core.inspection.warning import Finding, percent

MAX_GROWN = 2000
"""Most rows of which a tree is grown, and as many on which it is judged."""
MAX_RANKED = 5000
MIN_ROWS = 40
MIN_OF_GENRE = 10
NEARLY_ALL = 0.97
"""Share of the way from guessing to always right that gives a genre away."""
TIMES = 4
"""How many times as many errors the usual column makes."""
EASY = 0.5
"""Score of the usual column from which genres are simply easy to tell apart."""
FEW = 0.2
"""Most columns, as a share of all, that can be a leak; more of them are what the data are like."""
MAX_USUAL = 256
"""Most columns that tell what is usual."""
MAX_CODES = 12
"""Most different values of a mark or a code."""


def are_looked_for(dataset: Dataset) -> bool:
    """Say whether there are rows and columns enough for a leak to stand out."""
    return len(dataset) >= MIN_ROWS and len(dataset.features) > 1


def find(dataset: Dataset) -> list[Finding]:
    """Return the columns that give all genres away, then those that give one away."""
    if not are_looked_for(dataset):
        return []
    (score, usual), k = _tree_scores(dataset), len(dataset.genres)
    of_all = _standing_out(score, usual) if usual < EASY else []
    if len(of_all) > max(1, FEW * len(score)):
        of_all = []
    found = [_of_all(dataset, i, _accuracy(score[i], k), _accuracy(usual, k)) for i in of_all]
    codes = [i for i in range(len(score)) if i not in of_all and len(np.unique(dataset.X[:, i])) <= MAX_CODES]
    for genre, index in enumerate(_separations(dataset, codes)):
        found += [
            _of_one(dataset.features[codes[i]], dataset.genres[genre]) for i in np.flatnonzero(index >= NEARLY_ALL)
        ]
    return found


def _of_all(dataset: Dataset, feature: int, accuracy: float, usual: float) -> Finding:
    column = dataset.features[feature]
    sentence = (
        f"{column} alone predicts the genre of {percent(accuracy)} of {dataset.noun}s correctly, a typical column "
        f"{percent(usual)}: leave it out unless it was measured on the sound."
    )
    return Finding("gives the genre away", "serious", sentence, (column,))


def _of_one(column: str, genre: str) -> Finding:
    sentence = (
        f"{column} alone separates {genre} from all other genres with almost no error: leave it out unless it was "
        "measured on the sound."
    )
    return Finding("gives the genre away", "serious", sentence, (column,), genres=(genre,))


def _standing_out(scores: FloatArray, usual: float) -> list[int]:
    """Return the columns whose score is nearly perfect and whose errors are many times fewer than the usual one's."""
    ahead = TIMES * (1 - scores) <= 1 - usual
    return [int(i) for i in np.flatnonzero((scores >= NEARLY_ALL) & ahead)]


def _tree_scores(dataset: Dataset) -> tuple[FloatArray, float]:
    """Return each column's balanced accuracy on rows of other groups (n_features,), guessing at 0, all right at 1.

    The usual one's score comes second. Of many columns, some tell what is usual, and of the others only those are
    scored that could name nearly all genres; the rest have 0.
    """
    from sklearn.tree import DecisionTreeClassifier

    grown, judged = halves(dataset, 2 * MAX_GROWN)
    scaler = Standardizer.fit(dataset.X[grown])
    Z = [scaler.transform(dataset.X[rows]) for rows in (grown, judged)]
    present = np.intersect1d(dataset.y[grown], dataset.y[judged])
    if len(present) < 2 or 2 * len(np.unique(dataset.y[grown])) > len(grown):
        return np.zeros(len(dataset.features)), 0.0
    tree = DecisionTreeClassifier(max_leaf_nodes=4 * len(dataset.genres), class_weight="balanced", random_state=0)
    scores, y = np.zeros(len(dataset.features)), dataset.y[judged]
    counts = np.bincount(y)[present]
    usual = np.unique(np.linspace(0, len(scores) - 1, MAX_USUAL).astype(np.int64))
    able = np.flatnonzero(_could_name(Z[0], dataset.y[grown])) if len(scores) > MAX_USUAL else usual
    for i in np.union1d(usual, able):
        named = tree.fit(Z[0][:, [i]], dataset.y[grown]).predict(Z[1][:, [i]])
        recall = np.mean(np.bincount(y[named == y], minlength=present[-1] + 1)[present] / counts)
        scores[i] = (recall - 1 / len(present)) / (1 - 1 / len(present))
    return scores, float(np.median(scores[usual]))


def _could_name(Z: npt.NDArray[np.float32], y: IntArray) -> npt.NDArray[np.bool_]:
    """Say in which columns (n_features,) the genres follow each other in few enough runs for a small tree.

    A leaf is a run of values; each error, of which balanced accuracy forgives the most in the largest genre, cuts a
    run in three. Twice as many errors are allowed as the score forgives.
    """
    counts = np.bincount(y)
    most = 4 * len(counts) + 4 * (1 - NEARLY_ALL) * len(counts) * counts.max()
    by_genre = np.argsort(y, kind="stable")  # equal values stand by genre, in as few runs as can be
    order = by_genre[np.argsort(Z[by_genre], axis=0, kind="stable")]
    changes: IntArray = np.count_nonzero(np.diff(y[order], axis=0), axis=0)
    return changes <= most


def _accuracy(score: float, n_genres: int) -> float:
    return 1 / n_genres + max(0.0, float(score)) * (1 - 1 / n_genres)


def _separations(dataset: Dataset, columns: list[int]) -> FloatArray:
    """Return Youden's index of each column's best threshold for each genre against the rest (n_genres, n_columns).

    It is the largest difference of the two distributions; 0 for a genre with too few tracks to tell.
    """
    rows = sample(np.arange(len(dataset)), MAX_RANKED)
    X, y = dataset.X[rows][:, columns], dataset.y[rows]
    filled = np.where(np.isnan(X), -np.inf, X)
    counts = np.bincount(y, minlength=len(dataset.genres))
    index = np.zeros((len(counts), len(columns)))
    for genre in np.flatnonzero((counts >= MIN_OF_GENRE) & (counts < len(y))):
        for i, values in enumerate(filled.T):
            below = values <= np.unique(values)[:, None]
            index[genre, i] = np.abs(below[:, y == genre].mean(axis=1) - below[:, y != genre].mean(axis=1)).max()
    return index
