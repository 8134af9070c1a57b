"""Training the members of a study: those of one shape together, each saved as it goes on and as it ends."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from genre_core.errors import GenreLabError, StoreError
from genre_core.store import checkpoints
from genre_core.store.heartbeat import Heart
from genre_core.store.record import record_end, record_epoch
from genre_core.store.runs import RunStore
from genre_core.store.schema import Study
from genre_core.studies.members import (
    Job,
    Line,
    Member,
    MemberEvent,
    More,
    Prune,
    Training,
    by_shape,
    has_room,
    prepare,
)
from genre_core.training.events import EpochEnd, Event, Progress, TrainEnd

if TYPE_CHECKING:
    from genre_core.training.trainer import Trainer


def train_members(
    store: RunStore, study: Study, members: Sequence[Member], prune: Prune | None = None, more: More = tuple
) -> Iterator[MemberEvent]:
    """Train the members of a study that are not finished, saving each as a run; yield wherever others may go first.

    Where one ends, and none of these waits, `more` is asked who takes its place. Whoever stops iterating stops the
    training: the members under way are paused after their epoch, and a later call goes on with them. A member that
    cannot be trained fails by itself, and what a person asks of one (pause, stop) holds for it alone.
    """
    job = Job(store, Line(store, study, members, more), prune)
    with Heart(lambda: store.members.beat(tuple(job.alive)), f"members-{study.id}"):
        try:
            while True:
                job.group = [training for training in job.group if training.run.id in job.alive]
                while has_room(job.group) and (one := job.line.next()):
                    yield from prepare(job, *one)
                if not job.group:
                    return
                for together in by_shape(job.group):
                    yield from _train(job, together)
        except GeneratorExit:
            for training in job.group:
                if training.run.id in job.alive:
                    _leave(store, training)
            job.line.leave()
            raise


def _train(job: Job, together: list[Training]) -> Iterator[MemberEvent]:
    """Train members of one shape, and save what happens; where it is left, an epoch under way is done first."""
    rounds = _rounds(job, together)
    for happened in rounds:
        try:
            yield from happened
        except GeneratorExit:
            while happened and isinstance(happened[-1].event, Progress):
                happened = next(rounds, [])
            raise


def _rounds(job: Job, together: list[Training]) -> Iterator[list[MemberEvent]]:
    """Save events; return them when all epochs that have ended are saved, so that one can leave in between."""
    from genre_core.training.batch_trainer import BatchTrainer, shape_of

    happened: list[MemberEvent] = []
    shape, n_others = shape_of(together[0].trainer), len(job.group) - len(together)

    def more() -> "Trainer | None":
        """Return the next of this shape; whoever comes first and has another one waits for the next group."""
        while len(job.group) - len(together) == n_others and (one := job.line.next()):
            n_prepared = len(job.group)
            happened.extend(prepare(job, *one))
            for training in job.group[n_prepared:]:
                if shape_of(training.trainer) == shape:
                    together.append(training)
                    return training.trainer
        return None

    batch = BatchTrainer([training.trainer for training in together], more=more)
    for row, event in batch:
        training = together[row]
        if training.run.id not in job.alive:  # it was paused
            continue
        happened.append(_save(job, training, event))
        if training.stopped or training.run.id not in job.alive:
            batch.stop(row)
        if all(t.trainer.epoch == t.saved for t in together if t.run.id in job.alive):
            if not isinstance(event, Progress):
                _keep(job, together)
            yield happened
            happened = []


def _save(job: Job, training: Training, event: Event) -> MemberEvent:
    """Save an event, and do what is wanted of its member."""
    store, run, trainer, error = job.store, training.run, training.trainer, ""
    match event:
        case Progress():
            store.beat(run.id, run.attempt, event.fraction)
        case EpochEnd():
            training.saved = event.epoch
            wish = record_epoch(store, run, event, trainer).request
            training.stopped = wish == "stop" or (job.prune is not None and job.prune(training.number, event))
            wants_pause = wish in ("pause", "step") and not training.stopped and not trainer.finished
            if wants_pause and store.pause(run.id, run.attempt, trainer.checkpoint()):
                job.alive.discard(run.id)
        case TrainEnd():
            error = _end(store, training, event)
            job.alive.discard(run.id)
    return MemberEvent(training.number, run.id, event, error)


def _keep(job: Job, together: Sequence[Training]) -> None:
    """Save where the members under way stand, if that was not done for a while; all of them are between two epochs."""
    if time.monotonic() - job.kept_at < checkpoints.EVERY_SECONDS:
        return
    for training in together:
        run, trainer = training.run, training.trainer
        if run.id in job.alive and trainer.epoch and not trainer.finished:
            job.store.keep(run.id, run.attempt, trainer.checkpoint())
    job.kept_at = time.monotonic()


def _end(store: RunStore, training: Training, end: TrainEnd) -> str:
    """Save how a member ended; return what went wrong, or nothing."""
    try:
        record_end(store, training.run, training.prepared, training.trainer, end)
    except StoreError:
        raise
    except GenreLabError as error:
        store.fail(training.run.id, training.run.attempt, str(error))
        return str(error)
    return ""


def _leave(store: RunStore, training: Training) -> None:
    """Pause a member that is under way, or end it where it has nothing left to train."""
    run, trainer = training.run, training.trainer
    if reason := trainer.finished or ("stopped" if training.stopped else None):
        _end(store, training, trainer.finish(reason))
        return
    store.request(run.id, "pause", run.attempt)
    store.pause(run.id, run.attempt, trainer.checkpoint())
