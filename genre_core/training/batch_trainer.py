"""The training loop for many networks: iterate to train, and be told which member an event is of."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from genre_core.errors import ConfigError
from genre_core.networks.network import SideBySide
from genre_core.training.events import EpochEnd, Event, Progress, StopReason
from genre_core.training.stack import Stack
from genre_core.training.trainer import Trainer

REPORT_SECONDS = 1.0
"""An epoch of all members that takes longer than this reports its progress that often, for each of them."""
AT_ONCE = 16
"""Most members of one computation: more of them leave the processor's cache, and gain nothing."""
MOST_VALUES = 64_000_000
"""Most numbers that the members' training parts hold together: 256 MB."""


@dataclass(frozen=True)
class Shape:
    """Properties that networks must share to be trained together."""

    together: type[SideBySide] | None
    weights: tuple[tuple[int, ...], ...]
    batch_size: int
    full_batches: int
    optimizer: str
    device: str
    alone: int = 0


def shape_of(trainer: Trainer) -> Shape:
    """Return what a trainer shares with those that it can be trained with."""
    now, later = trainer.config, trainer.final
    changes = (now.optimizer, now.batch_size) != (later.optimizer, later.batch_size)
    return Shape(
        trainer.side_by_side,
        tuple(tuple(parameter.shape) for parameter in trainer.network.parameters()),
        trainer.config.batch_size,
        trainer.n_train // trainer.config.batch_size,
        trainer.config.optimizer,
        str(trainer.device),
        id(trainer) if changes else 0,  # a branch that takes another path takes it alone
    )


class BatchTrainer:
    """Trainings of one shape, computed together; each has its own seed, rates, dropout, decay, patience and data.

    A member is the `Trainer` that it would be alone: it deals its own batches, validates, remembers its best weights
    and ends for itself. Only the steps are shared. Where one ends, the next that waits takes its place; where none
    waits, `more` is asked for another one of this shape. What cannot be computed together is trained one by one.
    """

    def __init__(
        self, trainers: Sequence[Trainer], at_once: int = AT_ONCE, more: Callable[[], Trainer | None] = lambda: None
    ) -> None:
        shapes = {shape_of(trainer) for trainer in trainers}
        if len(shapes) > 1:
            raise ConfigError(
                "These networks cannot be trained together: they differ in layers, batch size, optimizer or number of "
                "batches. Train each kind by itself."
            )
        self.trainers = list(trainers)
        self._waiting, self._more = deque(range(len(trainers))), more
        values = max((trainer.n_values for trainer in trainers), default=1)
        self.at_once = max(1, min(at_once, MOST_VALUES // values))
        self._stopped: set[int] = set()

    def stop(self, number: int) -> None:
        """End a member after the epoch that it is in; the others go on."""
        self._stopped.add(number)

    def __iter__(self) -> Iterator[tuple[int, Event]]:
        """Train all members to their ends; yield each event with the number of its member, counted from 0."""
        if any(trainer.side_by_side is None for trainer in self.trainers):
            yield from self._one_by_one()
            return
        members: list[int] = []
        stack: Stack | None = None
        while self._fill(members):
            trainers = [self.trainers[number] for number in members]
            configs = [trainer.config for trainer in trainers]
            if stack is None or stack.trainers != tuple(trainers) or configs != stack.configs:  # a branch begins
                stack = Stack.of(trainers)
            epoch = _Epoch(stack)
            for fraction in epoch.train():
                yield from ((number, Progress(self.trainers[number].epoch + 1, fraction)) for number in members)
            for number, end in zip(tuple(members), epoch.collect(), strict=True):
                if end is not None:
                    yield number, end
                reason = self._reason(number) if end else "diverged"
                if reason:
                    members.remove(number)
                    yield number, self.trainers[number].finish(reason)

    def _fill(self, members: list[int]) -> bool:
        """Give free places to those that wait; return whether anybody trains."""
        while len(members) < self.at_once:
            if not self._waiting:
                if (trainer := self._more()) is None:
                    break
                self._waiting.append(len(self.trainers))
                self.trainers.append(trainer)
            members.append(self._waiting.popleft())
        return bool(members)

    def _one_by_one(self) -> Iterator[tuple[int, Event]]:
        for number, trainer in enumerate(self.trainers):
            for event in trainer:
                yield number, event
                if number in self._stopped and isinstance(event, EpochEnd) and not trainer.finished:
                    yield number, trainer.finish("stopped")
                    break

    def _reason(self, number: int) -> StopReason | None:
        return self.trainers[number].finished or ("stopped" if number in self._stopped else None)


class _Epoch:
    """One epoch of all members of a stack."""

    def __init__(self, stack: Stack) -> None:
        self._began = time.perf_counter()
        self._stack = stack
        self._dealt = [trainer.deal() for trainer in stack.trainers]
        self._size = stack.trainers[0].config.batch_size
        self._losses = torch.zeros(len(self._dealt), dtype=torch.float64, device=stack.weights.device)
        self._correct = torch.zeros(len(self._dealt), dtype=torch.int64, device=stack.weights.device)

    def train(self) -> Iterator[float]:
        """Take all steps; yield the fraction done whenever a while has passed."""
        generators = [dealt.generator for dealt in self._dealt]
        full = min(len(dealt.y) for dealt in self._dealt) // self._size * self._size
        X = torch.stack([dealt.X[:full] for dealt in self._dealt])
        y = torch.stack([dealt.y[:full] for dealt in self._dealt])
        reported = time.perf_counter()
        for start in range(0, full, self._size):
            batch = slice(start, start + self._size)
            self._step(self._stack, X[:, batch], y[:, batch], generators, slice(None))
            if time.perf_counter() - reported > REPORT_SECONDS and start + self._size < full:
                reported = time.perf_counter()
                yield (start + self._size) / full
        self._train_rest(full, generators)

    def _train_rest(self, full: int, generators: list[torch.Generator]) -> None:
        """Take the last step, with what is left of each member's tracks: folds differ in it by a track or two."""
        rest = [(dealt.X[full:], dealt.y[full:]) for dealt in self._dealt]
        sizes = {len(y) for _, y in rest}
        if sizes == {0}:
            return
        if len(sizes) == 1:
            X, y = (torch.stack([pair[at] for pair in rest]) for at in (0, 1))
            self._step(self._stack, X, y, generators, slice(None))
            return
        for row, (own, labels) in enumerate(rest):
            if len(labels):
                one = slice(row, row + 1)
                self._step(self._stack.alone(row), own.unsqueeze(0), labels.unsqueeze(0), generators[one], one)

    def _step(self, stack: Stack, X: Tensor, y: Tensor, generators: list[torch.Generator], rows: slice) -> None:
        losses, correct = stack.step(X, y, generators)
        self._losses[rows] += losses
        self._correct[rows] += correct

    def collect(self) -> list[EpochEnd | None]:
        """Return how the epoch ended for each member (None: its loss is no longer finite)."""
        seconds = (time.perf_counter() - self._began) / len(self._dealt)
        found = zip(self._stack.trainers, self._dealt, self._losses.tolist(), self._correct.tolist(), strict=True)
        return [trainer.collect(dealt, loss, n_correct, seconds) for trainer, dealt, loss, n_correct in found]
