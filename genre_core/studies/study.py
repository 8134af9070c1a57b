"""One study: independent pieces of work that answer one question together.

What is known beforehand, every piece and every result are JSON values. A piece with the study's configuration and the
store determines its result, so that pieces can be done in any order, and by anyone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

from genre_core.errors import DataError
from genre_core.training.events import EpochEnd, TrainEnd

if TYPE_CHECKING:
    from genre_core.training.trainer import Trainer

Result = Mapping[str, Any]


@dataclass(frozen=True)
class Plain:
    """A value that the store keeps as JSON, of fields that are plain values, tuples of them or mappings."""

    def to_json(self) -> dict[str, Any]:
        """Return its fields as JSON can hold them."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Result) -> Self:
        """Read it back."""
        known = {name: document[name] for name in cls.__dataclass_fields__ if name in document}
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in known.items()})


class StudyWork(Protocol):
    """The work of a study: a plan of pieces, and how each is done.

    Raises GenreLabError from any of its methods where it cannot be done, and the sentence says why.
    """

    def plan(self) -> Result:
        """Return what is known before the first result; empty where that is nothing."""

    def pieces(self, results: Sequence[Result] = ()) -> Iterable[Any]:
        """Return the pieces that are missing beside the results there are, in order; each is done before the next."""

    def do(self, piece: Any) -> Iterator[Result | None]:
        """Do a piece: yield what it comes to, and None wherever others may go first."""


def iter_results(work: StudyWork, results: Sequence[Result] = ()) -> Iterator[Result]:
    """Do what is missing beside the results there are, and yield each result as soon as it is there."""
    for piece in work.pieces(results):
        yield from (result for result in work.do(piece) if result is not None)


def train_network(trainer: "Trainer") -> Iterator[None]:
    """Train a network of a study; yield after each epoch.

    Raises DataError where it diverged before it had learned anything.
    """
    for event in trainer:
        if isinstance(event, EpochEnd):
            yield
        elif isinstance(event, TrainEnd) and event.best_epoch is None:
            raise DataError("The network diverged in its first epoch: lower the learning rate, and try again.")
