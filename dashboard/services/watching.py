"""A network as it is watched: its weights after an epoch, and some tracks that it is asked about."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.services.caching import cached_by_run
from dashboard.services.datasets import dataset
from dashboard.services.workers import store
from genre_core.data.dataset import FloatArray, IntArray
from genre_core.data.inputs import Standardizer
from genre_core.data.splitting import split_dataset
from genre_core.errors import DataError
from genre_core.explaining.network import FittedNetwork
from genre_core.explaining.units import Units, gradient_sizes, units_of
from genre_core.inspection.answer_plane import AnswerPlane, answer_plane
from genre_core.inspection.sampling import sample
from genre_core.settings.config import DatasetConfig, SplitConfig
from genre_core.store.schema import WATCHED_FOR, Run

COLUMNS, ROWS = 48, 32
"""Cells of the map's ground."""
MOST_SHOWN, MOST_LEARNED, MOST_STEPPED = 1500, 8000, 500
"""Most validation tracks that a network is asked about; training tracks that the map is found on, and the gradient."""
FINAL = 0
"""Stands in place of an epoch for the weights that a run has in the end, those of its best epoch."""


@dataclass(frozen=True, eq=False)
class Watched:
    """The tracks that a network is asked about: their `rows` in the data, genres `y` and standard scores `X`.

    `X_train` and `y_train` are those of some training tracks. `typical` says of each genre which of the shown tracks
    (by position) is nearest to the genre's mean in the training part, as a share of its distance to the next genre's,
    and `first` which of these is the most typical. `n_validation` tracks could have been shown.
    """

    names: tuple[str, ...]
    genres: tuple[str, ...]
    rows: IntArray
    y: IntArray
    X: FloatArray
    X_train: FloatArray
    y_train: IntArray
    typical: dict[int, int]
    first: int
    n_validation: int
    plane: AnswerPlane


def watched(of: Run) -> Watched:
    """Return what a run's network is asked about; raises DataError where its data are gone or are no features."""
    return _watched(of.config.data, of.config.split)


@st.cache_resource(show_spinner=False, max_entries=8)
def _watched(config: DatasetConfig, split_by: SplitConfig) -> Watched:
    data = dataset(config)
    split = split_dataset(data, split_by)
    scaler = Standardizer.fit(data.X[split.train])
    train, rows = sample(np.sort(split.train), MOST_LEARNED), sample(np.sort(split.validation), MOST_SHOWN)
    learned, X = scaler.transform(data.X[train]).astype(float), scaler.transform(data.X[rows]).astype(float)
    y_train, y = data.y[train], data.y[rows]
    known = np.intersect1d(y, y_train)
    if not len(known):
        raise DataError("No validation track is of a genre that the network learns.")
    means = [learned[y_train == genre].mean(axis=0) for genre in known]
    far = np.stack([np.linalg.norm(X - mean, axis=1) for mean in means], axis=1)
    typical, share = dict[int, int](), dict[int, float]()
    for number, genre in enumerate(known.tolist()):
        nearest_other = np.delete(far, number, axis=1).min(axis=1, initial=np.inf)
        own = np.where(y == genre, far[:, number] / nearest_other, np.inf)
        typical[genre], share[genre] = int(own.argmin()), float(own.min())
    first = typical[min(share, key=share.__getitem__)]
    some = sample(np.arange(len(train)), MOST_STEPPED)
    plane = answer_plane(learned, y_train, X, COLUMNS, ROWS)
    n, stepped = len(split.validation), (learned[some], y_train[some])
    return Watched(data.features, data.genres, rows, y, X, *stepped, typical, first, n, plane)


def epochs(of: Run) -> list[int]:
    """Return the epochs of which there are weights, in order; of a complete run `FINAL` stands last, for its best."""
    return [*store().snapshots(of.id), *([FINAL] if of.state == "complete" else [])]


def renew(of: Run) -> None:
    """Say that somebody still watches a run: for a while its epochs leave snapshots. Most calls write nothing."""
    seen, now = of.watched_at, of.heartbeat_at
    if of.state in ("queued", "running", "paused") and (
        seen is None or now is None or not 0 <= (now - seen).total_seconds() < WATCHED_FOR / 3
    ):
        watch(of.id)


def watch(run_id: str) -> None:
    """Say that somebody watches a run."""
    store().watch(run_id)


@dataclass(frozen=True, eq=False)
class Look:
    """A network after an epoch: what its units do on the shown tracks, and its answers to them and to the map's ground.

    `gradients` (n_layers,) are the norms of those by each layer's weights.
    """

    network: FittedNetwork
    units: Units
    gradients: FloatArray
    answers: IntArray
    ground: IntArray


@cached_by_run(32)
def look(of: Run, epoch: int) -> Look:
    """Return a run's network as it was after an epoch, or in the end; raises DataError where there are no weights."""
    saved = store().artifact(of.id, "weights") if epoch == FINAL else store().snapshot(of.id, epoch)
    if saved is None:
        raise DataError(f"This run kept no weights of epoch {epoch}: choose another one.")
    network, about = FittedNetwork.load(saved), watched(of)
    outputs = network.outputs(about.X)
    return Look(
        network,
        units_of(network, outputs),
        gradient_sizes(network, about.X_train, about.y_train),
        outputs[-1].argmax(axis=1),
        network.logits(about.plane.ground).argmax(axis=1),
    )
