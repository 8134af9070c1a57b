"""A worker's work on a run: train it as the store says, listen to the person, and write down how it ended."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from genre_core.errors import GenreLabError, StoreGoneError
from genre_core.settings.config import ExperimentConfig, SoundConfig, SyntheticConfig, TrainConfig
from genre_core.store import checkpoints
from genre_core.store.heartbeat import Heart
from genre_core.store.record import record_card, record_end, record_epoch
from genre_core.store.runs import RunStore, open_store
from genre_core.store.schema import DEAD_AFTER, LOST, MEASURING, Run, Wish
from genre_core.training.events import EpochEnd, Progress, TrainEnd

if TYPE_CHECKING:
    from genre_core.training.trainer import Trainer

ANSWER_SECONDS = 0.08
"""How long a paced run sleeps before it looks again for what the person wants."""

_log = logging.getLogger(__name__)
_warming = threading.Lock()


def execute(run_id: str, attempt: int, store_url: str) -> None:
    """Train a run as the store says, and write down how it ended, whatever happens."""
    store = open_store(store_url)
    warm_up()  # before the claim: until then the run waits, and an import may hold up the signs of life
    while run := _claim(store, run_id, attempt):
        try:
            return _do_to_its_end(store, run)
        except StoreGoneError:
            store.lose(run_id, run.attempt)  # this worker takes it again, unless another one is faster


def _do_to_its_end(store: RunStore, run: Run) -> None:
    """Do what a run asks for, and write down how it ended.

    Raises StoreGoneError where the store's server went away: the run can go on from its last checkpoint.
    """
    left = False
    with (
        Heart(lambda: store.beat(run.id, run.attempt), run.id),
        failing("Training", run.id, lambda sentence: store.fail(run.id, run.attempt, sentence)),
    ):
        left = _do(store, run)
    if left:
        from distributed import Reschedule

        raise Reschedule  # it waits in the store for a worker, and this brings it to the next


def _claim(store: RunStore, run_id: str, attempt: int) -> Run | None:
    """Take a queued run; one that Dask took from a worker as soon as that one has left it, or is known to be lost."""
    deadline = time.monotonic() + DEAD_AFTER + 1
    while (taken := store.claim(run_id, attempt)) is None:
        run = store.find(run_id)
        if run is None:  # it was deleted
            return None
        if run.state == "queued" and run.stopped_because == LOST and run.attempt > attempt:
            attempt = run.attempt
        elif run.state not in ("queued", "running") or run.attempt != attempt or time.monotonic() > deadline:
            return None
        else:
            time.sleep(ANSWER_SECONDS)
    return taken


@contextmanager
def failing(what: str, work_id: str, fail: Callable[[str], object]) -> Iterator[None]:
    """Write down in one sentence why the work in the block failed, if it does and is not to be begun again."""
    try:
        yield
        return
    except StoreGoneError:
        raise
    except GenreLabError as error:
        sentence = str(error)
    except MemoryError:
        sentence = "The worker ran out of memory: take fewer tracks or a smaller network."
    except Exception as error:
        _log.exception("%s %s ended by an unexpected error", what, work_id)
        sentence = f"{what} ended by an unexpected {type(error).__name__}: the log of the workers has the details."
    try:
        fail(sentence)
    except GenreLabError:
        _log.error("%s %s: %s (could not be written down)", what, work_id, sentence)


def _do(store: RunStore, run: Run) -> bool:
    """Train a run, or average an ensemble; return whether the run was left to another worker."""
    if (ended := _measure(store, run)) != "measured":
        if ended == "stopped":
            store.abandon(run.id, run.attempt)
        elif ended == "left":
            store.leave(run.id, run.attempt, None)
        return ended == "left"
    if run.config.averaged_with:
        from genre_core.training.experiment import prepare_once
        from genre_core.workers.ensemble import average

        average(store, run, prepare_once(run.config.data, run.config.split, store))
    else:
        work = _Work(store, run)
        work.train()
        return work.left
    return False


def _measure(store: RunStore, run: Run) -> Literal["measured", "stopped", "paused", "left"]:
    """Measure what is missing of a run's clips, by all workers, and tell the page how far that is.

    Returns how that ended: the person may stop or pause the run before it is done, and a worker that is retired leaves
    it to another. Raises DataError where its clips cannot be split, or its network could not use them.
    """
    if not isinstance(run.config.data, SoundConfig):
        return "measured"
    from genre_core.data.clips.gathering import frame_seconds, input_shape
    from genre_core.data.sources import unmeasured
    from genre_core.data.splitting import split_dataset
    from genre_core.studies.extraction import measuring

    rows = unmeasured(run.config.data, store)
    split_dataset(rows, run.config.split)
    data = dict[SoundConfig, None]()
    for one in run.config.members or (run.config,):
        assert isinstance(one.data, SoundConfig)
        shape, n_rows = input_shape(rows.heard, one.data), min(one.train.batch_size, len(rows))
        one.model.check_memory(shape, n_rows, frame_seconds(one.data))  # before minutes are spent on measuring
        data[one.data] = None
    steps = chain.from_iterable(measuring(each, store, rows.heard, run.config.split) for each in data)
    told, so_far = None, next(steps, None)
    if so_far is None:
        return "measured"
    with _beside_others():
        while so_far is not None:
            if so_far != told:
                told = so_far
                store.describe(run.id, run.attempt, {MEASURING: so_far})
            wish = store.wish(run.id, run.attempt).request
            if wish == "stop":
                return "stopped"
            if wish == "pause" and store.pause(run.id, run.attempt, None):
                return "paused"
            if _is_retired():
                return "left"
            so_far = next(steps, None)
    return "measured"


@contextmanager
def _beside_others() -> Iterator[None]:
    """Leave the thread of a Dask worker to others in the block, and wait for a free one after it."""
    try:
        from distributed import get_worker, rejoin, secede

        get_worker()
    except ValueError:  # not on a Dask worker
        yield
        return
    secede()  # type: ignore[no-untyped-call]
    yield
    rejoin()  # type: ignore[no-untyped-call]


class _Work:
    """One attempt at one run, from its data to its end or its pause."""

    def __init__(self, store: RunStore, run: Run) -> None:
        from genre_core.training.experiment import make_trainer, prepare_once

        self._store, self._run = store, run
        self._prepared = prepare_once(run.config.data, run.config.split, store)
        self._trainer: Trainer = make_trainer(run.config, self._prepared)
        self._seceded = False
        self._kept_at, self._is_kept = time.monotonic(), False
        self.left = False
        """Whether another worker goes on with the run, as this one is retired."""
        card = record_card(store, run, self._prepared, self._trainer)
        checkpoint = store.artifact(run.id, checkpoints.LATEST)
        if checkpoint:
            self._trainer.restore(checkpoint)
        if run.attempt > 1:
            store.rewind(run.id, run.attempt, self._trainer.epoch)
        if checkpoint is None:
            self._take_over(card)

    def train(self) -> None:
        wish = self._store.wish(self._run.id, self._run.attempt)
        if self._obey(wish, within_epoch=True):
            return
        for event in self._trainer:
            self._is_kept = False
            match event:
                case Progress():
                    wish = self._store.beat(self._run.id, self._run.attempt, event.fraction)
                    if self._obey(wish, within_epoch=True):
                        return
                    self._keep(event.epoch)
                case EpochEnd():
                    if self._obey(record_epoch(self._store, self._run, event, self._trainer)) or self._obey(
                        self._sleep(event)
                    ):
                        return
                case TrainEnd():
                    self._end(event)

    def _obey(self, wish: Wish, *, within_epoch: bool = False) -> bool:
        """Do what the person wants; return whether that is to train no further."""
        self._wish = wish
        if wish.request == "stop":
            self._end(self._trainer.finish(self._trainer.finished or "stopped"))
            return True
        if wish.request == "pause" or (wish.request == "step" and not within_epoch):
            if self._trainer.finished:
                return False  # there is no next epoch to wait for
            return self._store.pause(self._run.id, self._run.attempt, self._trainer.checkpoint())
        if _is_retired() and not self._trainer.finished:
            self._store.leave(self._run.id, self._run.attempt, self._trainer.checkpoint())
            self.left = True
        return self.left

    def _keep(self, epoch: int) -> None:
        """Save where the run stands, within an epoch or after it, if that was not done for a while."""
        now = time.monotonic()
        if now - self._kept_at < checkpoints.EVERY_SECONDS or self._is_kept or self._trainer.finished:
            return
        self._store.keep(self._run.id, self._run.attempt, self._trainer.checkpoint(), epoch)
        self._kept_at, self._is_kept = now, True

    def _sleep(self, epoch: EpochEnd) -> Wish:
        """Sleep what the pace leaves of the epoch, listening; a sleeping run leaves the worker to others."""
        began = time.monotonic()
        wish = self._wish
        while True:
            self._keep(epoch.epoch)
            left = wish.pace - epoch.seconds - (time.monotonic() - began)
            if left <= 0 or wish.request != "continue" or self._trainer.finished or _is_retired():
                break
            self._secede()
            time.sleep(min(left, ANSWER_SECONDS))
            wish = self._store.wish(self._run.id, self._run.attempt)
        return wish

    def _secede(self) -> None:
        from distributed import secede

        if not self._seceded:
            self._seceded = True
            with suppress(ValueError):  # not on a Dask worker
                secede()  # type: ignore[no-untyped-call]

    def _take_over(self, card: Mapping[str, Any]) -> None:
        """Give a branch what a run that it branches from has trained: the epochs up to a checkpoint that is kept."""
        store, run, before = self._store, self._run, self._run.config.parent
        for parent in store.runs_of(before.fingerprint) if before else ():
            checkpoint = store.checkpoint_before(parent, run.config.before.epochs)
            epochs, predictions = store.epochs(parent.id), store.all_predictions(parent.id)
            now = store.find(parent.id)  # after all that is read of it: it may be deleted or begun again meanwhile
            if checkpoint and _same_machine(parent, card) and now and now.attempt == parent.attempt:
                self._trainer.restore(checkpoint)
                for epoch, row in zip(epochs[: self._trainer.epoch], predictions, strict=False):
                    store.append(run.id, run.attempt, epoch, row.tobytes())
                return

    def _end(self, end: TrainEnd) -> None:
        record_end(self._store, self._run, self._prepared, self._trainer, end)


def _is_retired() -> bool:
    """Return whether the Dask worker that this thread belongs to is about to end."""
    if "distributed" not in sys.modules:
        return False
    from distributed import Status, get_worker

    try:
        return get_worker().status not in (Status.running, Status.paused)
    except ValueError:  # not on a Dask worker
        return False


def _same_machine(parent: Run, card: Mapping[str, Any]) -> bool:
    """Return whether a run trained on the same tracks with the same software, so that it came to the same bits."""
    return all(parent.context.get(name) == card[name] for name in ("data_hash", "device", "versions"))


@cache
def _warmed() -> None:
    import torch

    from genre_core.training.experiment import evaluate_part, prepare, run_experiment

    torch.set_num_threads(1)
    tiny = ExperimentConfig(
        data=SyntheticConfig(n_samples=60, n_features=2, n_genres=2), train=TrainConfig(max_epochs=1)
    )
    result = run_experiment(tiny)
    evaluate_part(prepare(tiny), result.logits, "test")


def warm_up() -> None:
    """Import and use what training needs, once in a process, so that its first run waits for nothing."""
    with _warming:  # a thread that imports torch while another does may see half of it
        _warmed()
