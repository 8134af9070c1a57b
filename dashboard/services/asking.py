"""Questions to the workers: what needs torch is computed there, and the answer kept for whoever asks the same.

A page asks again while it waits; nobody waits for a worker within a page.
"""

import threading
from asyncio import CancelledError
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from dashboard.services import workers
from genre_core.errors import GenreLabError
from genre_core.workers.beside import run_beside

MOST_KEPT = 200
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
_known: OrderedDict[_Question, Future[Any] | Asked[Any]] = OrderedDict()
_lock = threading.Lock()
_askers = ThreadPoolExecutor(4, "genre-lab-asking")


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


def _sent(work: Callable[..., Any], question: _Question) -> Future[Any] | Asked[Any] | None:
    """Send a question; None while the workers start."""
    linking = workers.linked()
    if not linking.link.done():
        return None
    try:
        client = linking.link.result().client
    except Exception as error:
        return Asked(problem=str(error) if isinstance(error, GenreLabError) else LOST)
    return _askers.submit(run_beside, client, work, *question[1])


def _answered(future: Future[Any]) -> Future[Any] | Asked[Any]:
    """Return what came of a question, or the question itself while nothing has."""
    if not future.done():
        return future
    error = future.exception()
    if error is None:
        return Asked(future.result())
    if isinstance(error, GenreLabError):
        return Asked(problem=str(error))
    if isinstance(error, OSError | CancelledError):
        return Asked(problem=LOST)
    return Asked(problem=f"This ended by an unexpected {type(error).__name__}: the log of the workers has the details.")
