"""Outcomes of completed runs: scores, matrices, and the tracks as the network saw them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.services.datasets import dataset
from dashboard.services.workers import store
from genre_core.data.dataset import PARTS, FloatArray, Part
from genre_core.data.inputs import Standardizer
from genre_core.store import Run
from genre_core.store.run_result import About as About
from genre_core.store.run_result import Judge, outcome_of
from genre_core.store.run_result import Outcome as Outcome


@st.cache_resource(show_spinner=False, max_entries=64)
def _outcome(run_id: str, attempt: int, part: Part, clean: bool) -> Outcome | None:
    found = store().run(run_id)
    return outcome_of(store(), found, part, dataset(found.config.data), Judge(clean, "row"))


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
    if saved is None or not data.features:
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
    """Return the tracks of a completed run as its network saw them, and each genre's mean; None without features."""
    return _standard_scores(of.id, of.attempt)
