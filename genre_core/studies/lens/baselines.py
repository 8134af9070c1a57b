"""The simple classifiers that stand beside the network: scikit-learn's own, untuned.

They learn from standardized features of the training part alone. A track is judged by the mean log-probability of its
segments, or by their votes where a classifier gives no probabilities.

Those whose cost grows faster than the tracks learn
from a part of them where there are many; `MOST_ROWS` says of how many, and whoever reports a score says so.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import IntArray
from genre_core.studies.lens.config import Classifier

Features = npt.NDArray[np.float32]

MOST_ROWS: dict[Classifier, int] = {"neighbour": 50_000, "svc": 10_000, "logistic": 100_000, "boosting": 100_000}
"""Training rows that a baseline learns from at most; others learn from all there are."""
_PROBABLE: tuple[Classifier, ...] = ("logistic", "boosting")
"""Classifiers whose probabilities say more than the class that they predict."""
_LEAST = 1e-12
"""Least probability: the logarithm of zero would decide for a whole track."""


def nearest_rows(X: Features, X_test: Features, seed: int) -> IntArray:
    """Return for each of X_test (m, n_features) which of the rows X (n, n_features) the nearest neighbor answers by."""
    from sklearn.neighbors import NearestNeighbors

    most = MOST_ROWS["neighbour"]
    rows = np.arange(len(X)) if len(X) <= most else _some(len(X), most, seed)
    return rows[NearestNeighbors(n_neighbors=1).fit(X[rows]).kneighbors(X_test, return_distance=False)[:, 0]]


def votes(y: IntArray, n_genres: int) -> npt.NDArray[np.float32]:
    """Return logits (m, n_genres) of predicted classes y (m,): 1 for it, 0 for the others."""
    return np.eye(n_genres, dtype=np.float32)[y]


def predict_baseline(
    classifier: Classifier, X: Features, y: IntArray, X_test: Features, n_genres: int, seed: int
) -> npt.NDArray[np.float32]:
    """Fit a baseline to standardized features X (n, n_features) of classes y (n,); return logits (m, n_genres).

    They are log-probabilities of X_test (m, n_features) where the classifier gives such, and votes otherwise: 1 for the
    predicted class, 0 for the others.
    """
    if classifier == "neighbour":
        return votes(y[nearest_rows(X, X_test, seed)], n_genres)
    most = MOST_ROWS.get(classifier)
    if most is not None and len(y) > most:
        rows = _some(len(y), most, seed)
        X, y = X[rows], y[rows]
    fitted = _build(classifier, seed).fit(X, y)
    if classifier not in _PROBABLE:
        return votes(fitted.predict(X_test), n_genres)
    logits = np.full((len(X_test), n_genres), np.log(_LEAST), dtype=np.float32)
    logits[:, fitted.classes_] = np.log(np.maximum(fitted.predict_proba(X_test), _LEAST))
    return logits


def _some(n: int, most: int, seed: int) -> IntArray:
    """Return the rows that are learned from where there are too many."""
    return np.random.default_rng(seed).choice(n, most, replace=False)


def _build(classifier: Classifier, seed: int) -> Any:
    match classifier:
        case "majority":
            from sklearn.dummy import DummyClassifier

            return DummyClassifier(strategy="most_frequent")
        case "logistic":
            from sklearn.linear_model import LogisticRegression

            return LogisticRegression(max_iter=2000)
        case "svc":
            from sklearn.svm import SVC

            return SVC(kernel="rbf")
        case "boosting":
            from sklearn.ensemble import HistGradientBoostingClassifier

            return HistGradientBoostingClassifier(random_state=seed)
        case _:
            raise AssertionError(f"{classifier} is no baseline")
