"""Trained networks of completed runs, in numpy, and the training part that they learned from."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.services.data import dataset
from dashboard.services.workers import store
from genre_core.dataset import PARTS, FloatArray, IntArray, Standardizer
from genre_core.errors import DataError
from genre_core.explaining.network import FittedNetwork
from genre_core.store import Run


@st.cache_resource(show_spinner=False, max_entries=32)
def _network(run_id: str, attempt: int) -> FittedNetwork:
    saved = store().artifact(run_id, "weights")
    if saved is None:
        raise DataError("This run has stored no weights: train it again to ask its network.")
    return FittedNetwork.load(saved)


def network(of: Run) -> FittedNetwork:
    """Return the network of a run with its best weights.

    Raises
    ------
    DataError
        It has stored none, or they are not those of fully connected layers.
    """
    return _network(of.id, of.attempt)


@dataclass(frozen=True, eq=False)
class Training:
    """The training part of a run: its rows in the data, what standardises by it, and each feature's range in it.

    `low` and `high` (n_features,) are in the features' own units, of the values that are there.
    """

    rows: IntArray
    standardizer: Standardizer
    low: FloatArray
    high: FloatArray


@st.cache_resource(show_spinner=False, max_entries=8)
def _training(run_id: str, attempt: int) -> Training:
    saved, data = store().artifact(run_id, "logits"), dataset(store().run(run_id).config.data)
    if saved is None:
        raise DataError("This run has stored no split: train it again to ask its network.")
    from safetensors.numpy import load

    rows = np.flatnonzero(load(saved)["part"] == PARTS.index("train"))
    standardizer = Standardizer.fit(data.X[rows])
    known = np.where(np.isnan(data.X[rows]), standardizer.median, data.X[rows])
    return Training(rows, standardizer, known.min(axis=0), known.max(axis=0))


def training(of: Run) -> Training:
    """Return what a completed run was trained on; raises DataError where its data are gone."""
    return _training(of.id, of.attempt)
