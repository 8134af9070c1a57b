"""What pages ask for: the store, the cluster, data, limits and outcomes of runs. The only file that caches."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from genre_core import cluster, jobs
from genre_core.bayes import BayesLimit, BayesScore, bayes_limit, limit_on
from genre_core.config import DatasetConfig, ExperimentConfig, SyntheticConfig, TableConfig, fingerprint
from genre_core.dataset import PARTS, Dataset, IntArray, Part
from genre_core.errors import GenreLabError, RunStateError
from genre_core.evaluation.confusion import ConfusionMatrix, confusion_matrix
from genre_core.evaluation.report import Evaluation
from genre_core.sources import load_dataset
from genre_core.store import Epoch, Run, RunStore

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 60
_CONFIGS: dict[str | type[Any], Callable[[Any], Any]] = {SyntheticConfig: fingerprint, TableConfig: fingerprint}
_switching = threading.Lock()


# -- store and cluster -----------------------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False)
def store() -> RunStore:
    """Return the store of runs and tables: the one that GENRE_LAB_STORE names, or the embedded one."""
    return RunStore()


@dataclass(frozen=True)
class _Link:
    process: cluster.ClusterProcess | None
    client: "Client"

    @property
    def alive(self) -> bool:
        return (self.process is None or self.process.alive) and self.client.status == "running"

    def close(self) -> None:
        with suppress(OSError, TimeoutError):
            self.client.close(timeout=2)  # type: ignore[no-untyped-call]
        if self.process:
            self.process.close()


def client() -> "Client":
    """Return the connection to the workers; a cluster that has died is replaced.

    Raises
    ------
    ClusterError
        There is none, and none could be started.
    """
    with _switching:
        if _linking().done() and not _alive(_linking()):
            _linking.clear()
        return _linking().result(timeout=CONNECT_SECONDS).client


def _alive(linking: "Future[_Link]") -> bool:
    """Say whether the cluster that was linked is still there; one that has died is tidied away."""
    if linking.exception() is not None:
        return False
    link = linking.result()
    if not link.alive:
        link.close()
    return link.alive


def warm() -> None:
    """Start the workers in the background, so that the first training does not wait for them."""
    _linking()


@st.cache_resource(show_spinner=False)
def _linking() -> "Future[_Link]":
    return ThreadPoolExecutor(1, "genre-lab-cluster").submit(_link, store())


def _link(runs: RunStore) -> _Link:
    named = os.environ.get("GENRE_LAB_SCHEDULER")
    process = None if named else cluster.start()
    link = _Link(process, cluster.connect(process.address if process else named))
    jobs.recover(runs, link.client)
    return link


def n_workers() -> int:
    """Return how many runs can train at the same time."""
    return max(1, len(client().scheduler_info(n_workers=-1)["workers"]))


# -- data ------------------------------------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=_CONFIGS)
def dataset(config: DatasetConfig) -> Dataset:
    """Return the tracks that a configuration names; raises DataError."""
    return load_dataset(config, store())


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs=_CONFIGS)
def limit(config: DatasetConfig) -> BayesLimit | None:
    """Return the best that any classifier can do on such tracks, where that is known."""
    return bayes_limit(config) if isinstance(config, SyntheticConfig) else None


@dataclass(frozen=True)
class Shape:
    """The size of a data set: what a page says before anything is trained."""

    n_tracks: int
    n_features: int
    n_genres: int
    majority: float
    """Share of the commonest genre."""


def shape(config: DatasetConfig) -> Shape:
    """Return the size of the data that a configuration names, without drawing generated ones; raises DataError."""
    if isinstance(config, SyntheticConfig):
        per_genre = config.n_samples // config.n_genres
        return Shape(per_genre * config.n_genres, config.n_features, config.n_genres, 1 / config.n_genres)
    data = dataset(config)
    return Shape(len(data), len(data.features), len(data.genres), float(data.counts.max() / len(data)))


def tables() -> list[tuple[str, str]]:
    """Return the stored tables as (content hash, title), newest first."""
    return [(table.content_hash, f"{table.name} · {table.n_rows:,} rows") for table in store().tables()]


# -- runs ------------------------------------------------------------------------------------------------------------


def run(run_id: str | None) -> Run | None:
    """Return a run as it stands now; None where there is none of that name."""
    if run_id is None:
        return None
    try:
        return store().run(run_id)
    except RunStateError:
        return None


@dataclass(frozen=True)
class Queue:
    """What a queued run waits for: how many runs go before it, and about how many seconds that takes (None: unknown).

    `starting` is true while the workers themselves are not there yet.
    """

    before: int = 0
    seconds: float | None = None
    starting: bool = False


def queue(of: Run) -> Queue:
    """Return what a run waits for."""
    if of.state != "queued" or not _linking().done():
        return Queue(starting=of.state == "queued")
    workers = n_workers()
    return Queue(max(0, store().queue_position(of.id) - workers + 1), store().expected_wait(of.id, workers))


# -- what buttons do: each may come late or twice, and then changes nothing -----------------------------------------


def train(run_id: str, config: ExperimentConfig, name: str, pace: float) -> None:
    """Save a new run and send it to the workers; while they start it is saved alone, and they fetch it."""
    linking = _linking()
    if linking.done():
        _act(lambda: jobs.submit(store(), client(), run_id, config, name, pace))
        return
    _act(lambda: store().submit(run_id, config, name, pace))
    runs = store()
    linking.add_done_callback(lambda done: jobs.recover(runs, done.result().client))


def pause(run_id: str) -> None:
    """Pause a run after its epoch."""
    _act(lambda: jobs.pause(store(), run_id))


def step(run_id: str) -> None:
    """Train one epoch, then pause."""
    _act(lambda: jobs.step(store(), client(), run_id))


def resume(run_id: str) -> None:
    """Go on with a paused run."""
    _act(lambda: jobs.resume(store(), client(), run_id))


def stop(run_id: str) -> None:
    """End a run with its best weights."""
    _act(lambda: jobs.stop(store(), client(), run_id))


def restart(run_id: str) -> None:
    """Train an ended run again from the beginning."""
    _act(lambda: jobs.restart(store(), client(), run_id))


def set_pace(run_id: str, pace: float) -> None:
    """Set the least seconds that an epoch of a run takes."""
    _act(lambda: store().set_pace(run_id, pace))


def _act(command: Callable[[], bool]) -> None:
    try:
        command()
    except GenreLabError as error:
        st.toast(str(error), icon=":material/error:", duration="long")


# -- what came out -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a run's best weights say of one part: its tracks' rows in the data, genres, and logits (n, n_genres)."""

    rows: IntArray
    y_true: IntArray
    logits: npt.NDArray[np.float32]
    genres: tuple[str, ...]
    groups: IntArray | None
    evaluation: Evaluation
    limit: BayesScore | None


@st.cache_resource(show_spinner=False, max_entries=64)
def _outcome(run_id: str, attempt: int, part: Part) -> Outcome | None:
    saved, found = store().artifact(run_id, "logits"), store().run(run_id)
    if saved is None or part not in found.summary:
        return None
    from safetensors.numpy import load

    arrays = load(saved)
    data = dataset(found.config.data)
    rows = np.flatnonzero(arrays["part"] == PARTS.index(part))
    y_true, logits = arrays["y"][rows], arrays["logits"][rows]
    groups = None if data.groups is None else data.groups[rows]
    matrix = confusion_matrix(y_true, logits.argmax(axis=1), data.genres, groups)
    evaluation = replace(Evaluation.from_json(found.summary[part]), confusion_matrix=matrix)
    best = limit_on(found.config.data, data.X[rows], y_true) if isinstance(found.config.data, SyntheticConfig) else None
    return Outcome(rows, y_true, logits, data.genres, groups, evaluation, best)


def outcome(of: Run, part: Part) -> Outcome | None:
    """Return what a completed run's best weights say of one part; None before it is complete."""
    return _outcome(of.id, of.attempt, part)


@dataclass(frozen=True, eq=False)
class Progress:
    """A run as far as it is: its epochs and the validation matrix of one of them (None before the first)."""

    epochs: tuple[Epoch, ...]
    shown: Epoch | None
    matrix: ConfusionMatrix | None


NO_PROGRESS = Progress((), None, None)


def shown_epoch(of: Run, epochs: Sequence[Epoch]) -> Epoch | None:
    """Return the epoch that a page speaks of: the latest, or the best once the run is complete."""
    if of.state == "complete" and of.best_epoch:
        return epochs[of.best_epoch - 1]
    return epochs[-1] if epochs else None


def progress(of: Run) -> Progress:
    """Return the epochs of a run, with the validation matrix of its latest one, or of its best once it has ended."""
    epochs = tuple(store().epochs(of.id))
    shown = shown_epoch(of, epochs)
    if shown is None:
        return NO_PROGRESS
    labels = _validation_labels(of.id, of.attempt)
    if labels is None:
        return Progress(epochs, shown, None)
    matrix = confusion_matrix(labels, store().predictions(of.id, shown.epoch), tuple(of.context["genres"]))
    return Progress(epochs, shown, matrix)


@st.cache_resource(show_spinner=False, max_entries=256)
def _validation_labels(run_id: str, attempt: int) -> npt.NDArray[np.uint8] | None:
    saved = store().artifact(run_id, "validation_labels")
    return None if saved is None else np.frombuffer(saved, dtype=np.uint8)


def forget(run_id: str) -> None:
    """Drop what is cached of a run that was deleted or started again."""
    _outcome.clear()
    _validation_labels.clear()


def run_name(config: ExperimentConfig, preset: str) -> str:
    """Return the name that a new run starts with: its preset and its training seed."""
    return f"{preset} · seed {config.train.seed}"
