"""Questions to the workers: what needs torch is computed there, and the answer kept for whoever asks the same.

A page asks again while it waits; nobody waits for a worker within a page.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dashboard.services import workers
from genre_core.errors import GenreLabError

if TYPE_CHECKING:
    from distributed import Future

MOST_KEPT = 200
FETCH_SECONDS = 10
PRIORITY = 15
"""Before the next run that waits: a person looks at an empty page."""
DIED = "The worker that computed this ended from outside, perhaps for lack of memory: try again."
LOST = "The workers were lost while they computed this: try again."

Found = TypeVar("Found")


@dataclass(frozen=True)
class Asked(Generic[Found]):
    """An answer, or a sentence on why there is none; neither while one waits."""

    found: Found | None = None
    problem: str = ""

    @property
    def waiting(self) -> bool:
        """Say whether the answer is still to come."""
        return self.found is None and not self.problem


_Question = tuple[str, tuple[Any, ...]]
_known: OrderedDict[_Question, "Future[Any] | Asked[Any]"] = OrderedDict()
_lock = threading.Lock()


def ask(work: Callable[..., Found], *arguments: Any) -> Asked[Found]:
    """Have a worker call `work(*arguments, store_url)`, unless one has, and return what it says by now."""
    question = _question(work, arguments)
    with _lock:
        known = _known.get(question) or _sent(work, question)
        if known is None:
            return Asked()
        known = known if isinstance(known, Asked) else _answered(known)
        _known[question] = known
        _known.move_to_end(question)
        while len(_known) > MOST_KEPT:
            _known.popitem(last=False)
        return known if isinstance(known, Asked) else Asked()


def ask_again(work: Callable[..., Any], *arguments: Any) -> None:
    """Forget what was said, so that it is asked anew."""
    with _lock:
        _known.pop(_question(work, arguments), None)


def _question(work: Callable[..., Any], arguments: tuple[Any, ...]) -> _Question:
    return f"{work.__module__}.{work.__qualname__}", (*arguments, workers.store().url)


def _sent(work: Callable[..., Any], question: _Question) -> "Future[Any] | Asked[Any] | None":
    """Send a question; None while the workers start."""
    linking = workers.linked()
    if not linking.link.done():
        return None
    try:
        client = linking.link.result().client
        future: Future[Any] = client.submit(work, *question[1], priority=PRIORITY, pure=False)
    except Exception as error:
        return Asked(problem=str(error) if isinstance(error, GenreLabError) else LOST)
    return future


def _answered(future: "Future[Any]") -> "Future[Any] | Asked[Any]":
    """Return what came of a question, or the question itself while nothing has."""
    from distributed.scheduler import KilledWorker

    if future.status == "pending":
        return future
    if future.status == "finished":
        return Asked(future.result(timeout=FETCH_SECONDS))
    error = future.exception(timeout=FETCH_SECONDS) if future.status == "error" else None  # type: ignore[no-untyped-call]
    if error is None:
        return Asked(problem=LOST)
    if isinstance(error, GenreLabError):
        return Asked(problem=str(error))
    unexpected = f"This ended by an unexpected {type(error).__name__}: the log of the workers has the details."
    return Asked(problem=DIED if isinstance(error, KilledWorker) else unexpected)
