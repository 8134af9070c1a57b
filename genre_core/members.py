"""The runs of a study, trained together: each is the run that it would be alone, and can be opened like any other.

Networks of one shape share their computation (see `batched`). What is finished stays: going on with a study trains what
is missing, from where a stop left it, or from the beginning where a worker was killed in the middle of an epoch.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from genre_core.config import DatasetConfig, ExperimentConfig, SplitConfig
from genre_core.dataset import Dataset
from genre_core.errors import GenreLabError, RunStateError, StoreError
from genre_core.events import EpochEnd, Event, Progress, TrainEnd
from genre_core.experiment import Prepared, make_trainer, prepare_dataset
from genre_core.recording import record_card, record_end, record_epoch
from genre_core.sources import load_dataset
from genre_core.store import Run, RunState, RunStore, Study, new_run_id
from genre_core.worker import Heart

if TYPE_CHECKING:
    from genre_core.batched import BatchTrainer
    from genre_core.training import Trainer

MOST_TOGETHER = 64
"""Most members that are prepared at a time; of these `batched` computes as many together as gain by it."""

_PAUSED: tuple[RunState, ...] = ("paused",)
_KILLED: tuple[RunState, ...] = ("running", "failed")


@dataclass(frozen=True)
class Member:
    """One run of a study: its number there, from 1, its name on screen, and what determines its result."""

    number: int
    name: str
    config: ExperimentConfig


@dataclass(frozen=True)
class MemberEvent:
    """What has just been saved of a member; `event` is None where it is ready to train, or failed with `error`."""

    number: int
    run_id: str
    event: Event | None = None
    error: str = ""


Prune = Callable[[int, EpochEnd], bool]
"""Asked after each epoch of a member, by its number: whether it shall end here, the others going on."""


def train_members(
    store: RunStore, study: Study, members: Sequence[Member], prune: Prune | None = None
) -> Iterator[MemberEvent]:
    """Train the members of a study that are not finished, saving each as a run; yield wherever others may go first.

    Whoever stops iterating stops the training: the members under way are paused after their epoch, and a later call
    goes on with them. A member that cannot be trained fails by itself, and what a person asks of one (pause, stop)
    holds for it alone.
    """
    run_ids = {m.number: store.members.enrol(study.id, m.number, new_run_id()) for m in members}
    for member in members:
        store.submit(run_ids[member.number], member.config, member.name)
    job, data = _Job(store, prune), _Data(store)
    group: list[_Training] = []
    waiting = sorted(members, key=lambda member: _alike(member.config))
    with Heart(lambda: store.members.beat(tuple(job.alive)), f"members-{study.id}"):
        try:
            while waiting:
                group.clear()
                while waiting and _has_room(group):
                    member = waiting.pop(0)
                    yield from _prepare(job, member.number, run_ids[member.number], data, group)
                for together in _by_shape(group):
                    yield from _train(job, together)
        except GeneratorExit:
            for training in group:
                if training.run.id in job.alive:
                    _leave(store, training)
            for member in waiting:
                store.hold(run_ids[member.number])  # it waits for the study, not for a worker
            raise


@dataclass
class _Job:
    """What is done with all members: where they are saved, who may end them, and which are under way."""

    store: RunStore
    prune: Prune | None
    alive: set[str] = field(default_factory=set)


@dataclass
class _Data:
    """The data prepared last, and the data set loaded last: members that share them wait for them once."""

    store: RunStore
    _loaded: tuple[DatasetConfig, Dataset] | None = None
    _prepared: dict[SplitConfig, Prepared] = field(default_factory=dict)

    def prepare(self, config: ExperimentConfig) -> Prepared:
        if self._loaded is None or self._loaded[0] != config.data:
            self._loaded, self._prepared = (config.data, load_dataset(config.data, self.store)), {}
        if config.split not in self._prepared:
            self._prepared = {config.split: prepare_dataset(self._loaded[1], config.split)}
        return self._prepared[config.split]


@dataclass
class _Training:
    """A member under way: its run, what trains it, and how many epochs of it are saved."""

    number: int
    run: Run
    prepared: Prepared
    trainer: "Trainer"
    saved: int
    stopped: bool = False

    @property
    def n_values(self) -> int:
        return self.trainer.n_train * self.trainer.n_features


def _alike(config: ExperimentConfig) -> tuple[str, ...]:
    """Return what brings together members that share their data, and those that can be trained together."""
    train, data, split = config.train, config.data.model_dump_json(), config.split.model_dump_json()
    hidden = str(getattr(config.model, "hidden", ()))
    return config.model.architecture, hidden, str(train.batch_size), train.optimizer, data, split


def _has_room(group: "list[_Training]") -> bool:
    from genre_core.batched.trainer import MOST_VALUES

    largest = max((training.n_values for training in group), default=0)
    return len(group) < MOST_TOGETHER and (len(group) + 1) * largest <= MOST_VALUES


def _prepare(job: _Job, number: int, run_id: str, data: _Data, group: list[_Training]) -> Iterator[MemberEvent]:
    """Take a member that is not finished, and add it to the group."""
    store, run = job.store, _claim(job.store, run_id)
    if run is None:
        return
    job.alive.add(run.id)
    try:
        prepared = data.prepare(run.config)
        trainer = make_trainer(run.config, prepared)
        if checkpoint := store.artifact(run.id, "checkpoint"):
            trainer.restore(checkpoint)
        record_card(store, run, prepared, trainer)
    except GenreLabError as error:
        store.fail(run.id, run.attempt, str(error))
        job.alive.discard(run.id)
        yield MemberEvent(number, run.id, error=str(error))
        return
    group.append(_Training(number, run, prepared, trainer, trainer.epoch))
    yield MemberEvent(number, run.id)


def _claim(store: RunStore, run_id: str) -> Run | None:
    """Take a run whose result is missing; None where there is nothing to do, or another worker is faster."""
    try:
        run = store.run(run_id)
    except RunStateError:  # it was deleted
        return None
    attempt: int | None = run.attempt
    if run.state == "paused":
        attempt = store.requeue(run_id, _PAUSED)
    elif run.state == "running" or run.lost:  # its worker was killed
        attempt = store.requeue(run_id, _KILLED, anew=True)
    elif run.state != "queued":
        return None
    return None if attempt is None else store.claim(run_id, attempt)


def _by_shape(group: Sequence[_Training]) -> list[list[_Training]]:
    """Return those together that can be trained together."""
    from genre_core.batched import shape_of

    found: dict[object, list[_Training]] = {}
    for training in group:
        found.setdefault(shape_of(training.trainer), []).append(training)
    return list(found.values())


def _train(job: _Job, together: Sequence[_Training]) -> Iterator[MemberEvent]:
    """Train members of one shape, and save what happens; where it is left, an epoch under way is done first."""
    from genre_core.batched import BatchTrainer

    batch = BatchTrainer([training.trainer for training in together])
    rounds = _rounds(job, batch, together)
    for happened in rounds:
        try:
            yield from happened
        except GeneratorExit:
            while happened and isinstance(happened[-1].event, Progress):
                happened = next(rounds, [])
            raise


def _rounds(job: _Job, batch: "BatchTrainer", together: Sequence[_Training]) -> Iterator[list[MemberEvent]]:
    """Save events; return them when all epochs that have ended are saved, so that one can leave in between."""
    happened: list[MemberEvent] = []
    for row, event in batch:
        training = together[row]
        if training.run.id not in job.alive:  # it was paused
            continue
        happened.append(_save(job, training, event))
        if training.stopped or training.run.id not in job.alive:
            batch.stop(row)
        if all(t.trainer.epoch == t.saved for t in together if t.run.id in job.alive):
            yield happened
            happened = []


def _save(job: _Job, training: _Training, event: Event) -> MemberEvent:
    """Save an event, and do what is wanted of its member."""
    store, run, trainer, error = job.store, training.run, training.trainer, ""
    match event:
        case Progress():
            store.beat(run.id, run.attempt, event.fraction)
        case EpochEnd():
            training.saved = event.epoch
            wish = record_epoch(store, run, event).request
            training.stopped = wish == "stop" or (job.prune is not None and job.prune(training.number, event))
            wants_pause = wish in ("pause", "step") and not training.stopped and not trainer.finished
            if wants_pause and store.pause(run.id, run.attempt, trainer.checkpoint()):
                job.alive.discard(run.id)
        case TrainEnd():
            error = _end(store, training, event)
            job.alive.discard(run.id)
    return MemberEvent(training.number, run.id, event, error)


def _end(store: RunStore, training: _Training, end: TrainEnd) -> str:
    """Save how a member ended; return what went wrong, or nothing."""
    try:
        record_end(store, training.run, training.prepared, training.trainer, end)
    except StoreError:
        raise
    except GenreLabError as error:
        store.fail(training.run.id, training.run.attempt, str(error))
        return str(error)
    return ""


def _leave(store: RunStore, training: _Training) -> None:
    """Pause a member that is under way, or end it where it has nothing left to train."""
    run, trainer = training.run, training.trainer
    if reason := trainer.finished or ("stopped" if training.stopped else None):
        _end(store, training, trainer.finish(reason))
        return
    store.request(run.id, "pause")
    store.pause(run.id, run.attempt, trainer.checkpoint())
