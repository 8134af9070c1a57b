"""What came out of completed runs: scores, matrices, and the tracks as the network saw them."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.services.data import dataset
from dashboard.services.workers import store
from genre_core.bayes import BayesScore, limit_on
from genre_core.config import SyntheticConfig
from genre_core.dataset import PARTS, FloatArray, IntArray, Part, Standardizer
from genre_core.evaluation.confusion import confusion_matrix
from genre_core.evaluation.report import Evaluation, evaluate
from genre_core.store import Run

About = Literal["", "label", "true genre"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a run's best weights say of one part: its tracks' rows in the data, genres, and logits (n, n_genres).

    `about` says what `y_true` are where labels are wrong now and then: those labels, or the true genres.
    """

    rows: IntArray
    y_true: IntArray
    logits: npt.NDArray[np.float32]
    genres: tuple[str, ...]
    groups: IntArray | None
    evaluation: Evaluation
    limit: BayesScore | None
    about: About = ""


@st.cache_resource(show_spinner=False, max_entries=64)
def _outcome(run_id: str, attempt: int, part: Part, clean: bool) -> Outcome | None:
    saved, found = store().artifact(run_id, "logits"), store().run(run_id)
    if saved is None or part not in found.summary:
        return None
    from safetensors.numpy import load

    arrays = load(saved)
    data = dataset(found.config.data)
    rows = np.flatnonzero(arrays["part"] == PARTS.index(part))
    logits, groups, of = arrays["logits"][rows], data.clusters(rows), found.config.data
    if clean and data.y_clean is not None:
        y_true = data.y_clean[rows]
        # The baseline answers what training holds, and training holds labels.
        majority = int(np.bincount(arrays["y"][arrays["part"] == PARTS.index("train")]).argmax())
        evaluation = evaluate(y_true, logits, data.genres, majority=majority, groups=groups)
    else:
        y_true = arrays["y"][rows]
        matrix = confusion_matrix(y_true, logits.argmax(axis=1), data.genres, groups)
        evaluation = replace(Evaluation.from_json(found.summary[part]), confusion_matrix=matrix)
    about: About = "" if data.y_clean is None else "true genre" if clean else "label"
    best = limit_on(of, data.X[rows], y_true, groups, clean=clean) if isinstance(of, SyntheticConfig) else None
    return Outcome(rows, y_true, logits, data.genres, groups, evaluation, best, about)


def outcome(of: Run, part: Part, *, clean: bool = False) -> Outcome | None:
    """Return what a completed run's best weights say of one part; None before it is complete.

    With `clean` the true genres judge it, where the data have noisy labels.

    Raises
    ------
    DataError
        Its data are gone.
    """
    return _outcome(of.id, of.attempt, part, clean) if of.state == "complete" else None


@dataclass(frozen=True, eq=False)
class StandardScores:
    """Standard scores of all tracks, `X` (n, n_features), and each genre's mean over the training part (k, n_features).

    A genre without training tracks has NaN for its mean.
    """

    X: npt.NDArray[np.float32]
    means: FloatArray
    features: tuple[str, ...]


@st.cache_resource(show_spinner=False, max_entries=4)
def _standard_scores(run_id: str, attempt: int) -> StandardScores | None:
    saved, data = store().artifact(run_id, "logits"), dataset(store().run(run_id).config.data)
    if saved is None:
        return None
    from safetensors.numpy import load

    train = np.flatnonzero(load(saved)["part"] == PARTS.index("train"))
    X = Standardizer.fit(data.X[train]).transform(data.X)
    members = data.y[train][:, None] == np.arange(len(data.genres))
    n = members.sum(axis=0)[:, None].astype(np.float64)
    means = np.divide(
        members.T.astype(np.float64) @ X[train], n, out=np.full((len(n), X.shape[1]), np.nan), where=n > 0
    )
    return StandardScores(X, means, data.features)


def standard_scores(of: Run) -> StandardScores | None:
    """Return the tracks of a completed run as its network saw them, and what is usual for each genre."""
    return _standard_scores(of.id, of.attempt)
