"""The validation matrices of a run after each of its epochs: they grow while it trains, one epoch read once."""

import threading
from dataclasses import dataclass, field

import numpy as np

from dashboard.figures.matrix import MatrixView, matrix_view
from dashboard.services.caching import cached_by_run
from dashboard.services.datasets import dataset
from dashboard.services.workers import store
from genre_core.data.dataset import IntArray
from genre_core.data.splitting import split_dataset
from genre_core.errors import DataError
from genre_core.evaluation.history import ConfusionHistory, confusion_history
from genre_core.store.schema import Run


@dataclass(frozen=True, eq=False)
class _Judge:
    """The validation tracks (n,), and what belongs together among them (None: each stands alone)."""

    y_true: IntArray
    groups: IntArray | None
    level: str = "group"


@cached_by_run(64)
def _judge(of: Run, clean: bool) -> _Judge | None:
    saved = store().artifact(of.id, "validation_labels")
    if saved is None:
        return None
    labels = np.frombuffer(saved, dtype=np.uint8).astype(np.int64)
    try:
        data = dataset(of.config.data)
        rows = split_dataset(data, of.config.split).validation
    except DataError:  # its table was deleted since: what it was trained on is not there to ask
        return _Judge(labels, None)
    if not np.array_equal(data.y[rows], labels):  # another version drew or split them otherwise
        return _Judge(labels, None)
    y_true = data.y_clean[rows] if clean and data.y_clean is not None else labels
    return _Judge(y_true, data.clusters(rows), data.coarsest[0] if data.coarsest else "group")


@dataclass(eq=False)
class _Growing:
    """The history of one attempt, as far as it was read; whoever asks for more epochs reads those alone."""

    run_id: str
    history: ConfusionHistory
    lock: threading.Lock = field(default_factory=threading.Lock)

    def until(self, epoch: int) -> ConfusionHistory:
        with self.lock:
            if len(self.history) < epoch:
                self.history = self.history.extended(store().all_predictions(self.run_id, after=len(self.history)))
            return self.history


@cached_by_run(16)
def _growing(of: Run, clean: bool) -> _Growing | None:
    judge, genres = _judge(of, clean), of.context.get("genres")
    if judge is None or genres is None:
        return None
    none = np.zeros((0, len(judge.y_true)), dtype=np.uint8)
    return _Growing(of.id, confusion_history(judge.y_true, none, tuple(genres), judge.groups, judge.level))


def history(of: Run, *, clean: bool = False) -> ConfusionHistory | None:
    """Return a run's validation matrices after each epoch, in whatever state it is; None before the first.

    With `clean` the true genres judge it, where the data have noisy labels.
    """
    if not of.epoch:
        return None
    growing = _growing(of, clean)
    found = None if growing is None else growing.until(of.epoch)
    return found if found is not None and len(found) else None


@cached_by_run(128)
def epoch_view(of: Run, epoch: int, nouns: str, *, clean: bool = False) -> MatrixView | None:
    """Return the validation matrix of a run after an epoch as it is drawn, with intervals; None without that epoch.

    `nouns` says what is counted.
    """
    growing = _growing(of, clean)
    if growing is None or len(found := growing.until(epoch)) < epoch:
        return None
    return matrix_view(found.matrix(epoch), nouns=nouns)
