"""What pages ask for: the store, the cluster, data, limits and outcomes of runs. The only file that caches."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.components.matrix import MatrixView, matrix_view
from genre_core import cluster, exploration, jobs
from genre_core.bayes import BayesLimit, BayesScore, bayes_limit, limit_on
from genre_core.config import DatasetConfig, ExperimentConfig, SyntheticConfig, TableConfig, fingerprint
from genre_core.dataset import PARTS, Dataset, FloatArray, IntArray, Part, Standardizer
from genre_core.errors import ClusterError, DataError, GenreLabError, RunStateError, StoreError
from genre_core.evaluation.confusion import ConfusionMatrix, Normalization, confusion_matrix
from genre_core.evaluation.report import Evaluation
from genre_core.evaluation.uncertainty import macro_f1_of_counts
from genre_core.generator.law import law_of
from genre_core.sources import load_dataset
from genre_core.sources.table import Inspection, inspect
from genre_core.store import Epoch, Run, RunState, RunStore
from genre_core.tables.reading import read_table

if TYPE_CHECKING:
    from distributed import Client

SOON_SECONDS, POLL_SECONDS, WATCH_SECONDS = 0.05, 0.5, 5.0
FEW = 4
"""As many active runs as people watch at full pace."""

CONNECT_SECONDS = 60
_CONFIGS: dict[str | type[Any], Callable[[Any], Any]] = {SyntheticConfig: fingerprint, TableConfig: fingerprint}
_Raised = type[GenreLabError] | tuple[()]
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


@dataclass(frozen=True)
class _Linking:
    """A connection in the making, and why the last try failed."""

    link: "Future[_Link]"
    problem: str = ""

    @property
    def broken(self) -> bool:
        return self.link.done() and (self.link.exception() is not None or not self.link.result().alive)


class _NotYet:
    """Stands for the workers while they start: what is meant for them waits in the store."""

    status = "connecting"


_makers = ThreadPoolExecutor(2, "genre-lab-cluster")


def client() -> "Client":
    """Return the connection to the workers; a cluster that has died is replaced.

    Raises
    ------
    ClusterError
        There is none, and none could be started.
    """
    return _linked().link.result(timeout=CONNECT_SECONDS).client


def warm() -> None:
    """Start the workers in the background, so that the first training does not wait for them."""
    _linked()


def _linked() -> _Linking:
    """Return the connection, be it still in the making; one that broke is made anew in the background."""
    with _switching:
        linking = _linking("")
        if linking.broken:
            error = linking.link.exception()
            if error is None:
                _makers.submit(linking.link.result().close)
            _linking.clear()
            linking = _linking("" if error is None else str(error))
        return linking


@st.cache_resource(show_spinner=False)
def _linking(_problem: str) -> _Linking:
    return _Linking(_makers.submit(_link, store()), _problem)


def _link(runs: RunStore) -> _Link:
    named = os.environ.get("GENRE_LAB_SCHEDULER")
    process = None if named else cluster.start()
    link = _Link(process, cluster.connect(process.address if process else named))
    with suppress(StoreError):  # a store that is read-only or full can still be looked at, and has nothing to send
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
        counts = config.tracks_per_genre
        majority = float(law_of(config).label_shares.max()) if config.label_noise else max(counts) / sum(counts)
        return Shape(sum(counts) * config.segments, config.n_features, config.n_genres, majority)
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


def latest_complete() -> Run | None:
    """Return the newest run that is complete."""
    complete: tuple[RunState, ...] = ("complete",)
    return next(iter(store().runs(limit=1, states=complete)), None)


@dataclass(frozen=True)
class Queue:
    """What a queued run waits for: how many runs go before it, and about how many seconds that takes (None: unknown).

    `starting` is true while the workers themselves are not there yet; `problem` says why they could not be had before.
    """

    before: int = 0
    seconds: float | None = None
    starting: bool = False
    problem: str = ""


def queue(of: Run) -> Queue:
    """Return what a run waits for."""
    if of.state != "queued":
        return Queue()
    linking = _linked()
    if not linking.link.done():
        return Queue(starting=True, problem=linking.problem)
    workers = n_workers()
    return Queue(max(0, store().queue_position(of.id) - workers + 1), store().expected_wait(of.id, workers))


def is_next(of: Run) -> bool:
    """Say whether a run trains, or waits for nobody else."""
    return of.state == "running" or (of.state == "queued" and store().queue_position(of.id) == 0)


def done(of: Run) -> float:
    """Return the share in [0, 1] of a run's epochs, at most, that is done."""
    return min(1.0, (of.epoch + of.fraction) / of.config.train.max_epochs)


def poll_seconds(of: Run) -> float:
    """Return after how long it is worth looking at a run again: at once where its first epoch is near, rarely at rest.

    A run that rests may be set going in another tab, or by someone else.
    """
    if not of.active:
        return WATCH_SECONDS
    if of.epoch == 0 and is_next(of):
        return SOON_SECONDS
    return POLL_SECONDS if len(store().runs(limit=FEW + 1, states=("queued", "running"))) <= FEW else 2 * POLL_SECONDS


# -- what buttons do: each may come late or twice, and then changes nothing -----------------------------------------


def train(run_id: str, config: ExperimentConfig, name: str, pace: float) -> None:
    """Save a new run and send it to the workers.

    Raises
    ------
    StoreError
        It could not be saved.
    """
    _order(lambda to: jobs.submit(store(), to, run_id, config, name, pace), raises=StoreError)


def pause(run_id: str) -> None:
    """Pause a run after its epoch."""
    _act(lambda: jobs.pause(store(), run_id))


def step(run_id: str) -> None:
    """Train one epoch, then pause."""
    _order(lambda to: jobs.step(store(), to, run_id))


def resume(run_id: str) -> None:
    """Go on with a paused run."""
    _order(lambda to: jobs.resume(store(), to, run_id))


def stop(run_id: str) -> None:
    """End a run with its best weights."""
    _order(lambda to: jobs.stop(store(), to, run_id))


def restart(run_id: str) -> None:
    """Train an ended run again from the beginning."""
    _order(lambda to: jobs.restart(store(), to, run_id))
    forget()


def set_pace(run_id: str, pace: float) -> None:
    """Set the least seconds that an epoch of a run takes."""
    _act(lambda: store().set_pace(run_id, pace))


def _order(command: "Callable[[Client], bool]", raises: _Raised = ()) -> None:
    """Do what needs the workers; while they start it is saved alone, and they fetch it when they are there."""
    link = _linked().link
    if link.done():
        _act(lambda: command(link.result().client), raises)
        return

    def save() -> bool:
        with suppress(ClusterError):
            return command(cast("Client", _NotYet()))
        return True

    _act(save, raises)
    runs = store()
    link.add_done_callback(lambda done: _fetch(runs, done))


def _act(command: Callable[[], bool], raises: _Raised = ()) -> None:
    """Do it, and say why where that cannot be; the errors `raises` are left to the caller."""
    try:
        command()
    except raises:
        raise
    except GenreLabError as error:
        st.toast(str(error), icon=":material/error:", duration="long")


def _fetch(runs: RunStore, link: "Future[_Link]") -> None:
    if link.exception() is None:  # otherwise the next try fetches what waits
        jobs.recover(runs, link.result().client)


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
    groups = data.clusters(rows)
    matrix = confusion_matrix(y_true, logits.argmax(axis=1), data.genres, groups)
    evaluation = replace(Evaluation.from_json(found.summary[part]), confusion_matrix=matrix)
    of = found.config.data
    best = limit_on(of, data.X[rows], y_true, groups) if isinstance(of, SyntheticConfig) else None
    return Outcome(rows, y_true, logits, data.genres, groups, evaluation, best)


def outcome(of: Run, part: Part) -> Outcome | None:
    """Return what a completed run's best weights say of one part; None before it is complete. Raises DataError."""
    return _outcome(of.id, of.attempt, part) if of.state == "complete" else None


@st.cache_resource(show_spinner=False, max_entries=64)
def _confusions(run_id: str, attempt: int, part: Part, by: Normalization, nouns: str) -> MatrixView | None:
    found = _outcome(run_id, attempt, part)
    return None if found is None else matrix_view(found.evaluation.confusion_matrix, by, nouns=nouns)


def confusions(of: Run, part: Part, by: Normalization) -> MatrixView | None:
    """Return the confusion matrix of a completed run as it is drawn, with all its intervals."""
    return _confusions(of.id, of.attempt, part, by, f"{part} tracks")


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


@dataclass(frozen=True, eq=False)
class Progress:
    """A run as far as it is: its epochs and the validation matrix of one of them (None before the first)."""

    epochs: tuple[Epoch, ...]
    shown: Epoch | None
    matrix: ConfusionMatrix | None

    @property
    def macro_f1(self) -> float | None:
        """Return the macro-F1 of that matrix."""
        return None if self.matrix is None else float(macro_f1_of_counts(self.matrix.counts))


NO_PROGRESS = Progress((), None, None)


def shown_epoch(of: Run, epochs: Sequence[Epoch]) -> Epoch | None:
    """Return the epoch that a page speaks of: the latest, or the best once the run is complete."""
    if of.state == "complete" and of.best_epoch:
        return epochs[of.best_epoch - 1]
    return epochs[-1] if epochs else None


def _as_far_as(run: Run) -> tuple[Any, ...]:
    return run.id, run.attempt, run.epoch, run.state


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs={Run: _as_far_as})
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


def forget() -> None:
    """Drop what is cached of runs: one was deleted or started again."""
    _outcome.clear()
    progress.clear()
    _confusions.clear()
    _standard_scores.clear()
    _validation_labels.clear()


def run_name(config: ExperimentConfig, preset: str) -> str:
    """Return the name that a new run starts with: its preset and its training seed."""
    return f"{preset} · seed {config.train.seed}"


# -- the Data page ---------------------------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=_CONFIGS)
def separations(config: DatasetConfig) -> tuple[exploration.Separation, ...]:
    """Return how well each feature alone tells genres apart, the best first."""
    return exploration.separations(dataset(config))


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=_CONFIGS)
def projection(config: DatasetConfig, method: exploration.Method) -> exploration.Projection:
    """Return tracks on a plane; raises DataError."""
    return exploration.project(dataset(config), method)


@st.cache_resource(show_spinner=False, max_entries=4)
def inspection(content_hash: str) -> Inspection | None:
    """Return what a stored table would be taken for as it is; None where it is not stored."""
    try:
        return inspect(store().read_table(content_hash))
    except DataError:
        return None


@st.cache_resource(show_spinner=False, max_entries=4)
def first_rows(content_hash: str, n_rows: int) -> Any:
    """Return the first rows of a stored table as a pyarrow table; raises DataError."""
    import io

    from pyarrow import parquet

    file = parquet.ParquetFile(io.BytesIO(store().read_table(content_hash)))
    return next(file.iter_batches(n_rows))


def add_table(files: Sequence[tuple[str, bytes]]) -> str:
    """Read one table from files and store it; return its content hash.

    Raises
    ------
    DataError
        It is no table, or holds no genre that could be chosen.
    StoreError
        It could not be saved.
    """
    reading = read_table(files)
    seen = inspect(reading.parquet)
    if seen.dataset is None and not seen.candidates:
        raise DataError(f"{reading.name}: {seen.problem}")
    store().put_table(
        reading.content_hash, reading.name, reading.parquet, reading.n_rows, reading.n_columns, reading.notes
    )
    return reading.content_hash


def delete_table(content_hash: str) -> None:
    """Forget a stored table and what is cached of it."""
    _act(lambda: store().delete_table(content_hash))
    for cached in (inspection, dataset, separations, projection):
        cached.clear()


# -- the Runs page ---------------------------------------------------------------------------------------------------


def rename(run_id: str, name: str) -> None:
    """Give a run another name."""
    _act(lambda: store().rename(run_id, name))


def delete(run_id: str) -> None:
    """Forget a run and all that it saved."""
    _act(lambda: store().delete(run_id))
    forget()
