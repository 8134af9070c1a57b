"""Questions to the workers: what needs torch is computed there, and the answer kept for whoever asks the same.

A page asks again while it waits; nobody waits for a worker within a page.
"""

import pickle
import threading
import time
from asyncio import CancelledError
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from dashboard.services import workers
from genre_core.errors import GenreLabError
from genre_core.workers.beside import is_apart, run_beside

MOST_BYTES = 64 << 20
"""Most that all answers are together; the latest one is kept however large it is."""
FAILED_SECONDS = 60.0
"""How long a sentence on what went wrong is kept: a worker or a file may be back."""
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


class _Kept(NamedTuple):
    """Outcome of a question, how large it is, and when it is forgotten."""

    asked: Asked[Any]
    n_bytes: int
    until: float


_Question = tuple[str, tuple[Any, ...]]
_known: OrderedDict[_Question, Future[Any] | _Kept] = OrderedDict()
_lock = threading.Lock()
_askers, _askers_apart = ThreadPoolExecutor(4, "genre-lab-asking"), ThreadPoolExecutor(4, "genre-lab-asking-apart")
"""Those who wait for answers: work that takes minutes has its own, so that it keeps no page waiting."""


def ask(work: Callable[..., Found], *arguments: Any) -> Asked[Found]:
    """Have a worker call `work(*arguments, store_url)`, unless one has, and return what it says by now."""
    question = _question(work, arguments)
    with _lock:
        _tidy()
        known = _known.get(question) or _sent(work, question)
        if known is None:
            return Asked()
        _known[question] = known
        _known.move_to_end(question)
        return known.asked if isinstance(known, _Kept) else Asked()


def _tidy() -> None:
    """Take in what has been answered, and forget failures after a while and, beyond the most bytes, the oldest."""
    now, n_bytes = time.monotonic(), 0
    for question, known in reversed(list(_known.items())):
        kept = _known[question] = _answered(known, now) if isinstance(known, Future) else known
        if isinstance(kept, _Kept):
            n_bytes += kept.n_bytes
            if kept.until < now or n_bytes > max(MOST_BYTES, kept.n_bytes):
                del _known[question]


def ask_again(work: Callable[..., Any], *arguments: Any) -> None:
    """Forget what was said, so that it is asked anew."""
    with _lock:
        _known.pop(_question(work, arguments), None)


def _question(work: Callable[..., Any], arguments: tuple[Any, ...]) -> _Question:
    return f"{work.__module__}.{work.__qualname__}", (*arguments, workers.store().url)


def _sent(work: Callable[..., Any], question: _Question) -> Future[Any] | _Kept | None:
    """Send a question; None while the workers start."""
    linking = workers.linked()
    if not linking.link.done():
        return None
    try:
        client = linking.link.result().client
    except Exception as error:
        return _failed(error, time.monotonic())
    return (_askers_apart if is_apart(work) else _askers).submit(run_beside, client, work, *question[1])


def _answered(future: Future[Any], now: float) -> Future[Any] | _Kept:
    """Return what came of a question, or the question itself while nothing has."""
    if not future.done():
        return future
    try:
        found = future.result()
    except (Exception, CancelledError) as error:
        return _failed(error, now)
    return _Kept(Asked(found), _size(found), float("inf"))


class _Counter:
    """A file that counts what is written to it: an archive of clips is large, and a page waits for its size."""

    n_bytes = 0

    def write(self, data: Any) -> int:
        """Count data."""
        self.n_bytes += len(data)
        return len(data)


def _size(found: Any) -> int:
    counter = _Counter()
    pickle.dump(found, counter)
    return counter.n_bytes


def _failed(error: BaseException, now: float) -> _Kept:
    """Return an error as a sentence: what failed within the work is one already, the rest is the connection."""
    sentence = str(error) if isinstance(error, GenreLabError) else LOST
    return _Kept(Asked(problem=sentence), len(sentence), now + FAILED_SECONDS)
