"""Members of a study on their way: what each is, what is told of it, and how it gets ready to train."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from genre_core.errors import GenreLabError
from genre_core.settings.config import ExperimentConfig
from genre_core.store.checkpoints import LATEST
from genre_core.store.record import record_card
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import Run, RunState, Study
from genre_core.training.events import EpochEnd, Event
from genre_core.training.experiment import Prepared, make_trainer, prepare_once

if TYPE_CHECKING:
    from genre_core.training.trainer import Trainer

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
    """Latest saved event of a member; `event` is None where it is ready to train, or failed with `error`."""

    number: int
    run_id: str
    event: Event | None = None
    error: str = ""


Prune = Callable[[int, EpochEnd], bool]
"""Asked after each epoch of a member, by its number: whether it shall end here, the others going on."""

More = Callable[[], Sequence[Member]]
"""Asked for other members where none waits and there is room for one."""


class Line:
    """Members that wait to be trained, those alike beside each other; where none waits, `more` is asked."""

    def __init__(self, store: RunStore, study: Study, members: Sequence[Member], more: More) -> None:
        self._store, self._study, self._more = store, study, more
        self._waiting: list[tuple[Member, str]] = []
        self._add(members)

    def _add(self, members: Sequence[Member]) -> None:
        enrolled = [
            (member, self._store.members.enrol(self._study.id, member.number, new_run_id())) for member in members
        ]
        for member, run_id in enrolled:
            self._store.submit(run_id, member.config, member.name)
        self._waiting += sorted(enrolled, key=lambda one: alike(one[0].config))

    def next(self) -> tuple[Member, str] | None:
        """Return who is next, with its run; None where there is nobody."""
        if not self._waiting:
            self._add(self._more())
        return self._waiting.pop(0) if self._waiting else None

    def leave(self) -> None:
        """Let who is left wait for the study, not for a worker."""
        for _, run_id in self._waiting:
            self._store.hold(run_id)


@dataclass
class Job:
    """Handling of all members: where they are saved, who may end them, which are under way, and when that was kept."""

    store: RunStore
    line: Line
    prune: Prune | None
    group: "list[Training]" = field(default_factory=list)
    """Members that are prepared, whether they train already or not."""
    alive: set[str] = field(default_factory=set)
    kept_at: float = field(default_factory=time.monotonic)


@dataclass
class Training:
    """A member under way: its run, what trains it, and how many epochs of it are saved."""

    number: int
    run: Run
    prepared: Prepared
    trainer: "Trainer"
    saved: int
    stopped: bool = False


def alike(config: ExperimentConfig) -> tuple[str, ...]:
    """Return what brings together members that share their data, and those that can be trained together."""
    train, data, split = config.train, config.data.model_dump_json(), config.split.model_dump_json()
    network = config.model.model_dump_json(exclude={"architecture"})
    return config.model.architecture, str(train.batch_size), train.optimizer, data, split, network


def has_room(group: "list[Training]") -> bool:
    """Return whether another member is computed with these, as far as is known before it is prepared."""
    from genre_core.training.batch_trainer import MOST_VALUES

    largest = max((training.trainer.n_values for training in group), default=0)
    return len(group) < MOST_TOGETHER and (len(group) + 1) * largest <= MOST_VALUES


def prepare(job: Job, member: Member, run_id: str) -> Iterator[MemberEvent]:
    """Take a member that is not finished, and add it to the group."""
    store, run, number = job.store, _claim(job.store, run_id), member.number
    if run is None:
        return
    job.alive.add(run.id)
    try:
        prepared = prepare_once(run.config.data, run.config.split, store)
        trainer = make_trainer(run.config, prepared)
        if checkpoint := store.artifact(run.id, LATEST):
            trainer.restore(checkpoint)
        record_card(store, run, prepared, trainer)
        if run.attempt > 1:
            store.rewind(run.id, run.attempt, trainer.epoch)
    except GenreLabError as error:
        store.fail(run.id, run.attempt, str(error))
        job.alive.discard(run.id)
        yield MemberEvent(number, run.id, error=str(error))
        return
    job.group.append(Training(number, run, prepared, trainer, trainer.epoch))
    yield MemberEvent(number, run.id)


def _claim(store: RunStore, run_id: str) -> Run | None:
    """Take a run whose result is missing; None where there is nothing to do, or another worker is faster."""
    run = store.find(run_id)
    if run is None:  # it was deleted
        return None
    attempt: int | None = run.attempt
    if run.state == "paused":
        attempt = store.requeue(run_id, _PAUSED)
    elif run.state == "running" or run.lost:  # its worker was killed
        attempt = store.requeue(run_id, _KILLED)
    elif run.state != "queued":
        return None
    return None if attempt is None else store.claim(run_id, attempt)


def by_shape(group: Sequence[Training]) -> list[list[Training]]:
    """Return those together that can be trained together."""
    from genre_core.training.batch_trainer import shape_of

    found: dict[object, list[Training]] = {}
    for training in group:
        found.setdefault(shape_of(training.trainer), []).append(training)
    return list(found.values())
